use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::{Place, Unplaced};

use crate::{ClientKind, Signals};

/// Where, when and with what somebody asks, as far as it is known. The edge and the road fill it in; what costs a
/// look-up is filled in only where the organisation's policy [asks for it](crate::Policy::reads).
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The present. Local times are made from it, in the zone that a schedule names.
    pub now: DateTime<Utc>,
    /// The client's address, after trusted proxies (CAF-01). The policy itself knows which named networks hold it.
    pub address: IpAddr,
    /// Country and autonomous system of the address, or why they are unknown (S32).
    pub place: Place,
    /// What the client calls itself: its system and its browser are read from that. A hint, for anybody can say it.
    pub user_agent: &'a str,
    /// What kind of program the client most likely is. A hint as well.
    pub client: ClientKind,
    /// Whether the user has signed in with this device before; none while that is not known, which counts as no.
    pub known_device: Option<bool>,
    /// What is suspicious about the request.
    pub signals: Signals,
}

impl Circumstances<'_> {
    /// A time and an address, and nothing else that is known.
    pub const fn at(now: DateTime<Utc>, address: IpAddr) -> Self {
        Self {
            now,
            address,
            place: Place::unknown(Unplaced::NoDatabase),
            user_agent: "",
            client: ClientKind::Other,
            known_device: None,
            signals: Signals::NONE,
        }
    }
}
