use chrono::{DateTime, SubsecRound, Utc};

/// Where the present comes from. Time is an argument everywhere, so that expiry can be tested at its boundary.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC, in whole microseconds.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        to_micros(Utc::now())
    }
}

/// Cuts an instant to microseconds, the precision both databases keep, so that what is written is what is read.
pub fn to_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.trunc_subsecs(6)
}
