use std::fmt;

use chrono::TimeDelta;
use model::UserId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::RandomnessError;

/// Digits of a code: with the limits on failures, nobody guesses one of a hundred million in ten minutes.
pub const EMAIL_CODE_DIGITS: usize = 8;

/// How long a code works after it was sent.
pub const EMAIL_CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// A code that is sent by mail and works once. Wiped from memory when dropped, never shown by `Debug`.
pub struct EmailCode(Zeroizing<String>);

impl EmailCode {
    /// A fresh code.
    pub fn random() -> Result<Self, RandomnessError> {
        // One of 10^8 out of 2^64: how much likelier some are is nothing anybody could use.
        let mut bits = Zeroizing::new([0; 8]);
        aws_lc_rs::rand::fill(bits.as_mut_slice()).map_err(|_| RandomnessError)?;
        let number = u64::from_be_bytes(*bits) % 100_000_000;
        Ok(Self(Zeroizing::new(format!("{number:0EMAIL_CODE_DIGITS$}"))))
    }

    /// Reads what a person typed, spaces and dashes aside.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(EMAIL_CODE_DIGITS));
        for typed in typed.chars().filter(|typed| !typed.is_whitespace() && *typed != '-') {
            if code.len() == EMAIL_CODE_DIGITS || !typed.is_ascii_digit() {
                return None;
            }
            code.push(typed);
        }
        (code.len() == EMAIL_CODE_DIGITS).then_some(Self(code))
    }

    /// What is stored of the code; the same code of another user has another hash.
    pub fn hash(&self, user: UserId) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"countersign e-mail code\0")
            .chain_update(user.as_uuid().as_bytes())
            .chain_update(self.0.as_bytes())
            .finalize()
            .into()
    }

    /// Whether this is the code of a stored hash, in a time that tells nothing.
    pub fn is(&self, user: UserId, hash: &[u8]) -> bool {
        self.hash(user).as_slice().ct_eq(hash).into()
    }

    /// The code as it is sent.
    pub fn written(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_by_its_hash_however_it_is_typed() {
        let user = UserId::new();
        let hash = EmailCode::parse("40718235").unwrap().hash(user);
        for typed in ["4071 8235", " 4071-8235\n", "40 71 82 35"] {
            assert!(EmailCode::parse(typed).unwrap().is(user, &hash), "{typed:?}");
        }
        assert!(!EmailCode::parse("40718236").unwrap().is(user, &hash));
        assert!(!EmailCode::parse("40718235").unwrap().is(UserId::new(), &hash));
        assert!(!EmailCode::parse("40718235").unwrap().is(user, &[]));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in ["", "4071823", "407182355", "4071823x", "\u{664}0718235", "０7182350"] {
            assert!(EmailCode::parse(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn codes_are_random_have_all_their_digits_and_hide_themselves() {
        let codes: Vec<_> = (0..200).map(|_| EmailCode::random().unwrap()).collect();
        let mut written: Vec<_> = codes.iter().map(EmailCode::written).collect();
        assert!(written.iter().all(|code| EmailCode::parse(code).is_some()));
        written.sort_unstable();
        written.dedup();
        assert!(written.len() > 190, "{written:?}");
        assert_eq!(format!("{:?}", codes.first()), "Some(EmailCode(hidden))");
    }
}
