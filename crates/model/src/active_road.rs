use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::RoleId;

/// Who of a domain may ask for tokens as an active requestor, with a name and a password and no page
/// (protocol.md §4.8, WST-11).
///
/// What a program says of itself proves nothing, so that no variant is a kind of program: [`Windows`](Self::Windows)
/// lets every active requestor ask, and is named after those it is switched on for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
pub enum ActiveRoad {
    /// Nobody: the active endpoints are not there. What a new domain has.
    #[default]
    Off,
    /// Everybody, from everywhere: what sign-in to Windows and macOS needs.
    Windows,
    /// Only from named networks, or only members of named roles.
    PasswordClients(PasswordClients),
}

/// How the active road is narrowed. Every list that names something has to be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Narrowing", into = "Narrowing")]
pub struct PasswordClients(Narrowing);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Narrowing {
    networks: BTreeSet<NetworkName>,
    roles: BTreeSet<RoleId>,
}

/// Neither a network nor a role is named, which would narrow nothing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("name at least one network or one role; without any, everybody could ask from everywhere")]
pub struct NothingNamed;

impl ActiveRoad {
    /// The name of the mode, as in storage and on the command line.
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Windows => "windows",
            Self::PasswordClients(_) => "password-clients",
        }
    }

    /// Whether the active endpoints exist for the domain at all.
    pub const fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// The networks from which alone is answered; none: from everywhere, if [on](Self::is_on).
    pub fn networks(&self) -> impl Iterator<Item = &NetworkName> {
        self.narrowing().into_iter().flat_map(|narrowing| &narrowing.networks)
    }

    /// The roles whose members alone are answered; none: everybody, if [on](Self::is_on).
    pub fn roles(&self) -> impl Iterator<Item = RoleId> {
        self.narrowing().into_iter().flat_map(|narrowing| &narrowing.roles).copied()
    }

    const fn narrowing(&self) -> Option<&Narrowing> {
        match self {
            Self::Off | Self::Windows => None,
            Self::PasswordClients(PasswordClients(narrowing)) => Some(narrowing),
        }
    }
}

impl PasswordClients {
    /// Narrows the road to networks, to roles, or to both: then a request has to come from one of the networks and
    /// from a member of one of the roles.
    pub fn new(
        networks: impl IntoIterator<Item = NetworkName>,
        roles: impl IntoIterator<Item = RoleId>,
    ) -> Result<Self, NothingNamed> {
        Narrowing { networks: networks.into_iter().collect(), roles: roles.into_iter().collect() }.try_into()
    }

    /// Whether a client may ask whose address is in these networks.
    pub fn admits_from(&self, networks: &[NetworkName]) -> bool {
        self.0.networks.is_empty() || networks.iter().any(|network| self.0.networks.contains(network))
    }

    /// Whether a person may ask who has these roles.
    pub fn admits_with(&self, roles: &[RoleId]) -> bool {
        self.0.roles.is_empty() || roles.iter().any(|role| self.0.roles.contains(role))
    }
}

impl TryFrom<Narrowing> for PasswordClients {
    type Error = NothingNamed;

    fn try_from(narrowing: Narrowing) -> Result<Self, Self::Error> {
        let nothing = narrowing.networks.is_empty() && narrowing.roles.is_empty();
        if nothing { Err(NothingNamed) } else { Ok(Self(narrowing)) }
    }
}

impl From<PasswordClients> for Narrowing {
    fn from(clients: PasswordClients) -> Self {
        clients.0
    }
}

/// The name of some networks: 1 to 64 small letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NetworkName(String);

/// The text is no name for a network.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no name for a network: 1 to 64 small letters, digits, - and _")]
pub struct NetworkNameError(String);

impl NetworkName {
    /// Reads a name such as `office-vienna`.
    pub fn parse(text: &str) -> Result<Self, NetworkNameError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
            return Err(NetworkNameError(text.chars().take(80).collect()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NetworkName {
    type Err = NetworkNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for NetworkName {
    type Error = NetworkNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<NetworkName> for String {
    fn from(name: NetworkName) -> Self {
        name.0
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str) -> NetworkName {
        NetworkName::parse(name).unwrap()
    }

    #[test]
    fn names_of_networks_are_short_and_plain() {
        for name in ["office", "office-vienna", "vpn_2", "9", &"a".repeat(64)] {
            assert_eq!(NetworkName::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "Office", "head office", "a.b", "büro", "a,b", &"a".repeat(65)] {
            assert!(NetworkName::parse(name).is_err(), "{name:?} was accepted");
        }
    }

    #[test]
    fn password_clients_are_narrowed_by_something() {
        assert_eq!(PasswordClients::new([], []), Err(NothingNamed));
    }

    #[test]
    fn every_list_that_names_something_has_to_be_met() {
        let (staff, guests) = (RoleId::new(), RoleId::new());
        let both = PasswordClients::new([network("office"), network("vpn")], [staff]).unwrap();
        assert!(both.admits_from(&[network("guests"), network("vpn")]) && both.admits_with(&[guests, staff]));
        assert!(!both.admits_from(&[network("guests")]) && !both.admits_from(&[]));
        assert!(!both.admits_with(&[guests]) && !both.admits_with(&[]));

        let only_roles = PasswordClients::new([], [staff]).unwrap();
        assert!(only_roles.admits_from(&[]) && !only_roles.admits_with(&[]));
    }

    #[test]
    fn a_new_domain_has_no_active_road() {
        let road = ActiveRoad::default();
        assert!(!road.is_on());
        assert_eq!((road.networks().count(), road.roles().count()), (0, 0));
    }
}
