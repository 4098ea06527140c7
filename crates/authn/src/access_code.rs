use std::fmt;

use chrono::TimeDelta;
use model::UserId;
use zeroize::Zeroizing;

use crate::secret::RandomnessError;
use crate::typed_code::TypedCode;

/// The longest that a temporary access code is good (S86).
pub const ACCESS_CODE_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Characters of a code: 60 random bits for one hour. Fewer than a recovery code has, so that each is known for what it is.
const LENGTH: usize = 12;

/// What the help desk gives to somebody who lost every second factor. It opens the enrolment of another one and nothing
/// else, and is no evidence of anything (S86). Wiped from memory when dropped, never shown by `Debug`.
pub struct AccessCode(TypedCode<LENGTH>);

impl AccessCode {
    /// A fresh code.
    pub fn random() -> Result<Self, RandomnessError> {
        TypedCode::random().map(Self)
    }

    /// Reads what a person typed, as a recovery code is read; none when it has another length.
    pub fn parse(typed: &str) -> Option<Self> {
        TypedCode::parse(typed).map(Self)
    }

    /// What the code is stored and found by; the same code of another user has another hash.
    pub fn hash(&self, user: UserId) -> [u8; 32] {
        self.0.hash("countersign access code", user)
    }

    /// The code as it is told: `7K4M-2QXD-9Z0A`.
    pub fn written(&self) -> Zeroizing<String> {
        self.0.written()
    }
}

impl fmt::Debug for AccessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecoveryCode;

    #[test]
    fn an_access_code_is_no_recovery_code_and_the_other_way_round() {
        let access = AccessCode::random().unwrap().written();
        let recovery = RecoveryCode::random().unwrap().written();
        assert!(RecoveryCode::parse(&access).is_none() && AccessCode::parse(&recovery).is_none());
        assert_eq!(access.len(), 14);
    }

    #[test]
    fn a_code_is_found_by_its_hash_however_it_is_typed() {
        let user = UserId::new();
        let hash = AccessCode::parse("7K0M-1QXD-9Z0A").unwrap().hash(user);
        assert_eq!(AccessCode::parse(" 7kom iqxd 9zoa ").unwrap().hash(user), hash);
        assert_ne!(AccessCode::parse("7K0M-1QXD-9Z0A").unwrap().hash(UserId::new()), hash);
        assert_eq!(format!("{:?}", AccessCode::random().unwrap()), "AccessCode(hidden)");
    }
}
