use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The anchor by which Entra finds the user (`onPremisesImmutableId`), case-sensitive.
///
/// Written as NameIdentifier and as the ImmutableID claim of every token (protocol.md §2.7, TOK-05).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImmutableId(String);

/// Why a text is no immutable ID.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ImmutableIdError {
    /// Nothing, or more than 60 characters.
    #[error("an immutable ID has 1 to 60 characters")]
    Length,
    /// Spaces, `$`, control characters and characters outside ASCII.
    #[error("{0:?} holds a character that Entra does not take in an immutable ID")]
    HostileCharacter(String),
}

impl ImmutableId {
    /// Reads an anchor as Entra holds it.
    pub fn parse(text: &str) -> Result<Self, ImmutableIdError> {
        if text.is_empty() || text.len() > 60 {
            return Err(ImmutableIdError::Length);
        }
        if !text.chars().all(|c| c.is_ascii_graphic() && !"$<>&\"'".contains(c)) {
            return Err(ImmutableIdError::HostileCharacter(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The anchor of a directory object: base64 of the GUID in .NET byte order, its first three fields
    /// little-endian (ANC-01).
    pub fn of_guid(guid: Uuid) -> Self {
        Self(BASE64_STANDARD.encode(guid.to_bytes_le()))
    }

    /// The text, exactly as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ImmutableId {
    type Error = ImmutableIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ImmutableId> for String {
    fn from(id: ImmutableId) -> Self {
        id.0
    }
}

impl fmt::Display for ImmutableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ImmutableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImmutableId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ANC-01, the vector of protocol.md §9.
    #[test]
    fn a_guid_is_encoded_in_the_byte_order_of_dotnet() {
        let guid = Uuid::parse_str("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9").unwrap();
        assert_eq!(ImmutableId::of_guid(guid).as_str(), "PSwbCl9OcWCCk6S1xtfo+Q==");
    }

    #[test]
    fn what_entra_would_not_take_is_refused() {
        for text in ["", "a b", "a$b", "a<b", "ü", &"x".repeat(61)] {
            assert!(ImmutableId::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
