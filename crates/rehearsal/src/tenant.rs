use std::sync::{Arc, PoisonError, RwLock};

use model::{DomainName, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior, ImmutableId, IssuerUri, Upn};

/// What the stand-in's tenant knows of the world: a handle that its owner keeps, to change registrations while
/// the stand-in runs.
#[derive(Clone, Debug, Default)]
pub struct Tenant(Arc<RwLock<Arc<Registrations>>>);

/// Federated domains and users, as Entra would hold them.
#[derive(Clone, Debug, Default)]
pub struct Registrations {
    /// The federated domains.
    pub domains: Vec<RegisteredDomain>,
    /// The users, of all domains.
    pub users: Vec<RegisteredUser>,
}

/// A federated domain with its `internalDomainFederation` (protocol.md §5.1).
#[derive(Clone, Debug)]
pub struct RegisteredDomain {
    /// The domain.
    pub name: DomainName,
    /// `issuerUri`
    pub issuer: IssuerUri,
    /// `signingCertificate` and, during a rollover, `nextSigningCertificate`, DER. Entra has room for these two;
    /// what follows them is not accepted.
    pub certificates: Vec<Vec<u8>>,
    /// Where active requestors are sent; none when the domain was federated without.
    pub active: Option<ActiveAddresses>,
    /// What Entra demands of the domain's users by itself, and its `federatedIdpMfaBehavior`.
    pub entra: EntraFacts,
}

/// The active requestor's part of an `internalDomainFederation`, both https.
#[derive(Clone, Debug)]
pub struct ActiveAddresses {
    /// `metadataExchangeUri`
    pub metadata_exchange: String,
    /// `activeSignInUri`
    pub sign_in: String,
}

/// A user of the tenant.
#[derive(Clone, Debug)]
pub struct RegisteredUser {
    /// `userPrincipalName`
    pub upn: Upn,
    /// `onPremisesImmutableId`
    pub immutable_id: ImmutableId,
    /// `displayName`
    pub display_name: String,
}

impl Tenant {
    /// A tenant with these registrations.
    pub fn new(registrations: Registrations) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(registrations))))
    }

    /// Changes the registrations; the next sign-in sees them.
    pub fn change(&self, change: impl FnOnce(&mut Registrations)) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut current));
    }

    /// What Entra does by itself for the users of a domain: what Graph would say of it. Not known of a domain that is
    /// not federated.
    pub fn entra_facts(&self, domain: &DomainName) -> EntraFacts {
        let registrations = self.registrations();
        registrations.home_of(domain.as_str()).map(|domain| domain.entra).unwrap_or_default()
    }

    /// The registrations as they stand.
    pub fn registrations(&self) -> Arc<Registrations> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Registrations {
    /// The federated domain that a name belongs to: itself, or the nearest one above, whose settings a
    /// subdomain inherits (protocol.md §5.3).
    pub(crate) fn home_of(&self, domain: &str) -> Option<&RegisteredDomain> {
        let mut name = DomainName::parse(domain).ok();
        while let Some(current) = name {
            if let Some(found) = self.domains.iter().find(|known| known.name == current) {
                return Some(found);
            }
            name = current.parent();
        }
        None
    }

    /// The domain with this issuer. Entra refuses a second one.
    pub(crate) fn with_issuer(&self, issuer: &str) -> Option<&RegisteredDomain> {
        self.domains.iter().find(|domain| domain.issuer.as_str() == issuer)
    }

    /// The user with this anchor, compared with letter case.
    pub(crate) fn with_anchor(&self, immutable_id: &str) -> Option<&RegisteredUser> {
        self.users.iter().find(|user| user.immutable_id.as_str() == immutable_id)
    }
}

impl RegisteredDomain {
    /// Whether Entra demands a second factor of these users by itself.
    pub(crate) fn demands_second_factor(&self) -> bool {
        self.entra.mfa_demand == EntraMfaDemand::Yes
    }

    /// Whether it sends them here to give it, rather than to ask for it itself.
    pub(crate) fn sends_for_second_factor(&self) -> bool {
        let enforced = Some(FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp);
        self.demands_second_factor() && self.entra.mfa_behavior == enforced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registrations() -> Registrations {
        let domain = |name: &str| {
            let name = DomainName::parse(name).unwrap();
            let issuer = IssuerUri::of_domain(&name);
            RegisteredDomain {
                name,
                issuer,
                certificates: Vec::new(),
                active: None,
                entra: EntraFacts::default(),
            }
        };
        Registrations { domains: vec![domain("contoso.example")], users: Vec::new() }
    }

    #[test]
    fn a_subdomain_is_at_home_at_its_root() {
        let registrations = registrations();
        let home = |name| registrations.home_of(name).map(|domain| domain.name.as_str());
        assert_eq!(home("CONTOSO.example"), Some("contoso.example"));
        assert_eq!(home("mail.contoso.example"), Some("contoso.example"));
        for stranger in ["fabrikam.example", "notcontoso.example", "example", "", "контосо.example"] {
            assert_eq!(home(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn a_change_is_seen_through_every_handle() {
        let tenant = Tenant::new(registrations());
        let other = tenant.clone();
        tenant.change(|registrations| registrations.domains.clear());
        assert!(other.registrations().domains.is_empty());
    }
}
