//! Where the demo's documentation ranges are said to be, so that rules about places can be tried.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use anyhow::Context;
use config::Geography;
use geography::sample;

/// A range of RFC 5737 or RFC 3849, in a country and of an operator that it is not really in.
struct Range {
    network: &'static str,
    country: &'static str,
    autonomous_system: u32,
}

const RANGES: [Range; 6] = [
    Range { network: "203.0.113.0/24", country: "AU", autonomous_system: 64_496 },
    Range { network: "198.51.100.0/24", country: "PT", autonomous_system: 64_497 },
    Range { network: "192.0.2.0/24", country: "DE", autonomous_system: 64_498 },
    Range { network: "2001:db8:61::/48", country: "AU", autonomous_system: 64_496 },
    Range { network: "2001:db8:351::/48", country: "PT", autonomous_system: 64_497 },
    Range { network: "2001:db8:49::/48", country: "DE", autonomous_system: 64_498 },
];

/// An address of each country, and one that nobody knows: behind a carrier's NAT.
pub const EXAMPLES: [(IpAddr, &str); 5] = [
    (IpAddr::V4(Ipv4Addr::new(203, 0, 113, 24)), "Australia"),
    (IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), "Portugal"),
    (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 5)), "Germany"),
    (IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0x61, 0, 0, 0, 0, 1)), "Australia"),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 1)), "no known country"),
];

/// Writes both databases into a folder, and says where they are.
pub fn write(folder: &Path) -> anyhow::Result<Geography> {
    let countries: Vec<_> = RANGES.iter().map(|range| (range.network, range.country)).collect();
    let networks: Vec<_> = RANGES.iter().map(|range| (range.network, range.autonomous_system)).collect();
    let write = |name: &str, database: Vec<u8>| {
        let file = folder.join(name);
        fs::write(&file, database).with_context(|| format!("{} cannot be written", file.display()))?;
        anyhow::Ok(file)
    };
    Ok(Geography {
        country_file: Some(write("demo-country.mmdb", sample::countries(&countries)?)?),
        network_file: Some(write("demo-network.mmdb", sample::autonomous_systems(&networks)?)?),
    })
}
