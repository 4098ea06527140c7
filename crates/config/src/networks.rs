//! Networks: the list of a setting, and those that have a name of their own.

use std::net::IpAddr;

use ipnet::IpNet;
use model::{NetworkName, NetworkNameError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::list;

/// The ranges of addresses that share a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Network(#[serde(with = "crate::networks")] pub Vec<IpNet>);

/// The name in a setting's name, as `office` in `networks.office`; none when it is another setting.
pub(crate) fn name(setting: &str) -> Option<Result<NetworkName, NetworkNameError>> {
    setting.strip_prefix("networks.").map(NetworkName::parse)
}

pub(crate) fn serialize<S: Serializer>(networks: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
    list::serialize(networks, serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    list::deserialize(deserializer, network)
}

/// Reads a network, or an address as a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("{text:?} is no network; write it like 10.0.0.0/8 or 192.0.2.7"))
}
