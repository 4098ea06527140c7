//! Small databases, written: for the demo and for tests.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::IpAddr;

use ipnet::{AddrParseError, IpNet};
use maxminddb_writer::Database;
use maxminddb_writer::metadata::IpVersion;
use maxminddb_writer::paths::IpAddrWithMask;
use serde::Serialize;
use thiserror::Error;

/// When every sample says that it was made, in seconds since 1970.
pub const MADE_AT: u32 = 1_764_000_000;

/// Why a sample is not written.
#[derive(Debug, Error)]
pub enum SampleError {
    /// A network that is none.
    #[error(transparent)]
    Network(#[from] AddrParseError),
    /// The writer's own trouble.
    #[error("the sample cannot be written: {0}")]
    Writer(String),
}

/// A database of networks and the two letters of their countries. A network within another comes after it.
pub fn countries(entries: &[(&str, &str)]) -> Result<Vec<u8>, SampleError> {
    let country = |letters| BTreeMap::from([("country", BTreeMap::from([("iso_code", letters)]))]);
    let entries = entries.iter().map(|(network, letters)| (*network, country(*letters)));
    write("Countersign-Sample-Country", IpVersion::V6, entries)
}

/// A database of networks and the numbers of their autonomous systems.
pub fn autonomous_systems(entries: &[(&str, u32)]) -> Result<Vec<u8>, SampleError> {
    let system = |number| BTreeMap::from([("autonomous_system_number", number)]);
    let entries = entries.iter().map(|(network, number)| (*network, system(*number)));
    write("Countersign-Sample-ASN", IpVersion::V6, entries)
}

/// A database of any entries.
pub(crate) fn write<'a, T: Serialize>(
    kind: &str,
    version: IpVersion,
    entries: impl IntoIterator<Item = (&'a str, T)>,
) -> Result<Vec<u8>, SampleError> {
    let mut database = Database::default();
    database.metadata.binary_format_major_version = 2;
    database.metadata.build_epoch = MADE_AT.into();
    database.metadata.ip_version = version;
    kind.clone_into(&mut database.metadata.database_type);
    for (network, entry) in entries {
        let path = path(network.parse()?, version);
        let entry = database.insert_value(entry).map_err(failed)?;
        database.insert_node(path, entry);
    }
    database.write_to(Vec::new()).map_err(failed)
}

/// The way down the tree. In a tree of IPv6 addresses, those of IPv4 are the first 96 zeros away.
fn path(network: IpNet, version: IpVersion) -> IpAddrWithMask {
    match (network, version) {
        (IpNet::V4(four), IpVersion::V6) => {
            let address = IpAddr::V6(u128::from(u32::from(four.network())).into());
            IpAddrWithMask::new(address, four.prefix_len() + 96)
        }
        _ => IpAddrWithMask::new(network.network(), network.prefix_len()),
    }
}

fn failed(error: impl Display) -> SampleError {
    SampleError::Writer(error.to_string())
}
