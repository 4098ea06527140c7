use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{ActiveRoad, IssuerUri, OrganisationId, Upn};

/// A DNS domain name in lower-case ASCII (IDNA 2008 A-labels), at least two labels.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

/// Why a text is no domain name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DomainError {
    /// IDNA processing failed, or a label breaks the rules of DNS.
    #[error("{0:?} is not a domain name; write it like contoso.example")]
    Malformed(String),
    /// A single label such as `localhost` cannot be federated.
    #[error("{0:?} has only one label; a federated domain looks like contoso.example")]
    SingleLabel(String),
}

impl DomainName {
    /// Reads a domain name in any letter case, with or without international characters.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let malformed = || DomainError::Malformed(text.chars().take(80).collect());
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| malformed())?;
        let hostile = |label: &str| label.is_empty() || label.starts_with('-') || label.ends_with('-');
        if ascii.len() > 253 || ascii.split('.').any(hostile) {
            return Err(malformed());
        }
        if !ascii.contains('.') {
            return Err(DomainError::SingleLabel(ascii));
        }
        Ok(Self(ascii))
    }

    /// The name in lower-case ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain one label up, while that still has two labels: `mail.contoso.example` → `contoso.example`.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_once('.')?;
        rest.contains('.').then(|| Self(rest.to_owned()))
    }
}

impl FromStr for DomainName {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DomainName {
    type Error = DomainError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainName({})", self.0)
    }
}

/// A UPN suffix of an organisation, with the issuer URI that Entra holds for it.
///
/// A domain does nothing until its ownership is proven (S71).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The organisation it belongs to; one per deployment.
    pub organisation: OrganisationId,
    /// The suffix.
    pub name: DomainName,
    /// What a token's `Issuer` must equal, byte for byte.
    pub issuer: IssuerUri,
    /// Whether ownership is proven, or was declared so by an operator.
    pub proven: bool,
    /// Which of its users may ask for tokens without a page.
    pub active_road: ActiveRoad,
}

impl Domain {
    /// The domain that speaks for a user: the name's own, else the nearest proven one above it (TOK-16).
    ///
    /// None when no domain of these is, or it is not proven (S71).
    pub fn of_user<'a>(upn: &Upn, domains: &'a [Self]) -> Option<&'a Self> {
        let speaks = |domain: &&Self| domain.proven && domain.holds(upn);
        domains.iter().filter(speaks).max_by_key(|domain| domain.name.as_str().len())
    }

    /// Whether a name ends in this domain or in one below it.
    pub fn holds(&self, upn: &Upn) -> bool {
        let below = upn.domain().strip_suffix(self.name.as_str());
        below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_lower_case_ascii() {
        assert_eq!(DomainName::parse("CONTOSO.Example").unwrap().as_str(), "contoso.example");
        assert_eq!(DomainName::parse("bücher.example").unwrap().as_str(), "xn--bcher-kva.example");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", ".", "localhost", "a..b", "-a.example", "a b.example", "a_b.example", "a.example."] {
            assert!(DomainName::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_parent_has_at_least_two_labels() {
        let name = DomainName::parse("a.b.example").unwrap();
        assert_eq!(name.parent().unwrap().as_str(), "b.example");
        assert_eq!(name.parent().unwrap().parent(), None);
    }
}
