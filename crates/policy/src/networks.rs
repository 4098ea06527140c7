use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use model::NetworkName;

/// The networks that have a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedNetworks(BTreeMap<NetworkName, Vec<IpNet>>);

impl NamedNetworks {
    /// Networks by name. Those of IPv4 addresses written as IPv6 (`::ffff:192.0.2.0/120`) are IPv4 networks.
    pub fn new(networks: impl IntoIterator<Item = (NetworkName, Vec<IpNet>)>) -> Self {
        let unmapped = |(name, ranges): (_, Vec<_>)| (name, ranges.into_iter().map(unmapped).collect());
        Self(networks.into_iter().map(unmapped).collect())
    }

    /// The names of the networks that hold an address. An IPv4 address written as IPv6 is an IPv4 address.
    pub fn holding(&self, address: IpAddr) -> Vec<NetworkName> {
        let address = address.to_canonical();
        let holding = self.0.iter().filter(|(_, ranges)| ranges.iter().any(|range| range.contains(&address)));
        holding.map(|(name, _)| name.clone()).collect()
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = &NetworkName> {
        self.0.keys()
    }

    /// Whether there is a network of that name.
    pub fn has(&self, name: &NetworkName) -> bool {
        self.0.contains_key(name)
    }
}

/// A range of `::ffff:0:0/96` as the range of IPv4 addresses that it stands for.
fn unmapped(range: IpNet) -> IpNet {
    let IpNet::V6(six) = range else { return range };
    let four = six.addr().to_ipv4_mapped().zip(six.prefix_len().checked_sub(96));
    let four = four.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    four.map_or(range, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks() -> NamedNetworks {
        let named = |name: &str, ranges: &[&str]| {
            let ranges = ranges.iter().map(|range| range.parse().unwrap()).collect();
            (NetworkName::parse(name).unwrap(), ranges)
        };
        NamedNetworks::new([
            named("office", &["192.0.2.0/24", "2001:db8:1::/48"]),
            named("printers", &["192.0.2.128/25"]),
            named("mapped", &["::ffff:198.51.100.0/120"]),
            named("nobody", &[]),
        ])
    }

    fn holding(address: &str) -> Vec<String> {
        networks().holding(address.parse().unwrap()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_address_is_in_every_network_that_holds_it() {
        assert_eq!(holding("192.0.2.1"), ["office"]);
        assert_eq!(holding("192.0.2.200"), ["office", "printers"]);
        assert_eq!(holding("2001:db8:1::7"), ["office"]);
        assert_eq!(holding("192.0.3.1"), [""; 0]);
        assert_eq!(holding("2001:db8:2::7"), [""; 0]);
    }

    /// CAF-02: one address has one place, however it is written.
    #[test]
    fn an_ipv4_address_written_as_ipv6_is_the_same_address() {
        assert_eq!(holding("::ffff:192.0.2.1"), ["office"]);
        assert_eq!(holding("198.51.100.9"), ["mapped"]);
        assert_eq!(holding("::ffff:198.51.100.9"), ["mapped"]);
        assert_eq!(holding("::192.0.2.1"), [""; 0]);
    }
}
