use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ipnet::{IpNet, Ipv4Net};
use model::NetworkName;

use crate::subset::Subset;

/// The networks that have a name, arranged so that the time to find an address does not depend on how many ranges
/// there are.
///
/// Ranges may overlap. They are cut into stretches of addresses that lie in the same networks; an address is found by
/// its stretch.
#[derive(Clone, Debug, Default)]
pub struct NamedNetworks {
    networks: Vec<NamedNetwork>,
    four: Stretches<u32>,
    six: Stretches<u128>,
    expiring: Vec<(usize, DateTime<Utc>)>,
    inside: Subset,
}

/// Ranges of addresses that share a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedNetwork {
    /// What rules call it.
    pub name: NetworkName,
    /// Its ranges. Those of IPv4 addresses written as IPv6 (`::ffff:192.0.2.0/120`) are IPv4 networks.
    pub ranges: Vec<IpNet>,
    /// Whether whoever is in it is inside the corporate network, for the claim `insidecorporatenetwork` (TOK-11, S32).
    pub inside: bool,
    /// Until when it counts; none: for ever.
    pub until: Option<DateTime<Utc>>,
}

impl NamedNetwork {
    /// Ranges that share a name, are not inside, and count for ever.
    pub const fn new(name: NetworkName, ranges: Vec<IpNet>) -> Self {
        Self { name, ranges, inside: false, until: None }
    }
}

/// More networks have a name than a policy can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} networks have a name; at most {max} may", max = Subset::CAPACITY)]
pub struct TooManyNetworks(usize);

impl NamedNetworks {
    /// Arranges networks. Two of the same name are one, which is inside or expires only if both say so.
    pub fn new(networks: impl IntoIterator<Item = NamedNetwork>) -> Result<Self, TooManyNetworks> {
        let mut by_name: BTreeMap<NetworkName, NamedNetwork> = BTreeMap::new();
        for mut network in networks {
            network.ranges = network.ranges.into_iter().map(unmapped).collect();
            by_name
                .entry(network.name.clone())
                .and_modify(|other| {
                    other.ranges.extend(&network.ranges);
                    other.inside &= network.inside;
                    other.until = other.until.zip(network.until).map(|(one, two)| one.max(two));
                })
                .or_insert(network);
        }
        let networks: Vec<_> = by_name.into_values().collect();
        if networks.len() > Subset::CAPACITY {
            return Err(TooManyNetworks(networks.len()));
        }
        let numbered = || networks.iter().enumerate();
        let ranges =
            || numbered().flat_map(|(number, network)| network.ranges.iter().map(move |r| (number, *r)));
        let four = ranges().filter_map(|(number, range)| match range {
            IpNet::V4(range) => Some((number, range.network().into(), range.broadcast().into())),
            IpNet::V6(_) => None,
        });
        let six = ranges().filter_map(|(number, range)| match range {
            IpNet::V6(range) => Some((number, range.network().into(), range.broadcast().into())),
            IpNet::V4(_) => None,
        });
        Ok(Self {
            four: Stretches::cut(four, |last: u32| last.checked_add(1)),
            six: Stretches::cut(six, |last: u128| last.checked_add(1)),
            expiring: numbered().filter_map(|(number, network)| Some((number, network.until?))).collect(),
            inside: numbered().filter(|(_, network)| network.inside).map(|(number, _)| number).collect(),
            networks,
        })
    }

    /// The networks that hold an address. An IPv4 address written as IPv6 is an IPv4 address (CAF-02).
    pub(crate) fn find(&self, address: IpAddr, now: DateTime<Utc>) -> Subset {
        let found = match address.to_canonical() {
            IpAddr::V4(address) => self.four.holding(address.into()),
            IpAddr::V6(address) => self.six.holding(address.into()),
        };
        let expired = self.expiring.iter().filter(|(_, until)| *until <= now);
        expired.fold(found, |found, (number, _)| found.without(*number))
    }

    /// The names of the networks that hold an address, in order.
    pub fn holding(&self, address: IpAddr, now: DateTime<Utc>) -> Vec<NetworkName> {
        let found = self.find(address, now).iter();
        found.filter_map(|number| self.networks.get(number)).map(|network| network.name.clone()).collect()
    }

