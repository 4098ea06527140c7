use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};

/// The host that was asked, without a port: for finding the organisation, and for saying that nobody is there; for nothing
/// else (S31).
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let header = || headers.get(HOST).and_then(|host| host.to_str().ok()).map(without_port);
    uri.host().or_else(header)
}

/// `sign-in.contoso.example` of `sign-in.contoso.example:8443`, `[::1]` of `[::1]:8443`.
fn without_port(host: &str) -> &str {
    let after_brackets = host.find(']').map_or(0, |at| at + 1);
    match host.get(after_brackets..).and_then(|rest| rest.find(':')) {
        Some(colon) => host.get(..after_brackets + colon).unwrap_or_default(),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_part_of_the_host() {
        for (sent, host) in [
            ("sign-in.contoso.example", "sign-in.contoso.example"),
            ("sign-in.contoso.example:8443", "sign-in.contoso.example"),
            ("[::1]:8443", "[::1]"),
            ("[::1]", "[::1]"),
            ("", ""),
            (":80", ""),
        ] {
            assert_eq!(without_port(sent), host, "{sent:?}");
        }
    }
}
