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

/// What a session knows of how its owner signed in. Claims about authentication are made from this and from
/// nothing else (design.md §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The first factor.
    pub first_factor: Factor,
    /// When it was given; kept over single sign-on (TOK-08).
    pub first_factor_at: DateTime<Utc>,
}
