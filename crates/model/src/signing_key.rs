use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{OrganisationId, SigningKeyId};

/// Where a signing key stands in its life: `next` → `active` → `retired`. One key of an organisation is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published beside the active key, not signing yet (MD-03).
    Next,
    /// Signs.
    Active,
    /// Neither signs nor is published.
    Retired,
}

impl KeyState {
    /// The name used in storage and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// Reads the name used in storage.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|state| state.as_str() == name)
    }
}

/// A signing key as it is listed: everything but the private half, which only the key ring opens (S47, SEC-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeyRecord {
    /// Stable for life.
    pub id: SigningKeyId,
    /// The organisation whose tokens it signs; never another's (S72).
    pub organisation: OrganisationId,
    /// Where it stands.
    pub state: KeyState,
    /// RSA modulus length: 2048, 3072 or 4096.
    pub bits: u32,
    /// The self-signed certificate, DER.
    pub certificate: Vec<u8>,
    /// Last day the certificate is valid.
    pub expires_at: DateTime<Utc>,
    /// Whether it is a demo's key, for ever (S83).
    pub demo: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
