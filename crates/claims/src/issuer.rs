use model::{Domain, IssuerUri, Upn};

/// The registered issuer of the user's domain: the domain's own, else that of the nearest proven domain above it,
/// whose issuer a subdomain inherits at Entra (TOK-16). None when the domain is not federated here (TOK-15) or
/// its ownership is not proven (S71).
pub fn issuer_of<'a>(upn: &Upn, domains: &'a [Domain]) -> Option<&'a IssuerUri> {
    Domain::of_user(upn, domains).map(|domain| &domain.issuer)
}

#[cfg(test)]
mod tests {
    use model::{ActiveRoad, DomainName, OrganisationId};

    use super::*;

    fn domain(name: &str, proven: bool) -> Domain {
        let name = DomainName::parse(name).unwrap();
        let issuer = IssuerUri::of_domain(&name);
        Domain { organisation: OrganisationId::new(), name, issuer, proven, active_road: ActiveRoad::Off }
    }

    fn issuer(upn: &str, domains: &[Domain]) -> Option<String> {
        issuer_of(&Upn::parse(upn).unwrap(), domains).map(ToString::to_string)
    }

    /// S40: the account's own domain decides, and nothing that only looks like it.
    #[test]
    fn only_a_proven_domain_of_the_user_gives_an_issuer() {
        let domains = [domain("contoso.example", true), domain("fabrikam.example", false)];
        assert_eq!(issuer("ada@contoso.example", &domains).unwrap(), "URN:contoso.example");
        assert_eq!(issuer("ada@fabrikam.example", &domains), None);
        assert_eq!(issuer("ada@evilcontoso.example", &domains), None);
        assert_eq!(issuer("ada@contoso.example.evil.example", &domains), None);
    }

    /// TOK-16: Entra demands the root's issuer for a subdomain that inherits from it.
    #[test]
    fn a_subdomain_has_the_issuer_of_its_root_unless_it_has_one_of_its_own() {
        let domains = [domain("contoso.example", true), domain("lab.contoso.example", true)];
        assert_eq!(issuer("ada@sales.contoso.example", &domains).unwrap(), "URN:contoso.example");
        assert_eq!(issuer("ada@x.lab.contoso.example", &domains).unwrap(), "URN:lab.contoso.example");
    }
}