    /// Whether an address is inside the corporate network (S32): in a network that is marked so, and nowhere else. None
    /// where no network is marked, so that nobody knows what inside is.
    pub fn are_around(&self, address: IpAddr, now: DateTime<Utc>) -> Option<bool> {
        (self.inside != Subset::NONE).then(|| self.find(address, now).meets(self.inside))
    }

    /// Every network, by name.
    pub fn iter(&self) -> impl Iterator<Item = &NamedNetwork> {
        self.networks.iter()
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = &NetworkName> {
        self.networks.iter().map(|network| &network.name)
    }

    /// Whether there is a network of that name.
    pub fn has(&self, name: &NetworkName) -> bool {
        self.networks.binary_search_by(|network| network.name.cmp(name)).is_ok()
    }
}

/// All addresses of a kind, from each start to the next one, with the networks that hold them.
#[derive(Clone, Debug, Default)]
struct Stretches<A> {
    starts: Vec<A>,
    /// Of each stretch, where its networks stand in `sets`.
    set_of: Vec<usize>,
    sets: Vec<Subset>,
}

impl<A: Copy + Ord> Stretches<A> {
    /// Cuts ranges, each given by its network, its first and its last address.
    fn cut(ranges: impl Iterator<Item = (usize, A, A)>, after: impl Fn(A) -> Option<A>) -> Self {
        /// How many ranges of each network begin and end at an address.
        type Changes<A> = BTreeMap<A, Vec<(usize, bool)>>;
        let mut changes: Changes<A> = BTreeMap::new();
        for (network, first, last) in ranges {
            changes.entry(first).or_default().push((network, true));
            if let Some(next) = after(last) {
                changes.entry(next).or_default().push((network, false));
            }
        }
        let mut stretches = Self { starts: Vec::new(), set_of: Vec::new(), sets: Vec::new() };
        let mut known: HashMap<Subset, usize> = HashMap::new();
        let mut open: HashMap<usize, usize> = HashMap::new();
        let mut set = Subset::NONE;
        for (start, changes) in changes {
            for (network, begins) in changes {
                let count = open.entry(network).or_default();
                *count = if begins { *count + 1 } else { count.saturating_sub(1) };
                set = if *count == 0 { set.without(network) } else { set.with(network) };
            }
            let number = *known.entry(set).or_insert(stretches.sets.len());
            if number == stretches.sets.len() {
                stretches.sets.push(set);
            }
            if stretches.set_of.last() != Some(&number) {
                stretches.starts.push(start);
                stretches.set_of.push(number);
            }
        }
        stretches
    }

