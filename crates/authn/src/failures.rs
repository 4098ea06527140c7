use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How many failures within how long are too many, and how long the next try then waits at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) failures: usize,
    pub(crate) window: TimeDelta,
    pub(crate) longest_wait: Duration,
}

/// The failed tries of one account, of one address, or of one account at one address.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// The newest, oldest first; never more than the rule's number, for more changes nothing.
    recent: VecDeque<DateTime<Utc>>,
    /// How many of the latest failures came when there were too many already.
    beyond: u32,
    /// When a try was last let through although there were too many failures.
    let_through: Option<DateTime<Utc>>,
}

impl Failures {
    /// Counts one more.
    pub(crate) fn record(&mut self, rule: &Rule, now: DateTime<Utc>) {
        self.recent.push_back(now);
        if self.recent.len() > rule.failures {
            self.recent.pop_front();
        }
        self.beyond = if self.too_many(rule, now) { self.beyond.saturating_add(1) } else { 0 };
    }

    /// How long the next try has to wait; zero when it may go ahead.
    ///
    /// One second after the failure that was one too many, and twice as long after each further one.
    pub(crate) fn wait(&self, rule: &Rule, now: DateTime<Utc>) -> Duration {
        let Some(last) =
            self.recent.back().copied().max(self.let_through).filter(|_| self.too_many(rule, now))
        else {
            return Duration::ZERO;
        };
        let doublings = self.beyond.saturating_sub(1).min(31);
        let wait = Duration::from_secs(1 << doublings).min(rule.longest_wait);
        // A clock that was set back must not make the wait longer than a fresh failure would.
        let elapsed = (now - last).to_std().unwrap_or_default();
        wait.saturating_sub(elapsed)
    }

    /// Lets a try through. When there were too many failures it is the only one until it fails or the same wait
    /// has passed again: otherwise a hundred tries at once would find the wait over before the first has failed.
    pub(crate) fn let_through(&mut self, rule: &Rule, now: DateTime<Utc>) {
        if self.too_many(rule, now) {
            self.let_through = Some(now);
        }
    }

    /// Forgets what failed until a moment.
    pub(crate) fn forgive(&mut self, until: DateTime<Utc>) {
        self.recent.retain(|failure| *failure > until);
        self.beyond = 0;
        self.let_through = None;
    }

    fn too_many(&self, rule: &Rule, now: DateTime<Utc>) -> bool {
        // Counted in both directions: failures from a future that a clock was set back from are forgotten too.
        let counts = |failure: &&DateTime<Utc>| (now - **failure).abs() < rule.window;
        self.recent.iter().filter(counts).count() >= rule.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule =
        Rule { failures: 3, window: TimeDelta::minutes(15), longest_wait: Duration::from_mins(1) };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn the_wait_doubles_with_each_failure_up_to_the_longest() {
        let mut failures = Failures::default();
        let mut waits = Vec::new();
        let mut now = at(0);
        for _ in 0..11 {
            failures.record(&RULE, now);
            let wait = failures.wait(&RULE, now);
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn one_try_at_a_time_is_let_through_when_there_were_too_many_failures() {
        let mut failures = Failures::default();
        for _ in 0..4 {
            failures.let_through(&RULE, at(0));
            failures.record(&RULE, at(0));
        }
        assert_eq!(failures.wait(&RULE, at(2)), Duration::ZERO);
        failures.let_through(&RULE, at(2));
        assert_eq!(failures.wait(&RULE, at(2)), Duration::from_secs(2));
        assert_eq!(failures.wait(&RULE, at(4)), Duration::ZERO);
    }

    #[test]
    fn a_failure_counts_until_the_window_has_passed() {
        let mut failures = Failures::default();
        for second in [0, 10, 20] {
            failures.record(&RULE, at(second));
        }
        assert_eq!(failures.wait(&RULE, at(20)), Duration::from_secs(1));
        assert_eq!(failures.wait(&RULE, at(21)), Duration::ZERO);
        failures.record(&RULE, at(899));
        assert_eq!(failures.wait(&RULE, at(899)), Duration::from_secs(2));
        assert_eq!(failures.wait(&RULE, at(910)), Duration::ZERO);
    }

    #[test]
    fn a_clock_set_back_makes_nobody_wait_longer_than_a_fresh_failure() {
        let mut failures = Failures::default();
        for second in [7200, 7201, 7202] {
            failures.record(&RULE, at(second));
        }
        assert_eq!(failures.wait(&RULE, at(7000)), Duration::from_secs(1));
        assert_eq!(failures.wait(&RULE, at(0)), Duration::ZERO);
    }
}
