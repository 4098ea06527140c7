use std::cell::RefCell;
use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::Attribute;

/// What a token says: everything that differs from one sign-in to the next.
///
/// It borrows what it says, because it lives only while [`TokenPlan::issue`](crate::TokenPlan::issue) writes it.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// The `AssertionID`; never used twice (S42).
    pub id: &'a AssertionId,
    /// The issuer, byte for byte as the relying party holds it (TOK-04).
    pub issuer: &'a str,
    /// The realm the token is for (TOK-06).
    pub audience: &'a str,
    /// Whom it is about: the ImmutableID for Entra (TOK-05).
    pub name_identifier: &'a str,
    /// The `Format` of the name identifier, a URI.
    pub name_format: &'a str,
    /// When it is issued.
    pub issued_at: DateTime<Utc>,
    /// From when it is valid: at most 300 s before it is issued (TOK-07).
    pub not_before: DateTime<Utc>,
    /// From when on it is no longer valid.
    pub not_on_or_after: DateTime<Utc>,
    /// How the person authenticated, a URI of protocol.md §1.2.
    pub authentication_method: &'a str,
    /// When the first factor was given (TOK-08); never after `issued_at`.
    pub authentication_instant: DateTime<Utc>,
    /// The claims, in order; at least one.
    pub attributes: &'a [Attribute],
}

/// The identifier of an assertion: an XML ID that is never drawn twice (TOK-12, S42).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AssertionId(String);

/// Why there is no identifier.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AssertionIdError {
    /// The operating system's generator failed.
    #[error("the random generator failed")]
    NoRandomness,
    /// Not an XML ID of ASCII letters, digits, `_`, `-` and `.`.
    #[error("{0:?} is no identifier of an assertion")]
    Shape(String),
}

impl AssertionId {
    /// Draws an identifier: `_` and 128 random bits in hexadecimal (TOK-12). They are not ordered by time: an order
    /// would tell how many tokens are issued.
    pub fn random() -> Result<Self, AssertionIdError> {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let random = RANDOM.with_borrow_mut(Supply::draw).ok_or(AssertionIdError::NoRandomness)?;
        let mut text = vec![b'_'; 33];
        let digits = random.into_iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
        for (place, digit) in text.iter_mut().skip(1).zip(digits) {
            *place = HEX.get(usize::from(digit)).copied().unwrap_or_default();
        }
        // It is ASCII by construction.
        String::from_utf8(text).map(Self).map_err(|_| AssertionIdError::NoRandomness)
    }

    /// Reads an identifier, as a recorded token has it.
    pub fn parse(text: &str) -> Result<Self, AssertionIdError> {
        let starts = text.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic());
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if starts && text.len() <= 128 && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AssertionIdError::Shape(text.chars().take(128).collect()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

thread_local! {
    static RANDOM: RefCell<Supply> = const { RefCell::new(Supply { bits: [[0; 16]; 32], left: 0 }) };
}

/// Random bits for the next identifiers of a thread. The generator is asked for 32 at a time: it reseeds itself from
/// the processor on every call, which would be a tenth of what a token costs beside its signature.
struct Supply {
    bits: [[u8; 16]; 32],
    left: usize,
}

impl Supply {
    fn draw(&mut self) -> Option<[u8; 16]> {
        if self.left == 0 {
            aws_lc_rs::rand::fill(self.bits.as_flattened_mut()).ok()?;
            self.left = self.bits.len();
        }
        self.left -= 1;
        self.bits.get(self.left).copied()
    }
}

impl fmt::Display for AssertionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AssertionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AssertionId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// TOK-12, S42: `_` and 128 bits in hexadecimal, 100,000 draws on four threads without a repeat.
    #[test]
    fn a_hundred_thousand_identifiers_are_distinct() {
        let draw = || (0..25_000).map(|_| AssertionId::random().unwrap()).collect::<Vec<_>>();
        let drawn: HashSet<AssertionId> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(draw)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(drawn.len(), 100_000);
        let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        assert!(drawn.iter().all(|id| {
            id.as_str().strip_prefix('_').is_some_and(|hex| hex.len() == 32 && hex.chars().all(hexadecimal))
        }));
    }

    #[test]
    fn only_xml_identifiers_are_read() {
        assert!(AssertionId::parse("_0f0e0d0c-0b0a-4908-8706-050403020100").is_ok());
        for text in ["", "0f", "-a", "_a b", "_a\"", "_a&", "_é"] {
            assert!(AssertionId::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
