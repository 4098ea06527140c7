use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use thiserror::Error;

/// Days and hours on the wall clock of a place.
///
/// Every instant has exactly one local time, also when clocks change: an hour that the clock jumps over never comes, and
/// one that comes twice counts both times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Whose clock it is.
    pub zone: Zone,
    /// The hours of each week.
    pub hours: Vec<WeeklyHours>,
    /// The first day; none: since ever.
    pub first: Option<NaiveDate>,
    /// The last day; none: for ever.
    pub last: Option<NaiveDate>,
    /// Days on which none of the weekly hours begin.
    pub closed: Vec<NaiveDate>,
    /// Hours of single days, beside the weekly ones and also on closed days.
    pub also: Vec<DatedHours>,
}

/// Whose clock a schedule goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// That of a place, for everybody.
    Fixed(Tz),
    /// That of the user (attribute `TimeZone`), or of a place for those who have none.
    OfUser {
        /// The zone of users without one.
        otherwise: Tz,
    },
}

/// The attribute that holds a user's time zone, by its name in the IANA database.
pub const TIME_ZONE_ATTRIBUTE: &str = "TimeZone";

/// Hours that come every week: `Mon-Fri 08:00-17:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyHours {
    /// The days on which they begin, Monday first.
    days: [bool; 7],
    hours: Hours,
}

/// Hours of one day: `2026-12-24 08:00-12:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedHours {
    day: NaiveDate,
    hours: Hours,
}

/// From one time of the day up to another, in minutes since midnight. Those that end no later than they begin run into
/// the next day, and belong to the day on which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hours {
    from: u32,
    until: u32,
}

/// The text is no hours of a schedule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{text:?} are no hours; write them like {example}")]
pub struct HoursError {
    text: String,
    example: &'static str,
}

const MINUTES_OF_DAY: u32 = 24 * 60;

impl Schedule {
    /// Whether the schedule depends on whose it is.
    pub const fn is_personal(&self) -> bool {
        matches!(self.zone, Zone::OfUser { .. })
    }

    /// Whether an instant lies in the schedule, for somebody in a time zone.
    pub fn holds(&self, now: DateTime<Utc>, of_user: Option<Tz>) -> bool {
        let local = now.with_timezone(&self.zone(of_user)).naive_local();
        let minute = local.hour() * 60 + local.minute();
        let yesterday = local.date().checked_sub_days(Days::new(1));
        self.opens(local.date(), |hours| hours.holds(minute))
            || yesterday.is_some_and(|day| self.opens(day, |hours| hours.holds(minute + MINUTES_OF_DAY)))
    }

    /// The clock that counts for somebody in a time zone.
    pub fn zone(&self, of_user: Option<Tz>) -> Tz {
        match self.zone {
            Zone::Fixed(zone) => zone,
            Zone::OfUser { otherwise } => of_user.unwrap_or(otherwise),
        }
    }

    /// Whether hours that begin on a day are such.
    fn opens(&self, day: NaiveDate, such: impl Fn(Hours) -> bool) -> bool {
        let is_within =
            self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last);
        let weekly = || self.hours.iter().any(|weekly| weekly.begin_on(day.weekday()) && such(weekly.hours));
        let dated = || self.also.iter().any(|dated| dated.day == day && such(dated.hours));
        is_within && (dated() || (!self.closed.contains(&day) && weekly()))
    }
}

impl WeeklyHours {
    fn begin_on(&self, day: Weekday) -> bool {
        usize::try_from(day.num_days_from_monday())
            .ok()
            .and_then(|at| self.days.get(at))
            .is_some_and(|is| *is)
    }
}

impl Hours {
    /// Whether they hold a minute, counted from the midnight before they begin.
    const fn holds(self, minute: u32) -> bool {
        let until = if self.until <= self.from { self.until + MINUTES_OF_DAY } else { self.until };
        self.from <= minute && minute < until
    }

    /// Reads `08:00-17:30`; midnight at the end may be written `24:00`.
    fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('-')?;
        let (from, until) = (minutes(from)?, minutes(until)?);
        (from < MINUTES_OF_DAY).then_some(Self { from, until })
    }
}

fn minutes(text: &str) -> Option<u32> {
    if text == "24:00" {
        return Some(MINUTES_OF_DAY);
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5)?;
    Some(time.hour() * 60 + time.minute())
}

