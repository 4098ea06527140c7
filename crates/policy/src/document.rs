//! The policy as an admin writes it: one TOML document for an organisation.
//!
//! Keys that are unknown are refused, so that a misspelt condition cannot silently widen a rule. What is read here has
//! the right form; whether its names mean anything is found when it is [compiled](crate::Policy::compile).

mod enrolment;
mod exemption;
mod moment;
mod network;
mod problem;
mod profile;
mod rule;
mod schedule;
mod switch;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::PasswordRules;

pub use enrolment::Enrolment;
pub use exemption::{BreakGlass, Exception, Guard};
pub use moment::Moment;
pub use network::{Network, Range};
pub use problem::{DocumentError, Problem};
pub use profile::ProfileSection;
pub use rule::{ApplicationSection, Conditions, Names, RuleSection, Then};
pub use schedule::{Day, ScheduleSection};
pub use switch::{ClientAccessFiltering, Geolock, Outside};

/// The whole document. Every section may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Document {
    /// `[networks.NAME]`: ranges of addresses that share a name.
    pub networks: BTreeMap<Spanned<String>, Network>,
    /// `[schedules.NAME]`: days and hours.
    pub schedules: BTreeMap<Spanned<String>, ScheduleSection>,
    /// `[profiles.NAME]`: with what somebody signs in.
    pub profiles: BTreeMap<Spanned<String>, ProfileSection>,
    /// `[geolock]`: from which countries alone somebody signs in.
    pub geolock: Option<Spanned<Geolock>>,
    /// `[client-access-filtering]`: what may sign in from outside the firm's networks.
    pub client_access_filtering: Option<Spanned<ClientAccessFiltering>>,
    /// `[[rules]]`: the organisation's, in their order.
    pub rules: Vec<RuleSection>,
    /// `[[applications.NAME.rules]]`: those of single applications, which come first.
    pub applications: BTreeMap<Spanned<String>, ApplicationSection>,
    /// `[[exceptions]]`: whom a rule does not concern for a while.
    pub exceptions: Vec<Exception>,
    /// `[break-glass]`: the accounts for the day when nothing else works (S88).
    pub break_glass: BreakGlass,
    /// `[passwords]`: what a new password has to be, and how long one lasts.
    pub passwords: PasswordRules,
    /// `[guard]`: whom no change may lock out.
    pub guard: Guard,
    /// `[enrolment]`: how people come to a second factor.
    pub enrolment: Enrolment,
}

impl Document {
    /// Reads a document. The error names line and field.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        toml::from_str(text).map_err(|error| {
            let problem = Problem::new(error.span().unwrap_or_default(), error.message());
            DocumentError::new(text, vec![problem])
        })
    }
}
