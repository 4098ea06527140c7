//! When an active requestor may have a token: programs that give a name and a password and can show no page, so that
//! nobody can be asked for a second factor (protocol.md §4.8, WST-10, S54).
//!
//! [`door`] decides what can be decided before the password is looked at, alike for every name of a domain;
//! [`person`] what depends on whose password it was. What is not known counts as no.

use model::{
    ActiveRoad, Domain, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior, NetworkName, PasswordClients,
    RoleId,
};

/// What the organisation's policy demands of a sign-in, the least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyDemand {
    /// A password is enough.
    #[default]
    Password,
    /// A second factor.
    SecondFactor,
    /// Something else that only a page can ask for, such as consent to terms (WST-10).
    UserInterface,
}

/// What is known before the password is looked at.
#[derive(Clone, Copy, Debug)]
pub struct DoorFacts<'a> {
    /// The domain that speaks for the name given ([`Domain::of_user`]).
    pub domain: Option<&'a Domain>,
    /// The named networks that hold the client's address, after trusted proxies.
    pub networks: &'a [NetworkName],
    /// What the policy demands of everybody who asks for this application from there.
    pub demand: PolicyDemand,
    /// What is known of Entra ID's own settings for the domain.
    pub entra: EntraFacts,
}

/// What is known of a person once the password was right.
#[derive(Clone, Copy, Debug)]
pub struct PersonFacts<'a> {
    /// The person's roles.
    pub roles: &'a [RoleId],
    /// Whether the person has a second factor enrolled here.
    pub second_factor_enrolled: bool,
    /// What the policy demands of this person.
    pub demand: PolicyDemand,
}

/// Why the password is not even looked at. Tells nothing of any person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorClosed {
    /// The name is in no proven domain of the organisation (S71); answered like [`RoadOff`](Self::RoadOff).
    NoDomain,
    /// The domain has no active road: the endpoint is not there.
    RoadOff,
    /// The client's address is in none of the networks that the domain answers.
    Network,
    /// The policy demands what only a page can ask for.
    UserInterface,
    /// The policy demands a second factor of everybody, and Entra ID does not see to it.
    Entra(EntraGap),
}

/// Why somebody whose password was right gets no token. Answered like a wrong password, byte for byte and in time, or
/// it would tell which passwords are right (S54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonRefused {
    /// The user's name is not in the domain whose door was opened.
    OtherDomain,
    /// None of the person's roles is one that the domain answers.
    Role,
    /// The policy demands of this person what only a page can ask for.
    UserInterface,
    /// The person needs a second factor, and Entra ID does not see to it.
    Entra(EntraGap),
    /// The person needs a second factor and has none, so that Entra ID could not collect it here.
    NoSecondFactor,
}

/// Why Entra ID cannot be relied on for the second factor that an active requestor cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntraGap {
    /// It is not known whether Entra ID demands one by itself.
    DemandNotKnown,
    /// Entra ID demands none by itself.
    NotDemanded,
    /// `federatedIdpMfaBehavior` of the domain is not known.
    BehaviorNotKnown,
    /// `federatedIdpMfaBehavior` is another than `enforceMfaByFederatedIdp`: the factor enrolled here is not asked for.
    NotEnforced,
}

/// Why a token may be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Nothing more than a password is demanded, and the person has nothing more.
    PasswordSuffices,
    /// Entra ID demands the second factor by itself, and collects it here.
    EntraCollects,
}

/// Decides whether the password may be looked at.
pub fn door(facts: &DoorFacts<'_>) -> Result<(), DoorClosed> {
    let Some(domain) = facts.domain.filter(|domain| domain.proven) else {
        return Err(DoorClosed::NoDomain);
    };
    match &domain.active_road {
        ActiveRoad::Off => return Err(DoorClosed::RoadOff),
        ActiveRoad::PasswordClients(clients) if !clients.admits_from(facts.networks) => {
            return Err(DoorClosed::Network);
        }
        ActiveRoad::Windows | ActiveRoad::PasswordClients(_) => {}
    }
    match facts.demand {
        PolicyDemand::Password => Ok(()),
        PolicyDemand::SecondFactor => entra_collects(facts.entra).map_err(DoorClosed::Entra),
        PolicyDemand::UserInterface => Err(DoorClosed::UserInterface),
    }
}