impl FromStr for WeeklyHours {
    type Err = HoursError;

    /// Reads `Mon-Fri 08:00-17:30` or `Mon,Wed 22:00-06:00`.
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let parsed = || {
            let (days, hours) = text.split_once(' ')?;
            Some(Self { days: self::days(days)?, hours: Hours::parse(hours.trim_start())? })
        };
        parsed().ok_or_else(|| HoursError::new(text, "\"Mon-Fri 08:00-17:30\" or \"Sat,Sun 22:00-06:00\""))
    }
}

/// Reads `Mon-Fri`, `Sat,Sun` or `Fri-Mon`.
fn days(text: &str) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first)?, weekday(last)?);
        loop {
            *days.get_mut(usize::try_from(day.num_days_from_monday()).ok()?)? = true;
            if day == last {
                break;
            }
            day = day.succ();
        }
    }
    Some(days)
}

fn weekday(text: &str) -> Option<Weekday> {
    text.parse().ok()
}

impl FromStr for DatedHours {
    type Err = HoursError;

    /// Reads `2026-12-24 08:00-12:00`.
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let parsed = || {
            let (day, hours) = text.split_once(' ')?;
            Some(Self { day: day.parse().ok()?, hours: Hours::parse(hours.trim_start())? })
        };
        parsed().ok_or_else(|| HoursError::new(text, "\"2026-12-24 08:00-12:00\""))
    }
}

