use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use serde::Deserialize;
use toml::value::{Datetime, Offset};

/// An instant: `2026-12-31T18:00:00+01:00`, or a day that lasts to its end in UTC, `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Datetime")]
pub struct Moment(pub DateTime<Utc>);

impl TryFrom<Datetime> for Moment {
    type Error = &'static str;

    fn try_from(written: Datetime) -> Result<Self, Self::Error> {
        const ERROR: &str =
            "write a day like 2026-12-31, or a time with its offset like 2026-12-31T18:00:00+01:00";
        match (written.date, written.time, written.offset) {
            (Some(_), None, None) => {
                let next = day(written).and_then(|day| day.checked_add_days(Days::new(1)));
                let end = next.and_then(|next| next.and_hms_opt(0, 0, 0)).ok_or(ERROR)?;
                Ok(Self(Utc.from_utc_datetime(&end)))
            }
            (Some(_), Some(_), Some(Offset::Z | Offset::Custom { .. })) => {
                let instant = DateTime::parse_from_rfc3339(&written.to_string()).map_err(|_| ERROR)?;
                Ok(Self(instant.with_timezone(&Utc)))
            }
            _ => Err(ERROR),
        }
    }
}

/// The day of a date without a time.
pub(super) fn day(written: Datetime) -> Option<NaiveDate> {
    let date = written.date.filter(|_| written.time.is_none())?;
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Holder {
            at: Moment,
        }
        toml::from_str::<Holder>(&format!("at = {text}")).ok().map(|holder| holder.at.0.to_rfc3339())
    }

    #[test]
    fn a_day_lasts_to_its_end_and_a_time_needs_an_offset() {
        assert_eq!(moment("2026-12-31").unwrap(), "2027-01-01T00:00:00+00:00");
        assert_eq!(moment("2026-12-31T18:00:00+01:00").unwrap(), "2026-12-31T17:00:00+00:00");
        assert_eq!(moment("2026-12-31T18:00:00Z").unwrap(), "2026-12-31T18:00:00+00:00");
        assert_eq!(moment("2026-12-31T18:00:00"), None);
        assert_eq!(moment("18:00:00"), None);
        assert_eq!(moment("\"2026-12-31\""), None);
    }
}
