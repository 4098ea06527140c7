use model::EntraFacts;

use crate::active::{DoorFacts, PersonFacts, PolicyDemand};

/// Who asks for the token: a browser, or a program (WS-Federation 1.2 §1.5: passive and active requestors).
#[derive(Clone, Copy, Debug)]
pub enum Requestor<'a> {
    /// A browser, which can be shown pages.
    Passive,
    /// A program, by WS-Trust of February 2005.
    Active2005(ActiveFacts<'a>),
    /// A program, by WS-Trust 1.3.
    Active13(ActiveFacts<'a>),
}

/// What the decision on an active request is made from, beside everything else.
#[derive(Clone, Copy, Debug)]
pub struct ActiveFacts<'a> {
    /// What is known before the password.
    pub door: DoorFacts<'a>,
    /// What is known of the person; none while the password was not looked at.
    pub person: Option<PersonFacts<'a>>,
}

/// The kind of endpoint that a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/adfs/ls/`.
    Passive,
    /// `/adfs/services/trust/2005/usernamemixed`.
    Active2005,
    /// `/adfs/services/trust/13/usernamemixed`.
    Active13,
}

impl<'a> Requestor<'a> {
    /// Whoever asks at an endpoint, with nothing else that is known: enough to explain what rules say.
    pub fn at(endpoint: Endpoint) -> Self {
        let door = DoorFacts {
            domain: None,
            networks: &[],
            demand: PolicyDemand::Password,
            entra: EntraFacts::default(),
        };
        let unknown = ActiveFacts { door, person: None };
        match endpoint {
            Endpoint::Passive => Self::Passive,
            Endpoint::Active2005 => Self::Active2005(unknown),
            Endpoint::Active13 => Self::Active13(unknown),
        }
    }

    /// Where it asks.
    pub const fn endpoint(&self) -> Endpoint {
        match self {
            Self::Passive => Endpoint::Passive,
            Self::Active2005(_) => Endpoint::Active2005,
            Self::Active13(_) => Endpoint::Active13,
        }
    }

    /// The facts of an active request; none of a passive one.
    pub const fn active(&self) -> Option<&ActiveFacts<'a>> {
        match self {
            Self::Passive => None,
            Self::Active2005(facts) | Self::Active13(facts) => Some(facts),
        }
    }
}

impl Endpoint {
    /// The name in the ledger and in access rules (protocol.md §6).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Active2005 => "active-2005",
            Self::Active13 => "active-13",
        }
    }

    /// Whether the person can be shown a page. Where none can, no second factor was given, and no token may say that
    /// one was (TOK-10).
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active2005 | Self::Active13)
    }
}
