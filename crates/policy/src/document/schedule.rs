use std::str::FromStr;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::Problem;
use super::moment;
use crate::schedule::{Schedule, Zone};

/// `[schedules.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScheduleSection {
    /// Whose clock counts: a name of the IANA database such as `Europe/Vienna`, or `user` for everybody's own.
    pub zone: Spanned<String>,
    /// The clock of users who have none, where `zone` is `user`.
    pub zone_otherwise: Option<Spanned<String>>,
    /// The hours of each week: `"Mon-Fri 08:00-17:30"`.
    #[serde(default)]
    pub hours: Vec<Spanned<String>>,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub until: Option<Day>,
    /// Days on which none of the weekly hours begin.
    #[serde(default)]
    pub closed: Vec<Day>,
    /// Hours of single days: `"2026-12-24 08:00-12:00"`.
    #[serde(default)]
    pub also: Vec<Spanned<String>>,
}

/// A day of the calendar: `2026-12-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Datetime")]
pub struct Day(pub NaiveDate);

impl TryFrom<Datetime> for Day {
    type Error = &'static str;

    fn try_from(written: Datetime) -> Result<Self, Self::Error> {
        moment::day(written).map(Self).ok_or("write a day like 2026-12-24")
    }
}

impl ScheduleSection {
    /// The schedule that is meant.
    pub(crate) fn read(&self, problems: &mut Vec<Problem>) -> Option<Schedule> {
        let zone = match (self.zone.get_ref().as_str(), &self.zone_otherwise) {
            ("user", Some(otherwise)) => {
                zone(otherwise, problems).map(|otherwise| Zone::OfUser { otherwise })
            }
            ("user", None) => {
                let message = "users who have no time zone need one: zone-otherwise = \"Europe/Vienna\"";
                problems.push(Problem::new(self.zone.span(), message));
                None
            }
            (_, Some(otherwise)) => {
                problems
                    .push(Problem::new(otherwise.span(), "zone-otherwise goes with zone = \"user\" only"));
                None
            }
            (_, None) => zone(&self.zone, problems).map(Zone::Fixed),
        };
        if self.hours.is_empty() && self.also.is_empty() {
            problems.push(Problem::new(self.zone.span(), "a schedule needs hours, or it never holds"));
        }
        Some(Schedule {
            hours: read(&self.hours, problems),
            also: read(&self.also, problems),
            first: self.from.map(|day| day.0),
            last: self.until.map(|day| day.0),
            closed: self.closed.iter().map(|day| day.0).collect(),
            zone: zone?,
        })
    }
}

fn zone(name: &Spanned<String>, problems: &mut Vec<Problem>) -> Option<Tz> {
    let zone = name.get_ref().parse().ok();
    if zone.is_none() {
        let message = format!(
            "{:?} is no time zone; write its name in the IANA database, like Europe/Vienna, or \"user\"",
            name.get_ref()
        );
        problems.push(Problem::new(name.span(), message));
    }
    zone
}

fn read<T: FromStr<Err: ToString>>(texts: &[Spanned<String>], problems: &mut Vec<Problem>) -> Vec<T> {
    let mut parse = |text: &Spanned<String>| {
        let parsed = text.get_ref().parse();
        parsed.map_err(|error: T::Err| problems.push(Problem::new(text.span(), error.to_string()))).ok()
    };
    texts.iter().filter_map(&mut parse).collect()
}
