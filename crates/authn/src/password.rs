use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

/// The most characters a password may have. A cap, so that nobody makes the server hash a megabyte (S34).
const MAXIMUM_CHARACTERS: usize = 128;

/// The fewest characters a new password may have (NIST SP 800-63B §3.1.1.2). Only asked when one is set: an
/// older, shorter password still opens the door that it closed.
pub const MINIMUM_NEW_PASSWORD: usize = 8;

/// A password as somebody typed it, byte for byte. Wiped from memory when dropped, never shown by `Debug`.
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Nothing was typed. Some directories take an empty password for an anonymous bind, so none travels inward.
    #[error("the password is empty")]
    Empty,
    /// More than 128 characters.
    #[error("the password has more than {MAXIMUM_CHARACTERS} characters")]
    TooLong,
}

impl Password {
    /// Takes a password of 1 to 128 characters; what is refused is wiped as well.
    pub fn parse(text: impl Into<Zeroizing<String>>) -> Result<Self, PasswordError> {
        let text = text.into();
        if text.is_empty() {
            return Err(PasswordError::Empty);
        }
        // No character has more than four bytes: a huge body is refused without being read.
        if text.len() > 4 * MAXIMUM_CHARACTERS || text.chars().count() > MAXIMUM_CHARACTERS {
            return Err(PasswordError::TooLong);
        }
        Ok(Self(text))
    }

    /// How many characters were typed.
    pub(crate) fn characters(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether one of these lower-case words stands in it, in whatever case.
    pub(crate) fn holds_any(&self, mut words: impl Iterator<Item = String>) -> bool {
        let lower = Zeroizing::new(self.0.to_lowercase());
        words.any(|word| !word.is_empty() && lower.contains(&word))
    }

    /// Whether another is the same, byte for byte.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Password, PasswordError> {
        Password::parse(text.to_owned())
    }

    /// S34: the length is capped, counted in characters.
    #[test]
    fn a_password_has_one_to_128_characters() {
        assert_eq!(parse("").unwrap_err(), PasswordError::Empty);
        assert!(parse("x").is_ok());
        assert!(parse(&"ü".repeat(128)).is_ok());
        assert!(parse(&"🔑".repeat(128)).is_ok());
        assert_eq!(parse(&"x".repeat(129)).unwrap_err(), PasswordError::TooLong);
        assert_eq!(parse(&"x".repeat(1_000_000)).unwrap_err(), PasswordError::TooLong);
    }

    #[test]
    fn bytes_are_kept_as_typed() {
        let text = " pass wörd\t\u{301}e ";
        assert_eq!(parse(text).unwrap().as_bytes(), text.as_bytes());
    }

    #[test]
    fn debug_output_hides_the_password() {
        assert_eq!(format!("{:?}", parse("correct horse").unwrap()), "Password(hidden)");
    }
}
