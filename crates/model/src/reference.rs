use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Characters of a reference: no look-alikes (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a person reads to the help desk: `7K4M-2QXD`. The same in page, ledger, log and search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference([u8; 8]);

/// The text is no reference.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a reference; they look like 7K4M-2QXD")]
pub struct ReferenceError(String);

impl Reference {
    /// Makes a reference of 40 random bits.
    pub fn from_random(bits: [u8; 5]) -> Self {
        let value = bits.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        Self(std::array::from_fn(|i| ALPHABET[(value >> (35 - 5 * i) & 31) as usize]))
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Reads it as people type it: any case, the dash left out, `O` for `0`, `I` and `L` for `1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || ReferenceError(text.chars().take(40).collect());
        let mut characters =
            text.trim().chars().filter(|c| *c != '-').map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        let mut read = [0_u8; 8];
        for slot in &mut read {
            let c = characters.next().ok_or_else(bad)?;
            *slot = *ALPHABET.iter().find(|known| char::from(**known) == c).ok_or_else(bad)?;
        }
        if characters.next().is_some() { Err(bad()) } else { Ok(Self(read)) }
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = std::str::from_utf8(&self.0).map_err(|_| fmt::Error)?;
        write!(f, "{}-{}", &text[..4], &text[4..])
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_as_people_type_it() {
        let reference = Reference::from_random([0x3c, 0xd1, 0x45, 0xaf, 0x80]);
        let text = reference.to_string();
        assert_eq!(text.len(), 9);
        assert_eq!(text.parse(), Ok(reference));
        assert_eq!(text.to_lowercase().replace('-', "").parse(), Ok(reference));
    }

    #[test]
    fn other_texts_are_no_references() {
        for text in ["", "7K4M-2QX", "7K4M-2QXDD", "7K4M-2QXU", "<b>"] {
            assert!(text.parse::<Reference>().is_err(), "{text:?} was accepted");
        }
    }
}
