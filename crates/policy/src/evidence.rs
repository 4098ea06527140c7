use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Mechanism;

/// A proof beside the first factor, of another kind, given in this session: something the person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// What was given.
    pub kind: Mechanism,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// What a session knows of how its owner signed in. Claims about authentication are made from this and from
/// nothing else (design.md §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The first factor.
    pub first_factor: Mechanism,
    /// When it was given; kept over single sign-on (TOK-08).
    pub first_factor_at: DateTime<Utc>,
    /// The second factor, when one was given in this session. Sessions from before there were any have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
}

impl Evidence {
    /// What somebody proved who gave a password and nothing else.
    pub const fn of_password(at: DateTime<Utc>) -> Self {
        Self { first_factor: Mechanism::Password, first_factor_at: at, second_factor: None }
    }

    /// What somebody proved who gave a passkey whose device verified its user: what they have, and what opens it, so that
    /// one passkey is both factors. Whether it counts as both is for a profile to say.
    pub const fn of_passkey(at: DateTime<Utc>) -> Self {
        let second_factor = Some(SecondFactor { kind: Mechanism::Passkey, given_at: at });
        Self { first_factor: Mechanism::Passkey, first_factor_at: at, second_factor }
    }

    /// The same with a second factor; the first keeps its time (TOK-08).
    #[must_use]
    pub const fn with_second_factor(self, kind: Mechanism, given_at: DateTime<Utc>) -> Self {
        Self { second_factor: Some(SecondFactor { kind, given_at }), ..self }
    }
}
