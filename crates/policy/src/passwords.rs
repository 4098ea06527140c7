use std::num::NonZeroU16;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::{Deserializer, Error, Unexpected};
use serde::{Deserialize, Serialize};

/// `[passwords]`: what a new password has to be, and how long one lasts.
///
/// There are no rules about kinds of characters: they make passwords worse (NIST SP 800-63B §3.1.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PasswordRules {
    /// The fewest characters of a new one, 8 to 64.
    #[serde(deserialize_with = "minimum_length")]
    pub minimum_length: u8,
    /// How many former ones a new one must not be, 24 at most.
    #[serde(deserialize_with = "history")]
    pub history: u8,
    /// After how many days a sign-in asks for a new one; none: never, as NIST SP 800-63B §3.1.1.2 advises.
    pub max_age_days: Option<NonZeroU16>,
    /// Words that a new one must not hold, beside the user's name and the organisation's.
    pub forbidden_words: Vec<String>,
}

/// The fewest characters that any organisation may ask for (NIST SP 800-63B §3.1.1.2).
const LEAST: u8 = 8;

/// Whoever has to type more will write it down.
const MOST: u8 = 64;

/// Each former password costs a new one a hash.
const LONGEST_HISTORY: u8 = 24;

/// How long before its end a password's owner is told by way of Microsoft 365 (TOK-11).
const NOTICE: TimeDelta = TimeDelta::days(14);

impl Default for PasswordRules {
    /// Eight characters, none of the last five, for ever.
    fn default() -> Self {
        Self { minimum_length: LEAST, history: 5, max_age_days: None, forbidden_words: Vec::new() }
    }
}

impl PasswordRules {
    /// When a password that was set at a moment is too old; none: never.
    pub fn expiry_of(&self, changed_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = TimeDelta::days(self.max_age_days?.get().into());
        changed_at.checked_add_signed(days)
    }

    /// Whether a password that was set at a moment is too old.
    pub fn has_expired(&self, changed_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.expiry_of(changed_at).is_some_and(|expiry| expiry <= now)
    }

    /// When a password ends of which its owner should be told now: not yet over, and over within 14 days (TOK-11).
    pub fn expiry_to_announce(&self, changed_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.expiry_of(changed_at).filter(|expiry| now < *expiry && *expiry - now <= NOTICE)
    }
}

fn minimum_length<'de, D: Deserializer<'de>>(number: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(number)?;
    if (LEAST..=MOST).contains(&number) {
        return Ok(number);
    }
    Err(D::Error::invalid_value(Unexpected::Unsigned(number.into()), &"8 to 64 characters"))
}

fn history<'de, D: Deserializer<'de>>(number: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(number)?;
    if number <= LONGEST_HISTORY {
        return Ok(number);
    }
    Err(D::Error::invalid_value(Unexpected::Unsigned(number.into()), &"24 former passwords at most"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Result<PasswordRules, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    #[test]
    fn an_empty_section_means_the_defaults() {
        assert_eq!(rules("").unwrap(), PasswordRules::default());
        assert_eq!(PasswordRules::default().expiry_of(day(0)), None);
    }

    #[test]
    fn a_password_lasts_as_many_days_as_are_written() {
        let rules = rules("max-age-days = 90\nminimum-length = 12\nhistory = 0").unwrap();
        assert!(!rules.has_expired(day(0), day(90) - TimeDelta::seconds(1)));
        assert!(rules.has_expired(day(0), day(90)));
    }

    /// TOK-11
    #[test]
    fn the_end_is_announced_for_fourteen_days_and_no_longer() {
        let rules = rules("max-age-days = 90").unwrap();
        assert_eq!(rules.expiry_to_announce(day(0), day(76) - TimeDelta::seconds(1)), None);
        assert_eq!(rules.expiry_to_announce(day(0), day(76)), Some(day(90)));
        assert_eq!(rules.expiry_to_announce(day(0), day(90)), None);
        assert_eq!(PasswordRules::default().expiry_to_announce(day(0), day(80)), None);
    }

    #[test]
    fn what_no_organisation_may_ask_for_is_refused() {
        for text in [
            "minimum-length = 7",
            "minimum-length = 65",
            "history = 25",
            "max-age-days = 0",
            "max-age = 90",
            "complexity = true",
        ] {
            assert!(rules(text).is_err(), "{text} was accepted");
        }
        assert!(rules("history = 25").unwrap_err().contains("24 former passwords at most"));
    }
}
