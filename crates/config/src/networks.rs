//! A list of networks: in a file an array, in a variable one text with commas.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serializer, de};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Array(Vec<String>),
    Text(String),
}

pub(crate) fn serialize<S: Serializer>(networks: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
    let texts: Vec<_> = networks.iter().map(ToString::to_string).collect();
    serializer.serialize_str(&texts.join(", "))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = match Written::deserialize(deserializer)? {
        Written::Array(texts) => texts,
        Written::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    texts.map(|text| network(text).ok_or_else(|| de::Error::custom(complaint(text)))).collect()
}

/// Reads a network, or an address as a network of one.
fn network(text: &str) -> Option<IpNet> {
    text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()
}

fn complaint(text: &str) -> String {
    format!("{text:?} is no network; write it like 10.0.0.0/8 or 192.0.2.7")
}