impl HoursError {
    fn new(text: &str, example: &'static str) -> Self {
        Self { text: text.chars().take(64).collect(), example }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono_tz::{America::New_York, Australia::Sydney, Europe::Berlin, UTC};
    use proptest::prelude::*;

    use super::*;

    fn schedule(zone: Tz, hours: &[&str]) -> Schedule {
        Schedule {
            zone: Zone::Fixed(zone),
            hours: hours.iter().map(|hours| hours.parse().unwrap()).collect(),
            first: None,
            last: None,
            closed: Vec::new(),
            also: Vec::new(),
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_shift_begins_with_its_first_minute_and_ends_before_its_last() {
        let shift = schedule(Sydney, &["Mon-Fri 08:00-17:30"]);
        // Monday, 23 November 2026; Sydney is eleven hours ahead.
        assert!(!shift.holds(utc("2026-11-22T20:59:59Z"), None));
        assert!(shift.holds(utc("2026-11-22T21:00:00Z"), None));
        assert!(shift.holds(utc("2026-11-23T06:29:59Z"), None));
        assert!(!shift.holds(utc("2026-11-23T06:30:00Z"), None));
        assert!(!shift.holds(utc("2026-11-21T00:00:00Z"), None), "Saturday");
    }

    #[test]
    fn a_night_shift_belongs_to_the_day_on_which_it_begins() {
        let night = schedule(UTC, &["Fri 22:00-06:00"]);
        assert!(night.holds(utc("2026-11-27T22:00:00Z"), None));
        assert!(night.holds(utc("2026-11-28T05:59:00Z"), None), "Saturday morning");
        assert!(!night.holds(utc("2026-11-28T06:00:00Z"), None));
        assert!(!night.holds(utc("2026-11-27T05:00:00Z"), None), "Friday morning");
        let always = schedule(UTC, &["Mon-Sun 00:00-24:00"]);
        assert!(always.holds(utc("2026-11-28T23:59:59Z"), None));
        assert!(schedule(UTC, &["Mon-Sun 09:00-09:00"]).holds(utc("2026-11-28T08:59:59Z"), None));
    }

    /// Berlin, 29 March 2026: 02:00 to 03:00 does not exist. 25 October 2026: it comes twice.
    #[test]
    fn an_hour_that_is_jumped_over_never_comes_and_one_that_repeats_counts_twice() {
        let odd = schedule(Berlin, &["Sun 02:00-03:00"]);
        assert!(!odd.holds(utc("2026-03-29T00:59:59Z"), None), "01:59 winter time");
        assert!(!odd.holds(utc("2026-03-29T01:00:00Z"), None), "03:00 summer time");
        assert!(odd.holds(utc("2026-10-25T00:30:00Z"), None), "02:30 summer time");
        assert!(odd.holds(utc("2026-10-25T01:30:00Z"), None), "02:30 winter time");
        assert!(!odd.holds(utc("2026-10-25T02:00:00Z"), None));
    }

    #[test]
    fn a_shift_keeps_its_wall_clock_hours_when_clocks_change() {
        let shift = schedule(New_York, &["Mon-Fri 09:00-17:00"]);
        assert!(shift.holds(utc("2026-03-06T14:00:00Z"), None), "Friday, winter time");
        assert!(!shift.holds(utc("2026-03-06T13:59:59Z"), None));
        assert!(shift.holds(utc("2026-03-09T13:00:00Z"), None), "Monday, summer time");
    }

    #[test]
    fn a_user_brings_the_zone_and_others_have_that_of_the_schedule() {
        let own =
            Schedule { zone: Zone::OfUser { otherwise: Berlin }, ..schedule(UTC, &["Mon-Fri 08:00-17:00"]) };
        let noon_in_berlin = utc("2026-11-23T11:00:00Z");
        assert!(own.is_personal() && own.holds(noon_in_berlin, None));
        assert!(!own.holds(noon_in_berlin, Some(Sydney)));
        assert!(!schedule(Berlin, &["Mon 00:00-01:00"]).is_personal());
    }

    #[test]
    fn holidays_close_and_single_days_open() {
        let shift = Schedule {
            first: Some("2026-12-01".parse().unwrap()),
            last: Some("2026-12-31".parse().unwrap()),
            closed: vec!["2026-12-24".parse().unwrap(), "2026-12-25".parse().unwrap()],
            also: vec!["2026-12-24 08:00-12:00".parse().unwrap(), "2027-01-01 08:00-12:00".parse().unwrap()],
            ..schedule(UTC, &["Mon-Fri 08:00-17:00", "Thu 22:00-02:00"])
        };
        assert!(shift.holds(utc("2026-12-23T16:00:00Z"), None));
        assert!(
            shift.holds(utc("2026-12-24T11:00:00Z"), None) && !shift.holds(utc("2026-12-24T13:00:00Z"), None)
        );
        assert!(!shift.holds(utc("2026-12-25T09:00:00Z"), None));
        assert!(!shift.holds(utc("2026-12-25T01:00:00Z"), None), "the night of the closed 24th");
        assert!(shift.holds(utc("2027-01-01T01:00:00Z"), None), "the night of the last day");
        assert!(
            !shift.holds(utc("2027-01-01T09:00:00Z"), None)
                && !shift.holds(utc("2026-11-30T09:00:00Z"), None)
        );
    }

    #[test]
    fn nonsense_is_no_hours() {
        for text in [
            "",
            "Mon",
            "Mon 8-17",
            "Mon 08:00",
            "Mon 8:00-17:00",
            "Mon 24:00-08:00",
            "Mon 08:00-25:00",
            "Noday 08:00-17:00",
            "Mon- 08:00-17:00",
            "08:00-17:00",
        ] {
            assert!(text.parse::<WeeklyHours>().is_err(), "{text:?} was read");
        }
        assert!("2026-02-30 08:00-12:00".parse::<DatedHours>().is_err());
        assert!("Fri-Mon 08:00-17:00".parse::<WeeklyHours>().unwrap().begin_on(Weekday::Sun));
    }

    proptest! {
        /// The judge counts minutes on the clock that chrono-tz shows, day and night shifts alike.
        #[test]
        fn hours_hold_what_the_local_clock_shows_between_them(
            seconds in 1_750_000_000_i64..1_850_000_000, from in 0..1440u32, until in 0..1440u32,
            zone in prop::sample::select(vec![Berlin, Sydney, New_York, chrono_tz::Asia::Kathmandu, UTC]),
        ) {
            let text = format!("Mon-Sun {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60);
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let clock = zone.from_utc_datetime(&now.naive_utc()).format("%H:%M").to_string();
            let (from, until) = (&text[8..13], &text[14..19]);
            let expected = if from < until {
                from <= clock.as_str() && clock.as_str() < until
            } else {
                from <= clock.as_str() || clock.as_str() < until
            };
            prop_assert_eq!(schedule(zone, &[&text]).holds(now, None), expected, "{} at {}", text, clock);
        }
    }
}
