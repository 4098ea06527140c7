use std::num::NonZeroU32;

use serde::Deserialize;

/// `[sessions]`: how long people stay signed in. What is left out is as the installation has it, which no document
/// exceeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SessionRules {
    /// Whether people may stay signed in after the browser was closed. The default is yes.
    pub keep_me_signed_in: Option<bool>,
    /// A session ends after so many minutes without use.
    pub idle_minutes: Option<NonZeroU32>,
    /// A session ends so many minutes after it began.
    pub absolute_minutes: Option<NonZeroU32>,
    /// The same for people who stay signed in, in days.
    pub kept_days: Option<NonZeroU32>,
}