    fn holding(&self, address: A) -> Subset {
        let after = self.starts.partition_point(|start| *start <= address);
        let set = after.checked_sub(1).and_then(|at| self.set_of.get(at)).and_then(|set| self.sets.get(*set));
        set.copied().unwrap_or_default()
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
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn network(name: &str, ranges: &[&str]) -> NamedNetwork {
        NamedNetwork {
            name: NetworkName::parse(name).unwrap(),
            ranges: ranges.iter().map(|range| range.parse().unwrap()).collect(),
            inside: false,
            until: None,
        }
    }

    fn networks() -> NamedNetworks {
        NamedNetworks::new([
            NamedNetwork { inside: true, ..network("office", &["192.0.2.0/24", "2001:db8:1::/48"]) },
            network("printers", &["192.0.2.128/25"]),
            network("mapped", &["::ffff:198.51.100.0/120"]),
            network("carrier-nat", &["100.64.0.0/10"]),
            network("last", &["255.255.255.255/32", "ffff::/16"]),
            network("nobody", &[]),
        ])
        .unwrap()
    }

    fn holding(address: &str) -> Vec<String> {
        let found = networks().holding(address.parse().unwrap(), DateTime::UNIX_EPOCH);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_address_is_in_every_network_that_holds_it() {
        assert_eq!(holding("192.0.2.1"), ["office"]);
        assert_eq!(holding("192.0.2.200"), ["office", "printers"]);
        assert_eq!(holding("192.0.2.255"), ["office", "printers"]);
        assert_eq!(holding("2001:db8:1::7"), ["office"]);
        assert_eq!(holding("100.127.255.255"), ["carrier-nat"]);
        assert_eq!(holding("255.255.255.255"), ["last"]);
        assert_eq!(holding("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ["last"]);
        for outside in ["192.0.1.255", "192.0.3.0", "2001:db8:2::7", "100.128.0.0", "0.0.0.0", "::"] {
            assert_eq!(holding(outside), [""; 0], "{outside}");
        }
    }

    /// CAF-02: one address has one place, however it is written.
    #[test]
    fn an_ipv4_address_written_as_ipv6_is_the_same_address() {
        assert_eq!(holding("::ffff:192.0.2.1"), ["office"]);
        assert_eq!(holding("198.51.100.9"), ["mapped"]);
        assert_eq!(holding("::ffff:198.51.100.9"), ["mapped"]);
        assert_eq!(holding("::192.0.2.1"), [""; 0]);
    }

    #[test]
    fn a_network_counts_until_its_time_is_up() {
        let until = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let lent = NamedNetwork { until: Some(until), ..network("lent", &["192.0.2.0/24"]) };
        let networks = NamedNetworks::new([lent, network("own", &["192.0.2.0/25"])]).unwrap();
        let names = |now| networks.holding("192.0.2.1".parse().unwrap(), now).len();
        assert_eq!((names(until - TimeDelta::microseconds(1)), names(until)), (2, 1));
    }

    /// S32, TOK-11: only what an admin has marked is inside.
    #[test]
    fn only_a_marked_network_is_inside() {
        let around = |address: &str| networks().are_around(address.parse().unwrap(), DateTime::UNIX_EPOCH);
        for inside in ["192.0.2.200", "::ffff:192.0.2.1"] {
            assert_eq!(around(inside), Some(true), "{inside}");
        }
        for outside in ["198.51.100.9", "10.0.0.1", "127.0.0.1"] {
            assert_eq!(around(outside), Some(false), "{outside}");
        }
        let unmarked = NamedNetworks::new([network("office", &["192.0.2.0/24"])]).unwrap();
        assert_eq!(unmarked.are_around("192.0.2.1".parse().unwrap(), DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn two_networks_of_one_name_are_one() {
        let marked = |ranges, inside| NamedNetwork { inside, ..network("office", ranges) };
        let networks =
            NamedNetworks::new([marked(&["192.0.2.0/24"], true), marked(&["10.0.0.0/8"], false)]).unwrap();
        let name = NetworkName::parse("office").unwrap();
        assert!(networks.has(&name) && networks.names().eq([&name]));
        assert_eq!(networks.are_around("192.0.2.1".parse().unwrap(), DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn more_names_than_can_be_told_apart_are_refused() {
        let many = |count: usize| (0..count).map(|number| network(&format!("n{number}"), &["10.0.0.0/8"]));
        assert!(NamedNetworks::new(many(256)).is_ok());
        assert_eq!(NamedNetworks::new(many(257)).unwrap_err(), TooManyNetworks(257));
    }

    proptest! {
        /// The judge is ipnet's own `contains`, range by range.
        #[test]
        fn stretches_find_what_each_range_contains(
            ranges in prop::collection::vec((0..4usize, any::<u8>(), 24..=32u8), 0..40),
            addresses in prop::collection::vec((0..=255u8, any::<u8>()), 50),
        ) {
            let mut networks = ["a", "b", "c", "d"].map(|name| network(name, &[]));
            for (of, last, prefix) in ranges {
                networks[of].ranges.push(Ipv4Net::new([192, 0, 2, last].into(), prefix).unwrap().into());
            }
            let arranged = NamedNetworks::new(networks.clone()).unwrap();
            for (third, last) in addresses {
                let address = IpAddr::from([192, 0, if third < 250 { 2 } else { third }, last]);
                let expected: Vec<_> = networks
                    .iter()
                    .filter(|network| network.ranges.iter().any(|range| range.contains(&address)))
                    .map(|network| network.name.clone())
                    .collect();
                prop_assert_eq!(arranged.holding(address, DateTime::UNIX_EPOCH), expected);
            }
        }
    }
}