/// Decides whether the person may have a token who came through the open door with the right password.
///
/// A second factor that is enrolled counts as one that is demanded: whoever has one does not get in by the password
/// alone, unless Entra ID asks for the rest.
pub fn person(at: &DoorFacts<'_>, person: &PersonFacts<'_>) -> Result<Passage, PersonRefused> {
    if narrowed(at).is_some_and(|clients| !clients.admits_with(person.roles)) {
        return Err(PersonRefused::Role);
    }
    match at.demand.max(person.demand) {
        PolicyDemand::UserInterface => Err(PersonRefused::UserInterface),
        PolicyDemand::Password if !person.second_factor_enrolled => Ok(Passage::PasswordSuffices),
        PolicyDemand::Password | PolicyDemand::SecondFactor => {
            entra_collects(at.entra).map_err(PersonRefused::Entra)?;
            if person.second_factor_enrolled {
                Ok(Passage::EntraCollects)
            } else {
                Err(PersonRefused::NoSecondFactor)
            }
        }
    }
}

fn narrowed<'a>(facts: &DoorFacts<'a>) -> Option<&'a PasswordClients> {
    match &facts.domain?.active_road {
        ActiveRoad::PasswordClients(clients) => Some(clients),
        ActiveRoad::Off | ActiveRoad::Windows => None,
    }
}

/// Whether Entra ID demands a second factor by itself and collects it here: conditions (a) and (b) of protocol.md §4.8.
pub fn entra_collects(entra: EntraFacts) -> Result<(), EntraGap> {
    match entra.mfa_demand {
        EntraMfaDemand::NotKnown => return Err(EntraGap::DemandNotKnown),
        EntraMfaDemand::No => return Err(EntraGap::NotDemanded),
        EntraMfaDemand::Yes => {}
    }
    match entra.mfa_behavior {
        None => Err(EntraGap::BehaviorNotKnown),
        Some(FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp) => Ok(()),
        Some(
            FederatedIdpMfaBehavior::AcceptIfMfaDoneByFederatedIdp
            | FederatedIdpMfaBehavior::RejectMfaByFederatedIdp,
        ) => Err(EntraGap::NotEnforced),
    }
}

impl DoorClosed {
    /// Whether the endpoint is to look as if it did not exist.
    pub const fn is_hidden(self) -> bool {
        matches!(self, Self::NoDomain | Self::RoadOff)
    }

    /// The stable code in ledger, log and documentation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoDomain => "active_domain_unknown",
            Self::RoadOff => "active_road_off",
            Self::Network => "active_network_not_named",
            Self::UserInterface => USER_INTERFACE.0,
            Self::Entra(gap) => gap.code(),
        }
    }

    /// What it means, for an admin.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoDomain => "the name is in no proven domain of the organisation",
            Self::RoadOff => "sign-in without a page is off for the domain",
            Self::Network => {
                "the domain answers password clients on named networks only, and the client is on none of them"
            }
            Self::UserInterface => USER_INTERFACE.1,
            Self::Entra(gap) => gap.reason(),
        }
    }
}

impl PersonRefused {
    /// The stable code in ledger, log and documentation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherDomain => "active_user_of_another_domain",
            Self::Role => "active_role_missing",
            Self::UserInterface => USER_INTERFACE.0,
            Self::Entra(gap) => gap.code(),
            Self::NoSecondFactor => "second_factor_not_enrolled",
        }
    }

    /// What it means, for an admin.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::OtherDomain => "the user is not of the domain that the request was let in for",
            Self::Role => {
                "the domain answers password clients of members of named roles only, and the user has none of them"
            }
            Self::UserInterface => USER_INTERFACE.1,
            Self::Entra(gap) => gap.reason(),
            Self::NoSecondFactor => {
                "the policy demands a second factor and the user has none enrolled, so that Entra ID could not \
                 collect it either"
            }
        }
    }
}

const USER_INTERFACE: (&str, &str) = (
    "active_user_interface_demanded",
    "the policy demands something that only a page can ask for; the user can sign in with a browser",
);

impl EntraGap {
    /// The stable code in ledger, log and documentation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DemandNotKnown => "entra_mfa_demand_not_known",
            Self::NotDemanded => "entra_mfa_not_demanded",
            Self::BehaviorNotKnown => "entra_mfa_behavior_not_known",
            Self::NotEnforced => "entra_mfa_not_enforced",
        }
    }

    /// What it means, for an admin.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::DemandNotKnown => {
                "Entra ID has to demand the second factor by itself, and it is not known whether it does"
            }
            Self::NotDemanded => "Entra ID has to demand the second factor by itself, and it does not",
            Self::BehaviorNotKnown => {
                "Entra ID has to collect the second factor here, and federatedIdpMfaBehavior of the domain is not \
                 known"
            }
            Self::NotEnforced => {
                "Entra ID has to collect the second factor here, and federatedIdpMfaBehavior of the domain is not \
                 enforceMfaByFederatedIdp"
            }
        }
    }
}

impl Passage {
    /// The name of the rule in ledger and permit.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::PasswordSuffices => "active-password-suffices",
            Self::EntraCollects => "active-entra-collects",
        }
    }
}
