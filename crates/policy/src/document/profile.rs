use chrono::TimeDelta;
use serde::Deserialize;
use toml::Spanned;

use super::Problem;
use crate::profile::{FIRST_FACTORS, Profile, SECOND_FACTORS};
use crate::{Mechanism, Mechanisms};

/// `[profiles.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProfileSection {
    /// What will do as first factor. Left out: whatever there is.
    pub challenge_1: Option<Spanned<Vec<Mechanism>>>,
    /// What will do as second factor. Left out: whoever has one is asked for it. Empty: nobody is.
    pub challenge_2: Option<Spanned<Vec<Mechanism>>>,
    /// How many minutes a second factor lasts within a session. Left out: as long as the session.
    pub pass_through_minutes: Option<u32>,
    /// Whether one passkey, with which the person was verified, is both factors.
    #[serde(default = "yes")]
    pub passkey_satisfies_both: bool,
}

const fn yes() -> bool {
    true
}

impl ProfileSection {
    /// The profile that is meant.
    pub(crate) fn read(&self, problems: &mut Vec<Problem>) -> Profile {
        let first = self.challenge_1.as_ref().map(|set| (set.span(), mechanisms(set)));
        let second = self.challenge_2.as_ref().map(|set| (set.span(), mechanisms(set)));
        if let Some((span, set)) = &first
            && (set.is_empty() || set.and(FIRST_FACTORS) != *set)
        {
            let message = format!("a first factor is one of {}", spelled(FIRST_FACTORS));
            problems.push(Problem::new(span.clone(), message));
        }
        if let Some((span, set)) = &second
            && set.and(SECOND_FACTORS) != *set
        {
            let message = format!("a second factor is one of {}", spelled(SECOND_FACTORS));
            problems.push(Problem::new(span.clone(), message));
        }
        Profile {
            first: first.map_or(FIRST_FACTORS, |(_, set)| set),
            second: second.map(|(_, set)| set),
            pass_through: self.pass_through_minutes.map(|minutes| TimeDelta::minutes(minutes.into())),
            passkey_satisfies_both: self.passkey_satisfies_both,
        }
    }
}

fn mechanisms(written: &Spanned<Vec<Mechanism>>) -> Mechanisms {
    written.get_ref().iter().copied().collect()
}

fn spelled(mechanisms: Mechanisms) -> String {
    mechanisms.iter().map(Mechanism::as_str).collect::<Vec<_>>().join(", ")
}
