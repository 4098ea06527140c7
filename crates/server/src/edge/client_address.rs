use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;
use thiserror::Error;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Why the client's address is unknown although the peer is a proxy of ours: the request is refused (S31).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum AddressError {
    /// The proxy did not say whom it speaks for.
    #[error("a trusted proxy sent no X-Forwarded-For")]
    Missing,
    /// Two statements that may differ.
    #[error("X-Forwarded-For is given several times, or Forwarded beside it")]
    Ambiguous,
    /// Something that is no plain address: text, a port, an IPv4 address dressed as IPv6.
    #[error("X-Forwarded-For holds something that is no plain address")]
    Malformed,
}

/// The address of the client: the peer's, or, when the peer is a trusted proxy, the rightmost address of
/// `X-Forwarded-For` that is not one (S31). Whoever is not trusted can write there what he likes: it is not read.
pub(crate) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[IpNet],
) -> Result<IpAddr, AddressError> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_trusted(&peer) {
        return Ok(peer);
    }
    let mut statements = headers.get_all(&X_FORWARDED_FOR).iter();
    let statement = statements.next().ok_or(AddressError::Missing)?;
    if statements.next().is_some() || headers.contains_key(FORWARDED) {
        return Err(AddressError::Ambiguous);
    }
    let statement = statement.to_str().map_err(|_| AddressError::Malformed)?;
    let hops = statement.split(',').map(plain_address).collect::<Result<Vec<_>, _>>()?;
    let client = hops.iter().rev().find(|hop| !is_trusted(hop)).or(hops.first());
    client.copied().ok_or(AddressError::Malformed)
}

fn plain_address(text: &str) -> Result<IpAddr, AddressError> {
    let address: IpAddr = text.trim().parse().map_err(|_| AddressError::Malformed)?;
    if address == address.to_canonical() { Ok(address) } else { Err(AddressError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const PROXY: &str = "10.0.0.7";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn address(peer: &str, pairs: &[(&'static str, &'static str)]) -> Result<String, AddressError> {
        let trusted = ["10.0.0.0/24".parse().unwrap(), "fd00::/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers(pairs), &trusted).map(|address| address.to_string())
    }

    /// S31: the default trusts nobody.
    #[test]
    fn forwarded_headers_of_a_stranger_are_not_read() {
        let spoofed = [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1")];
        assert_eq!(address("198.51.100.9", &spoofed).unwrap(), "198.51.100.9");
        let nobody = client_address(PROXY.parse().unwrap(), &headers(&spoofed), &[]).unwrap();
        assert_eq!(nobody.to_string(), PROXY);
    }

    /// S31
    #[test]
    fn the_walk_stops_at_the_first_untrusted_hop_from_the_right() {
        let cases = [
            ("203.0.113.5", "203.0.113.5"),
            ("1.1.1.1, 203.0.113.5", "203.0.113.5"),
            ("1.1.1.1, 203.0.113.5,10.0.0.3 , 10.0.0.4", "203.0.113.5"),
            ("2001:db8::1", "2001:db8::1"),
            ("10.0.0.9, fd00::1", "10.0.0.9"),
        ];
        for (statement, expected) in cases {
            assert_eq!(address(PROXY, &[("x-forwarded-for", statement)]).unwrap(), expected, "{statement}");
        }
    }

    /// S31
    #[test]
    fn an_unclear_statement_of_a_proxy_is_refused() {
        let malformed = [
            "",
            "unknown",
            "203.0.113.5:443",
            "[2001:db8::1]:443",
            "[2001:db8::1]",
            "::ffff:203.0.113.5",
            "203.0.113.5,",
            "203.0.113.5, <script>",
            "203.0.113.05",
        ];
        for statement in malformed {
            let refused = address(PROXY, &[("x-forwarded-for", statement)]);
            assert_eq!(refused, Err(AddressError::Malformed), "{statement:?}");
        }
        assert_eq!(address(PROXY, &[]), Err(AddressError::Missing));
        let twice = [("x-forwarded-for", "203.0.113.5"), ("x-forwarded-for", "203.0.113.5")];
        assert_eq!(address(PROXY, &twice), Err(AddressError::Ambiguous));
        let mixed = [("x-forwarded-for", "203.0.113.5"), ("forwarded", "for=203.0.113.5")];
        assert_eq!(address(PROXY, &mixed), Err(AddressError::Ambiguous));
    }

    #[test]
    fn an_ipv4_peer_on_an_ipv6_socket_is_itself() {
        assert_eq!(address("::ffff:198.51.100.9", &[]).unwrap(), "198.51.100.9");
        assert_eq!(address("::ffff:10.0.0.7", &[("x-forwarded-for", "203.0.113.5")]).unwrap(), "203.0.113.5");
    }
}
