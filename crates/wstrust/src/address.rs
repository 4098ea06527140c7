/// What of an absolute address says which endpoint it is: scheme, host with port, path.
///
/// Clients add queries such as `?client-request-id=` and some spell out the default port (protocol.md §4.5).
#[derive(PartialEq, Eq)]
pub(crate) struct Endpoint<'a> {
    scheme: String,
    authority: String,
    path: &'a str,
}

impl<'a> Endpoint<'a> {
    /// The endpoint that an absolute address names, if it is one.
    pub(crate) fn of(address: &'a str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = authority.to_ascii_lowercase();
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority).to_owned();
        if authority.is_empty() { None } else { Some(Self { scheme, authority, path }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        match (Endpoint::of(one), Endpoint::of(other)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        }
    }

    const OURS: &str = "https://idp.contoso.example/adfs/services/trust/13/usernamemixed";

    /// WST-03
    #[test]
    fn case_of_the_host_default_port_and_query_do_not_matter() {
        for address in [
            OURS,
            "HTTPS://IDP.Contoso.Example/adfs/services/trust/13/usernamemixed",
            "https://idp.contoso.example:443/adfs/services/trust/13/usernamemixed",
            "https://idp.contoso.example/adfs/services/trust/13/usernamemixed?client-request-id=1#x",
        ] {
            assert!(same(OURS, address), "{address}");
        }
        assert!(same("http://a.example:80/x", "http://a.example/x"));
    }

    #[test]
    fn scheme_host_port_and_path_matter() {
        for address in [
            "",
            "https://",
            "https:///adfs/services/trust/13/usernamemixed",
            "http://idp.contoso.example/adfs/services/trust/13/usernamemixed",
            "https://idp.contoso.example:444/adfs/services/trust/13/usernamemixed",
            "https://idp.contoso.example.evil.example/adfs/services/trust/13/usernamemixed",
            "https://idp.contoso.example@evil.example/adfs/services/trust/13/usernamemixed",
            "https://evil.example?https://idp.contoso.example/adfs/services/trust/13/usernamemixed",
            "https://idp.contoso.example/adfs/services/trust/2005/usernamemixed",
            "/adfs/services/trust/13/usernamemixed",
            "http://www.w3.org/2005/08/addressing/anonymous",
        ] {
            assert!(!same(OURS, address), "{address}");
        }
    }
}
