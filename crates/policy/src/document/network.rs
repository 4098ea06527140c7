use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use toml::Spanned;

use super::Moment;

/// `[networks.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Network {
    /// Its ranges, IPv4 and IPv6.
    pub ranges: Vec<Spanned<Range>>,
    /// Whether whoever is in it counts as inside the corporate network, which tokens then say (TOK-11, S32).
    #[serde(default)]
    pub inside: bool,
    /// Whom to ask about it.
    pub owner: Option<String>,
    /// What it is.
    pub note: Option<String>,
    /// Until when it counts; left out: for ever.
    pub until: Option<Moment>,
}

/// Some addresses: `192.0.2.0/24`, `2001:db8::/32`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Range(pub IpNet);

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let range = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        range.map(Self).map_err(|_| format!("{text:?} is no network; write it like 10.0.0.0/8 or 192.0.2.7"))
    }
}
