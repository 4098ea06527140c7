use serde::{Deserialize, Serialize};

/// What is known of Entra ID's own settings for the users of a domain. The default knows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntraFacts {
    /// Whether Entra ID demands a second factor of these users by itself.
    pub mfa_demand: EntraMfaDemand,
    /// Where that factor is collected (`federatedIdpMfaBehavior` of the domain); none: not known.
    pub mfa_behavior: Option<FederatedIdpMfaBehavior>,
}

/// Whether Entra ID demands a second factor by itself, by Conditional Access or security defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntraMfaDemand {
    /// Nobody has looked; counts as no.
    #[default]
    NotKnown,
    /// It does not.
    No,
    /// It does.
    Yes,
}

/// What Entra ID does about a second factor for the users of a federated domain
/// (Microsoft Graph, `internalDomainFederation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FederatedIdpMfaBehavior {
    /// Takes our word that one was given, and otherwise asks for its own.
    AcceptIfMfaDoneByFederatedIdp,
    /// Sends people here to give one.
    EnforceMfaByFederatedIdp,
    /// Always asks for its own.
    RejectMfaByFederatedIdp,
}

impl FederatedIdpMfaBehavior {
    /// Graph's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AcceptIfMfaDoneByFederatedIdp => "acceptIfMfaDoneByFederatedIdp",
            Self::EnforceMfaByFederatedIdp => "enforceMfaByFederatedIdp",
            Self::RejectMfaByFederatedIdp => "rejectMfaByFederatedIdp",
        }
    }
}
