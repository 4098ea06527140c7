use std::net::IpAddr;
use std::sync::Arc;

use authn::Session;
use chrono::{DateTime, Utc};
use model::{OrganisationId, Reference};
use policy::Endpoint;

/// One request as the edge saw it: computed once, then passed along the whole road (design.md §5.9).
#[derive(Clone, Debug)]
pub struct Visit {
    /// The organisation, known from the address that was asked (S73).
    pub organisation: OrganisationId,
    /// What the person reads to the help desk; the same in page, ledger and log.
    pub reference: Reference,
    /// The client's address, after trusted proxies (S31).
    pub address: IpAddr,
    /// What the client calls itself, at most 256 bytes.
    pub user_agent: String,
    /// What kind of client that most likely is. A hint for people who read the ledger: no rule may rest on it.
    pub client: ClientKind,
    /// Where it came to.
    pub endpoint: Endpoint,
    /// Entra's `client-request-id`, when it sent one that has the form of an id (WSF-15).
    pub correlation: Option<String>,
    /// The present.
    pub now: DateTime<Utc>,
    /// The session of the cookie, when there is a live one of this organisation.
    pub session: Option<Arc<Session>>,
}

/// What kind of program asks, by its own account (protocol.md §4.8: spoofable).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// A browser, or a window of one inside another program.
    Browser,
    /// Windows itself, for a primary refresh token (protocol.md §4.7).
    Windows,
    /// A program that uses one of the MSAL libraries.
    Msal,
    /// An older Office program (IDCRL).
    Office,
    /// Something else.
    Other,
}

impl ClientKind {
    /// Reads what a client calls itself, and the name of its library (`x-client-SKU`) where it gives one.
    pub fn of(user_agent: &str, library: Option<&str>) -> Self {
        if library.is_some_and(|library| library.starts_with("MSAL")) {
            Self::Msal
        } else if user_agent.contains("Windows-AzureAD-Authentication-Provider") {
            Self::Windows
        } else if user_agent.contains("IDCRL") || user_agent.starts_with("Microsoft Office") {
            Self::Office
        } else if user_agent.starts_with("Mozilla/") {
            Self::Browser
        } else {
            Self::Other
        }
    }

    /// The name in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Windows => "windows",
            Self::Msal => "msal",
            Self::Office => "office",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_called_what_they_call_themselves() {
        let kind = ClientKind::of;
        assert_eq!(kind("python-requests/2.32", Some("MSAL.Python")), ClientKind::Msal);
        assert_eq!(kind("Windows-AzureAD-Authentication-Provider/1.0", None), ClientKind::Windows);
        assert_eq!(
            kind("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 10.0; IDCRL 14.0)", None),
            ClientKind::Office
        );
        assert_eq!(kind("Mozilla/5.0 (X11; Linux x86_64)", None), ClientKind::Browser);
        assert_eq!(kind("", None), ClientKind::Other);
    }
}
