use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use thiserror::Error;

/// A point in time as a token writes it: `2026-01-02T03:04:05.678Z`, UTC, cut to milliseconds (TOK-07).
///
/// Written by hand because it happens five times per token: chrono's formatter would cost more than the digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Instant([u8; 24]);

/// The year has not four digits, which `xsd:dateTime` in a token needs.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the year {0} cannot be written in a token")]
pub struct InstantError(pub i32);

impl Instant {
    /// Writes a point in time; what is finer than a millisecond is cut off, never rounded up into the future.
    pub fn of(at: DateTime<Utc>) -> Result<Self, InstantError> {
        let at = at.naive_utc();
        let year = at.year();
        let Some(year) = u32::try_from(year).ok().filter(|year| (1..=9999).contains(year)) else {
            return Err(InstantError(year));
        };
        // chrono writes a leap second as a second with more than 1,000 milliseconds.
        let millisecond = (at.nanosecond() / 1_000_000).min(999);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let fields = [
            (3, year, 4),
            (6, at.month(), 2),
            (9, at.day(), 2),
            (12, at.hour(), 2),
            (15, at.minute(), 2),
            (18, at.second(), 2),
            (22, millisecond, 3),
        ];
        for (last, number, digits) in fields {
            let mut rest = number;
            for digit in text.iter_mut().take(last + 1).rev().take(digits) {
                *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // It is ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// TOK-07: UTC, `Z`, three decimals.
    #[test]
    fn instants_have_three_decimals_cut_off() {
        let at = |text: &str| Instant::of(text.parse().unwrap()).unwrap().to_string();
        assert_eq!(at("2026-01-02T03:04:05.678999999Z"), "2026-01-02T03:04:05.678Z");
        assert_eq!(at("2026-12-31T23:59:59+01:00"), "2026-12-31T22:59:59.000Z");
        assert_eq!(at("2016-12-31T23:59:60.5Z"), "2016-12-31T23:59:59.999Z");
    }

    #[test]
    fn years_beyond_four_digits_are_refused() {
        assert_eq!(Instant::of(DateTime::<Utc>::MAX_UTC), Err(InstantError(DateTime::<Utc>::MAX_UTC.year())));
        assert!(Instant::of(DateTime::<Utc>::MIN_UTC).is_err());
    }

    proptest! {
        #[test]
        fn the_text_is_that_of_chrono(milliseconds in -62_135_596_800_000_i64..253_402_300_800_000) {
            let at = DateTime::<Utc>::from_timestamp_millis(milliseconds).unwrap();
            let expected = at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
            prop_assert_eq!(Instant::of(at).unwrap().to_string(), expected);
        }
    }
}
