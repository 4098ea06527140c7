use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{OrganisationId, RoleId};

/// A client firm. Its data, keys, sessions, scripts and pages are never reachable from another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Stable for life.
    pub id: OrganisationId,
    /// The name shown on its pages.
    pub name: String,
    /// The host its pages answer at (`sign-in.contoso.example`); none in a single-organisation install.
    pub host: Option<String>,
    /// The domain that its passkeys are bound to (WebAuthn's relying party ID): its pages' host, or a domain above it.
    /// Chosen once, because no passkey works under another; none: from before there were passkeys.
    pub passkey_domain: Option<String>,
    /// The colour of its buttons and links, `#rrggbb`.
    pub accent: String,
    /// Whether its data and keys are a demo's, for ever (S83).
    pub demo: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Who may use an application: users are members of roles, roles are granted applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Stable for life.
    pub id: RoleId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// Unique in the organisation, compared without letter case.
    pub name: String,
}
