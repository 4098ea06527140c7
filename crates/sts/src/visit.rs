use std::net::IpAddr;
use std::sync::Arc;

use authn::Session;
use chrono::{DateTime, Utc};
use model::{OrganisationId, Reference};
use policy::{ClientKind, Endpoint};

/// One request as the edge saw it: computed once, then passed along the whole road (design.md §5.9).
#[derive(Clone, Debug)]
pub struct Visit {
    /// The organisation, known from the address that was asked (S73).
    pub organisation: OrganisationId,
    /// What the person reads to the help desk; the same in page, ledger and log.
    pub reference: Reference,
    /// The client's address, after trusted proxies (S31).
    pub address: IpAddr,
    /// What the browser is known again by: SHA-256 of the secret in its cookie, or of one that it is about to get. Programs
    /// have none.
    pub device: Option<[u8; 32]>,
    /// What the client calls itself, at most 256 bytes.
    pub user_agent: String,
    /// What kind of client that most likely is. A hint: the safety of no rule may rest on it.
    pub client: ClientKind,
    /// Where it came to.
    pub endpoint: Endpoint,
    /// Entra's `client-request-id`, when it sent one that has the form of an id (WSF-15).
    pub correlation: Option<String>,
    /// The present.
    pub now: DateTime<Utc>,
    /// Whether this is a form that was sent from another network than the one where its sign-in began: the mark of a phishing
    /// proxy, or of a stolen form. It stands in the ledger and refuses nobody, because honest people change networks too:
    /// from IPv6 to IPv4 on a dual stack, between the addresses of a carrier, from the office to the train.
    pub network_changed: bool,
    /// The session of the cookie, when there is a live one of this organisation.
    pub session: Option<Arc<Session>>,
}
