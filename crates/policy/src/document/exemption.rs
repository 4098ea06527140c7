use serde::Deserialize;
use toml::Spanned;

use super::Moment;

/// `[[exceptions]]`: somebody whom a rule does not concern for a while.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exception {
    /// Whom, by sign-in name.
    pub user: Spanned<String>,
    /// Which rule, by name.
    pub rule: Spanned<String>,
    /// From when; left out: from now on.
    pub from: Option<Moment>,
    /// Until when.
    pub until: Moment,
    /// Who granted it.
    pub approver: String,
    /// What for.
    pub why: String,
}

/// `[break-glass]`: accounts for the day when nothing else works. Rules of place and time do not concern them; a passkey
/// always does, and they get no token for Microsoft 365 (S88).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BreakGlass {
    /// Who, by sign-in name.
    #[serde(default)]
    pub users: Vec<Spanned<String>>,
}

/// `[guard]`: whom no change of this document may lock out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Guard {
    /// A role, of which at least one member has to be able to sign in.
    pub administrators: Option<Spanned<String>>,
}
