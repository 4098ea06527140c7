//! What Entra ID does by itself, as far as the operator knows.

use model::{DomainName, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::list;

/// What Entra ID does by itself for the users of each domain, until it can be read from Entra ID.
///
/// A domain belongs to one organisation and to one tenant, so that naming it names both. One that stands in no list,
/// or in two that contradict each other, is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entra {
    /// The domains of whose users Entra ID demands a second factor by itself (Conditional Access, security defaults).
    #[serde(with = "domains")]
    pub mfa_demanded: Vec<DomainName>,
    /// The domains of whose users it does not.
    #[serde(with = "domains")]
    pub mfa_not_demanded: Vec<DomainName>,
    /// The domains whose `federatedIdpMfaBehavior` is `acceptIfMfaDoneByFederatedIdp`.
    #[serde(with = "domains")]
    pub accept_if_mfa_done_by_federated_idp: Vec<DomainName>,
    /// The domains whose `federatedIdpMfaBehavior` is `enforceMfaByFederatedIdp`.
    #[serde(with = "domains")]
    pub enforce_mfa_by_federated_idp: Vec<DomainName>,
    /// The domains whose `federatedIdpMfaBehavior` is `rejectMfaByFederatedIdp`.
    #[serde(with = "domains")]
    pub reject_mfa_by_federated_idp: Vec<DomainName>,
}

impl Entra {
    /// What is known of a domain.
    pub fn facts(&self, domain: &DomainName) -> EntraFacts {
        let demands = self.demands().map(|(_, domains, demand)| (domains, demand));
        let behaviors = self.behaviors().map(|(_, domains, behavior)| (domains, behavior));
        EntraFacts {
            mfa_demand: only(domain, demands).unwrap_or_default(),
            mfa_behavior: only(domain, behaviors),
        }
    }

    /// The domains that stand in two lists that contradict each other, with the names of the lists.
    pub(crate) fn contradictions(&self) -> Vec<(&DomainName, [&'static str; 2])> {
        let demands = self.demands().map(|(name, domains, _)| (name, domains));
        let behaviors = self.behaviors().map(|(name, domains, _)| (name, domains));
        [contradictions(&demands), contradictions(&behaviors)].concat()
    }

    fn demands(&self) -> [(&'static str, &[DomainName], EntraMfaDemand); 2] {
        [
            ("entra.mfa_demanded", &self.mfa_demanded, EntraMfaDemand::Yes),
            ("entra.mfa_not_demanded", &self.mfa_not_demanded, EntraMfaDemand::No),
        ]
    }

    fn behaviors(&self) -> [(&'static str, &[DomainName], FederatedIdpMfaBehavior); 3] {
        use FederatedIdpMfaBehavior as Behavior;
        [
            (
                "entra.accept_if_mfa_done_by_federated_idp",
                &self.accept_if_mfa_done_by_federated_idp,
                Behavior::AcceptIfMfaDoneByFederatedIdp,
            ),
            (
                "entra.enforce_mfa_by_federated_idp",
                &self.enforce_mfa_by_federated_idp,
                Behavior::EnforceMfaByFederatedIdp,
            ),
            (
                "entra.reject_mfa_by_federated_idp",
                &self.reject_mfa_by_federated_idp,
                Behavior::RejectMfaByFederatedIdp,
            ),
        ]
    }
}

/// What the only list says that a domain stands in.
fn only<'a, T>(domain: &DomainName, lists: impl IntoIterator<Item = (&'a [DomainName], T)>) -> Option<T> {
    let mut said = lists.into_iter().filter(|(domains, _)| domains.contains(domain)).map(|(_, said)| said);
    let first = said.next();
    if said.next().is_some() { None } else { first }
}

fn contradictions<'a>(
    lists: &[(&'static str, &'a [DomainName])],
) -> Vec<(&'a DomainName, [&'static str; 2])> {
    let mut found = Vec::new();
    for (place, (name, domains)) in lists.iter().enumerate() {
        for (other, others) in lists.iter().skip(place + 1) {
            let both = domains.iter().filter(|domain| others.contains(domain));
            found.extend(both.map(|domain| (domain, [*name, *other])));
        }
    }
    found
}

/// A list of domains.
mod domains {
    use super::{Deserializer, DomainName, Serializer, list};

    pub(super) fn serialize<S: Serializer>(domains: &[DomainName], serializer: S) -> Result<S::Ok, S::Error> {
        list::serialize(domains, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<DomainName>, D::Error> {
        list::deserialize(deserializer, |text| DomainName::parse(text).map_err(|error| error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(name: &str) -> DomainName {
        DomainName::parse(name).unwrap()
    }

    #[test]
    fn what_nobody_said_is_not_known() {
        assert_eq!(Entra::default().facts(&domain("contoso.example")), EntraFacts::default());
        assert_eq!(EntraFacts::default().mfa_demand, EntraMfaDemand::NotKnown);
    }

    #[test]
    fn what_is_said_of_a_domain_is_said_of_no_other() {
        let entra = Entra {
            mfa_demanded: vec![domain("contoso.example")],
            mfa_not_demanded: vec![domain("fabrikam.example")],
            enforce_mfa_by_federated_idp: vec![domain("contoso.example")],
            reject_mfa_by_federated_idp: vec![domain("fabrikam.example")],
            ..Entra::default()
        };
        let contoso = entra.facts(&domain("contoso.example"));
        assert_eq!(contoso.mfa_demand, EntraMfaDemand::Yes);
        assert_eq!(contoso.mfa_behavior, Some(FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp));
        let fabrikam = entra.facts(&domain("fabrikam.example"));
        assert_eq!(fabrikam.mfa_demand, EntraMfaDemand::No);
        assert_eq!(fabrikam.mfa_behavior, Some(FederatedIdpMfaBehavior::RejectMfaByFederatedIdp));
        assert_eq!(entra.facts(&domain("lab.contoso.example")), EntraFacts::default());
        assert_eq!(entra.contradictions(), []);
    }

    #[test]
    fn what_is_contradicted_is_not_known() {
        let both = vec![domain("contoso.example")];
        let entra = Entra {
            mfa_demanded: both.clone(),
            mfa_not_demanded: both.clone(),
            accept_if_mfa_done_by_federated_idp: both.clone(),
            enforce_mfa_by_federated_idp: both.clone(),
            ..Entra::default()
        };
        assert_eq!(entra.facts(&both[0]), EntraFacts::default());
        let lists: Vec<_> = entra.contradictions().into_iter().map(|(_, lists)| lists).collect();
        assert_eq!(
            lists,
            [
                ["entra.mfa_demanded", "entra.mfa_not_demanded"],
                ["entra.accept_if_mfa_done_by_federated_idp", "entra.enforce_mfa_by_federated_idp"]
            ]
        );
    }
}
