//! Spans of time as people write them: `50ms`, `30s`, `15m`, `12h`, `30d`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de};

/// The units, longest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a whole number followed by a unit.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*milliseconds).map(Duration::from_millis)
}

/// Writes a span in the longest unit that is exact.
pub(crate) fn write(span: Duration) -> String {
    let total = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let exact = UNITS.iter().find(|(_, milliseconds)| total != 0 && total.is_multiple_of(*milliseconds));
    exact
        .map_or_else(|| format!("{total}s"), |(name, milliseconds)| format!("{}{name}", total / milliseconds))
}

pub(crate) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&write(*span))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| {
        de::Error::custom(format!("{text:?} is no span of time; write it like 50ms, 30s, 15m, 12h or 30d"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them_and_written_in_the_longest_exact_unit() {
        for (text, milliseconds, written) in [
            ("50ms", 50, "50ms"),
            ("30s", 30_000, "30s"),
            (" 15 m ", 900_000, "15m"),
            ("90m", 5_400_000, "90m"),
            ("24h", 86_400_000, "1d"),
            ("0s", 0, "0s"),
        ] {
            let span = parse(text).unwrap();
            assert_eq!(span, Duration::from_millis(milliseconds));
            assert_eq!(write(span), written);
            assert_eq!(parse(&write(span)), Some(span));
        }
    }

    #[test]
    fn nonsense_is_no_span() {
        for text in
            ["", "15", "m", "-1m", "1.5h", "15 minutes", "1w", "99999999999999999999d", "9999999999999999d"]
        {
            assert_eq!(parse(text), None, "{text:?} was read");
        }
    }
}
