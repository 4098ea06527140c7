use std::fmt;

use model::UserId;
use zeroize::Zeroizing;

use crate::secret::RandomnessError;
use crate::typed_code::TypedCode;

/// How many codes a person gets at a time.
pub const RECOVERY_CODES: usize = 10;

/// Characters of a code: 80 random bits, so many that a copy of the hashes opens nothing (S47).
const LENGTH: usize = 16;

/// A code for the day on which the authenticator app is lost. It is shown once and works once; stored is its hash.
/// Wiped from memory when dropped, never shown by `Debug`.
pub struct RecoveryCode(TypedCode<LENGTH>);

impl RecoveryCode {
    /// A fresh code.
    pub fn random() -> Result<Self, RandomnessError> {
        TypedCode::random().map(Self)
    }

    /// Reads what a person typed: letter case, spaces and dashes aside, and O, I and L for what they look like.
    pub fn parse(typed: &str) -> Option<Self> {
        TypedCode::parse(typed).map(Self)
    }

    /// What the code is stored and found by; the same code of another user has another hash.
    pub fn hash(&self, user: UserId) -> [u8; 32] {
        self.0.hash("countersign recovery code", user)
    }

    /// The code as it is shown, this once: `7K4M-2QXD-9Z0A-HHT3`.
    pub fn written(&self) -> Zeroizing<String> {
        self.0.written()
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_found_by_its_hash_however_it_is_typed() {
        let user = UserId::new();
        let hash = RecoveryCode::parse("7K0M-1QXD-9Z0A-HHT3").unwrap().hash(user);
        for typed in ["7k0m1qxd9z0ahht3", " 7KOM IQXD 9ZOA HHT3 ", "7kom-lqxd-9zoa-hht3\n"] {
            assert_eq!(RecoveryCode::parse(typed).unwrap().hash(user), hash, "{typed:?}");
        }
        assert_ne!(RecoveryCode::parse("7K0M-1QXD-9Z0A-HHT4").unwrap().hash(user), hash);
        assert_ne!(RecoveryCode::parse("7K0M-1QXD-9Z0A-HHT3").unwrap().hash(UserId::new()), hash);
    }

    #[test]
    fn anything_else_is_no_code() {
        for typed in ["", "123456", "7K0M-1QXD-9Z0A-HHT", "7K0M-1QXD-9Z0A-HHT33", "7K0M-1QXD-9Z0A-HHTU", "ſ"]
        {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn codes_differ_and_hide_themselves() {
        let codes = [RecoveryCode::random().unwrap(), RecoveryCode::random().unwrap()];
        assert_ne!(codes[0].written(), codes[1].written());
        assert_eq!(format!("{:?}", codes[0]), "RecoveryCode(hidden)");
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(_ in 0..64) {
            let (code, user) = (RecoveryCode::random().unwrap(), UserId::new());
            let written = code.written();
            prop_assert_eq!(written.len(), 19);
            prop_assert_eq!(RecoveryCode::parse(&written).unwrap().hash(user), code.hash(user));
        }

        #[test]
        fn whatever_is_typed_is_no_panic(typed in ".*") {
            let read = RecoveryCode::parse(&typed);
            prop_assert!(read.is_none_or(|code| code.written().len() == 19));
        }
    }
}
