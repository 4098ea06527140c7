use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Attributes, DomainError, DomainName, ImmutableId, OrganisationId, UserId};

/// A user principal name: `local@domain`, the domain in lower case, the local part as the admin wrote it.
///
/// Two UPNs that differ only by letter case name the same user; compare by [`Upn::key`].
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Upn {
    text: String,
    at: usize,
}

/// Why a text is no user principal name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UpnError {
    /// No `@`, or more than one.
    #[error("a user name looks like ada@contoso.example")]
    Shape,
    /// The part before the `@` is empty, too long, or holds a character Entra does not take.
    #[error("the part before the @ has 1 to 64 of A-Z a-z 0-9 ' . - _ ! # ^ ~ + and does not end with a dot")]
    LocalPart,
    /// The part after the `@` is no domain name.
    #[error(transparent)]
    Domain(#[from] DomainError),
}

impl Upn {
    /// Reads a user principal name (Entra's rules for `userPrincipalName`, plus `+` of mail addresses).
    pub fn parse(text: &str) -> Result<Self, UpnError> {
        let (local, domain) = text.trim().split_once('@').ok_or(UpnError::Shape)?;
        if domain.contains('@') {
            return Err(UpnError::Shape);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "'.-_!#^~+".contains(c);
        if local.is_empty() || local.len() > 64 || local.ends_with('.') || !local.chars().all(plain) {
            return Err(UpnError::LocalPart);
        }
        let domain = DomainName::parse(domain)?;
        Ok(Self { text: format!("{local}@{domain}"), at: local.len() })
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// What two spellings of one user have in common: the whole name in lower case.
    pub fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }
}

impl FromStr for Upn {
    type Err = UpnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Upn {
    type Error = UpnError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Upn> for String {
    fn from(upn: Upn) -> Self {
        upn.text
    }
}

impl fmt::Display for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upn({})", self.text)
    }
}

/// A person or service account of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Stable for life.
    pub id: UserId,
    /// The organisation the user belongs to.
    pub organisation: OrganisationId,
    /// The sign-in name, as Entra has it.
    pub upn: Upn,
    /// The anchor; without one no token is issued (TOK-05).
    pub immutable_id: Option<ImmutableId>,
    /// Whether the user may sign in at all.
    pub active: bool,
    /// Standard and custom attributes.
    pub attributes: Attributes,
    /// When the user was made.
    pub created_at: DateTime<Utc>,
}

impl User {
    /// What people call the user: the display name, else first and last name, else the sign-in name.
    pub fn display_name(&self) -> String {
        let attribute = |name| self.attributes.first(name).map(str::to_owned);
        let full_name = || {
            let names = [attribute("GivenName"), attribute("Surname")];
            let joined = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!joined.is_empty()).then_some(joined)
        };
        attribute("DisplayName").or_else(full_name).unwrap_or_else(|| self.upn.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_kept_in_lower_case_and_the_local_part_as_written() {
        let upn = Upn::parse(" Ada.B@CONTOSO.Example ").unwrap();
        assert_eq!(upn.as_str(), "Ada.B@contoso.example");
        assert_eq!(upn.domain(), "contoso.example");
        assert_eq!(upn.key(), "ada.b@contoso.example");
    }

    /// S40: no homograph reaches the directory; international domains become A-labels.
    #[test]
    fn hostile_names_are_refused() {
        for text in
            ["", "ada", "@x.example", "a@b@c.example", "a b@x.example", "a.@x.example", "а@x.example", "a@x"]
        {
            assert!(Upn::parse(text).is_err(), "{text:?} was accepted");
        }
        assert!(Upn::parse("a@cоntoso.example").unwrap().domain().starts_with("xn--"));
    }
}
