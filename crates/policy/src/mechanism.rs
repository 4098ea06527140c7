use std::fmt;

use serde::{Deserialize, Serialize};

/// A way in which a person proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// A password, checked against its Argon2id hash.
    Password,
    /// A code of an authenticator app (RFC 6238), which no code of the same step was accepted before.
    Totp,
    /// A passkey or security key (WebAuthn Level 3).
    Passkey,
    /// A code sent to a mailbox that does not sign in here (S87).
    EmailCode,
    /// One of the codes handed out at enrolment, each good for one sign-in.
    RecoveryCode,
}

impl Mechanism {
    /// Every mechanism, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::Password, Self::Passkey, Self::Totp, Self::EmailCode, Self::RecoveryCode];

    /// The name used in the ledger, in policies and in stored sessions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::Passkey => "passkey",
            Self::EmailCode => "email-code",
            Self::RecoveryCode => "recovery-code",
        }
    }

    /// Reads the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.as_str() == name)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of mechanisms.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Mechanism>", into = "Vec<Mechanism>")]
pub struct Mechanisms(u8);

impl Mechanisms {
    /// No mechanism.
    pub const NONE: Self = Self(0);

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a mechanism is in it.
    pub const fn has(self, mechanism: Mechanism) -> bool {
        self.0 & bit(mechanism) != 0
    }

    /// The same with one more.
    #[must_use]
    pub const fn with(self, mechanism: Mechanism) -> Self {
        Self(self.0 | bit(mechanism))
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in it, in the order in which they are offered.
    pub fn iter(self) -> impl Iterator<Item = Mechanism> {
        Mechanism::ALL.into_iter().filter(move |mechanism| self.has(*mechanism))
    }
}

const fn bit(mechanism: Mechanism) -> u8 {
    1 << mechanism as u8
}

impl FromIterator<Mechanism> for Mechanisms {
    fn from_iter<I: IntoIterator<Item = Mechanism>>(mechanisms: I) -> Self {
        mechanisms.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<Vec<Mechanism>> for Mechanisms {
    fn from(mechanisms: Vec<Mechanism>) -> Self {
        mechanisms.into_iter().collect()
    }
}

impl From<Mechanisms> for Vec<Mechanism> {
    fn from(mechanisms: Mechanisms) -> Self {
        mechanisms.iter().collect()
    }
}

impl fmt::Debug for Mechanisms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it_and_nothing_else() {
        for one in Mechanism::ALL {
            let set = Mechanisms::NONE.with(one);
            assert!(Mechanism::ALL.iter().all(|other| set.has(*other) == (*other == one)), "{one}");
        }
        let all: Mechanisms = Mechanism::ALL.into_iter().collect();
        assert!(all.iter().eq(Mechanism::ALL));
        assert!(Mechanisms::NONE.is_empty());
    }

    /// Sessions keep these names: one that changes ends them all.
    #[test]
    fn a_mechanism_is_stored_by_its_name() {
        for mechanism in Mechanism::ALL {
            assert_eq!(serde_json::to_value(mechanism).unwrap(), mechanism.as_str());
        }
    }
}
