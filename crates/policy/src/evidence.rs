use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A way in which a person proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// A password, checked against its Argon2id hash.
    Password,
}

impl Factor {
    /// The name used in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
        }
    }
}

/// A proof beside the first factor, of another kind: something the person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactorKind {
    /// A code of an authenticator app (RFC 6238), which no code of the same step was accepted before.
    Totp,
    /// One of the codes handed out at enrolment, each good for one sign-in.
    RecoveryCode,
}

impl SecondFactorKind {
    /// The name used in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery-code",
        }
    }
}

/// A second factor, given in this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// What was given.
    pub kind: SecondFactorKind,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// What a session knows of how its owner signed in. Claims about authentication are made from this and from
/// nothing else (design.md §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The first factor.
    pub first_factor: Factor,
    /// When it was given; kept over single sign-on (TOK-08).
    pub first_factor_at: DateTime<Utc>,
    /// The second factor, when one was given in this session. Sessions from before there were any have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
}

impl Evidence {
    /// What somebody proved who gave a password and nothing else.
    pub const fn of_password(at: DateTime<Utc>) -> Self {
        Self { first_factor: Factor::Password, first_factor_at: at, second_factor: None }
    }

    /// The same with a second factor; the first keeps its time (TOK-08).
    #[must_use]
    pub const fn with_second_factor(self, kind: SecondFactorKind, given_at: DateTime<Utc>) -> Self {
        Self { second_factor: Some(SecondFactor { kind, given_at }), ..self }
    }
}
