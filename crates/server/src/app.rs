use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use storage::Sealer;
use sts::SecurityTokenService;
use tokio::sync::Semaphore;
use url::Url;

use crate::edge::{Cookies, LoopLimits};
use crate::views::Faces;

/// How the edge behaves; from configuration, checked there.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The published address of the server, scheme, host and port. Addresses in pages and the origin of our own
    /// forms come from here, never from a Host header (S31).
    pub base_url: Url,
    /// Further names by which this door is reached, beside that of `base_url` and those of organisations: the demo's
    /// other names of this machine. A request for any other host is answered 421 (RFC 9110 section 15.5.20).
    pub other_hosts: Vec<String>,
    /// The proxies whose X-Forwarded-For is believed. Empty trusts nobody; the demo leaves it empty (S83).
    pub trusted_proxies: Vec<IpNet>,
    /// How cookies are set.
    pub cookies: Cookies,
    /// When a browser is in a loop.
    pub loop_limits: LoopLimits,
    /// How long the cookie of a person who wants to stay signed in lasts.
    pub persistent_session: Duration,
    /// Requests answered at a time; one more is told to come back.
    pub concurrent_requests: usize,
}

/// What every handler needs.
pub struct App {
    sts: Arc<SecurityTokenService>,
    sealer: Sealer,
    edge: Edge,
    faces: Faces,
    places: Arc<Semaphore>,
}

impl App {
    /// Puts the edge in front of a security token service. The sealer keeps forms and trails from being forged.
    pub fn new(sts: Arc<SecurityTokenService>, sealer: Sealer, edge: Edge) -> Self {
        Self {
            faces: Faces::new(&edge.base_url),
            places: Arc::new(Semaphore::new(edge.concurrent_requests.clamp(1, Semaphore::MAX_PERMITS))),
            sts,
            sealer,
            edge,
        }
    }

    /// Whether a host, without its port, is one that this door answers at.
    pub(crate) fn answers_at(&self, host: Option<&str>) -> bool {
        let Some(host) = host else { return false };
        let is_it = |own: &str| own.eq_ignore_ascii_case(host);
        self.edge.base_url.host_str().is_some_and(is_it)
            || self.edge.other_hosts.iter().any(|own| is_it(own))
            || self.sts.is_host_of_an_organisation(host)
    }

    pub(crate) fn sts(&self) -> &SecurityTokenService {
        &self.sts
    }

    pub(crate) const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    pub(crate) const fn edge(&self) -> &Edge {
        &self.edge
    }

    pub(crate) const fn faces(&self) -> &Faces {
        &self.faces
    }

    pub(crate) const fn places(&self) -> &Arc<Semaphore> {
        &self.places
    }
}
