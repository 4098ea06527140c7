use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The standard attributes of a user, in the words of the directory (provisioning.md §6). All are optional.
pub const STANDARD_ATTRIBUTES: &[&str] = &[
    "DisplayName",
    "GivenName",
    "Surname",
    "Mail",
    "Description",
    "JobTitle",
    "Department",
    "CompanyName",
    "OfficeLocation",
    "OfficeNumber",
    "BusinessPhones",
    "MobilePhone",
    "HomeNumber",
    "FaxNumber",
    "StreetAddress",
    "City",
    "State",
    "PostalCode",
    "Country",
    "UsageLocation",
    "PreferredLanguage",
    "EmployeeId",
    "EmployeeType",
    "ReportsTo",
    "OtherMails",
    "Uuid",
    "ExtensionAttribute1",
    "ExtensionAttribute2",
    "ExtensionAttribute3",
    "ExtensionAttribute4",
    "ExtensionAttribute5",
    "ExtensionAttribute6",
    "ExtensionAttribute7",
    "ExtensionAttribute8",
    "ExtensionAttribute9",
    "ExtensionAttribute10",
    "ExtensionAttribute11",
    "ExtensionAttribute12",
    "ExtensionAttribute13",
    "ExtensionAttribute14",
    "ExtensionAttribute15",
];

/// Other names that admins and scripts use for a standard attribute.
const ALIASES: &[(&str, &str)] = &[
    ("FirstName", "GivenName"),
    ("LastName", "Surname"),
    ("Email", "Mail"),
    ("Title", "JobTitle"),
    ("Company", "CompanyName"),
    ("PhysicalDeliveryOfficeName", "OfficeLocation"),
    ("MobileNumber", "MobilePhone"),
    ("Mobile", "MobilePhone"),
    ("TelephoneNumber", "BusinessPhones"),
    ("Manager", "ReportsTo"),
    ("PreferredCulture", "PreferredLanguage"),
];

/// The attributes of a user: standard ones under their standard names, and free custom ones.
///
/// Names are compared without letter case; an attribute holds one or several values, never an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Vec<String>>", into = "BTreeMap<String, Vec<String>>")]
pub struct Attributes(BTreeMap<String, Vec<String>>);

/// Why an attribute cannot be stored.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AttributeError {
    /// The name is empty, too long or holds characters that no form shows.
    #[error("{0:?} is not an attribute name: 1 to 64 letters, digits, - _ .")]
    Name(String),
    /// A value holds a control character other than tab or line feed, or is longer than 8,192 bytes.
    #[error("a value of {0} holds a control character or has more than 8,192 bytes")]
    Value(String),
    /// More than 200 attributes, or more than 200 values in one.
    #[error("a user has at most 200 attributes with at most 200 values each")]
    TooMany,
}

impl Attributes {
    /// Sets an attribute, replacing what it held; empty values are left out, none at all removes it.
    pub fn set<V: Into<String>>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), AttributeError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return Err(AttributeError::Name(name.chars().take(80).collect()));
        }
        let values: Vec<String> =
            values.into_iter().map(Into::into).filter(|v: &String| !v.is_empty()).collect();
        let hostile =
            |v: &String| v.len() > 8192 || v.chars().any(|c| c.is_control() && c != '\t' && c != '\n');
        if values.iter().any(hostile) {
            return Err(AttributeError::Value(name.to_owned()));
        }
        let name = self.stored_name(name);
        if values.is_empty() {
            self.0.remove(&name);
            return Ok(());
        }
        if values.len() > 200 || (self.0.len() >= 200 && !self.0.contains_key(&name)) {
            return Err(AttributeError::TooMany);
        }
        self.0.insert(name, values);
        Ok(())
    }

    /// All values of an attribute, none when it is not set.
    pub fn values(&self, name: &str) -> &[String] {
        self.0.get(&self.stored_name(name)).map_or(&[], Vec::as_slice)
    }

    /// The first value of an attribute.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).first().map(String::as_str)
    }

    /// Every attribute with its values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// The spelling under which a name is kept: the standard one, the one already stored, or the one given.
    fn stored_name(&self, name: &str) -> String {
        let standard =
            ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map(|(_, name)| *name);
        standard
            .or_else(|| STANDARD_ATTRIBUTES.iter().copied().find(|known| known.eq_ignore_ascii_case(name)))
            .or_else(|| self.0.keys().map(String::as_str).find(|known| known.eq_ignore_ascii_case(name)))
            .unwrap_or(name)
            .to_owned()
    }
}

impl TryFrom<BTreeMap<String, Vec<String>>> for Attributes {
    type Error = AttributeError;

    fn try_from(map: BTreeMap<String, Vec<String>>) -> Result<Self, Self::Error> {
        let mut attributes = Self::default();
        for (name, values) in map {
            attributes.set(&name, values)?;
        }
        Ok(attributes)
    }
}

impl From<Attributes> for BTreeMap<String, Vec<String>> {
    fn from(attributes: Attributes) -> Self {
        attributes.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_by_their_other_names() {
        let mut attributes = Attributes::default();
        attributes.set("firstname", ["Ada"]).unwrap();
        attributes.set("shoeSize", ["38"]).unwrap();
        assert_eq!(attributes.first("GIVENNAME"), Some("Ada"));
        assert_eq!(attributes.first("SHOESIZE"), Some("38"));
        assert_eq!(attributes.first("unknown"), None);
    }

    #[test]
    fn an_attribute_set_to_nothing_is_gone() {
        let mut attributes = Attributes::default();
        attributes.set("Mail", ["a@b.example"]).unwrap();
        attributes.set("Mail", [""]).unwrap();
        assert_eq!(attributes.iter().count(), 0);
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(Attributes::default().set("Mail", ["a\u{0}b"]).is_err());
        assert!(Attributes::default().set("a b", ["x"]).is_err());
    }
}
