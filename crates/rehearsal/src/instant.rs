use chrono::{DateTime, Utc};

/// Reads an instant as tokens have to write it: UTC, three decimals, `Z` (TOK-07).
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00.000Z";
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    if text.len() != SHAPE.len() || !text.bytes().zip(SHAPE).all(fits) {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

/// An instant as people read it: `23 Nov 2026, 09:14:06 UTC`.
pub(crate) fn in_words(instant: DateTime<Utc>) -> String {
    instant.format("%-d %b %Y, %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TOK-07
    #[test]
    fn only_utc_with_three_decimals_is_an_instant() {
        let instant = parse("2026-01-02T03:04:05.678Z").unwrap();
        assert_eq!(instant.timestamp_millis(), 1_767_323_045_678);
        assert_eq!(in_words(instant), "2 Jan 2026, 03:04:05 UTC");
        for text in [
            "",
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.6789Z",
            "2026-01-02T03:04:05.678",
            "2026-01-02 03:04:05.678Z",
            "2026-13-02T03:04:05.678Z",
            "2026-01-02T03:04:05.678z",
            "2026-01-02T03:04:05.678+",
            "２026-01-02T03:04:05.678Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
