use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::eviction::longest_untouched;

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
        let Some(last) = self.recent.back().filter(|_| self.too_many(rule, now)) else {
            return Duration::ZERO;
        };
        let doublings = self.beyond.saturating_sub(1).min(31);
        let wait = Duration::from_secs(1 << doublings).min(rule.longest_wait);
        // A clock that was set back must not make the wait longer than a fresh failure would.
        let elapsed = (now - last).to_std().unwrap_or_default();
        wait.saturating_sub(elapsed)
    }

    fn too_many(&self, rule: &Rule, now: DateTime<Utc>) -> bool {
        // Counted in both directions: failures from a future that a clock was set back from are forgotten too.
        let counts = |failure: &&DateTime<Utc>| (now - **failure).abs() < rule.window;
        self.recent.iter().filter(counts).count() >= rule.failures
    }
}

/// A map with a fixed number of places that forgets what was not touched for long.
///
/// Whoever floods the server with invented names pays a password hash for each and gains only that the oldest
/// entries go.
#[derive(Debug)]
pub(crate) struct Memory<K, V> {
    entries: HashMap<K, Entry<V>>,
    places: usize,
    keep: TimeDelta,
}

#[derive(Debug)]
struct Entry<V> {
    touched: DateTime<Utc>,
    value: V,
}

impl<K: Copy + Eq + Hash, V: Default> Memory<K, V> {
    /// Remembers up to `places` entries for `keep` after each was last touched.
    pub(crate) fn new(places: usize, keep: TimeDelta) -> Self {
        Self { entries: HashMap::new(), places, keep }
    }

    /// What is remembered of `key`, if it was touched recently.
    pub(crate) fn recall(&self, key: &K, now: DateTime<Utc>) -> Option<&V> {
        self.entries.get(key).filter(|entry| entry.is_fresh(self.keep, now)).map(|entry| &entry.value)
    }

    /// The same to change, without counting as a touch.
    pub(crate) fn recall_mut(&mut self, key: &K, now: DateTime<Utc>) -> Option<&mut V> {
        let keep = self.keep;
        self.entries.get_mut(key).filter(|entry| entry.is_fresh(keep, now)).map(|entry| &mut entry.value)
    }

    /// The entry of `key`, made when there is none, kept from now on for the whole time again.
    pub(crate) fn touch(&mut self, key: K, now: DateTime<Utc>) -> &mut V {
        if self.entries.len() >= self.places && !self.entries.contains_key(&key) {
            self.make_room(now);
        }
        let entry = self.entries.entry(key).or_insert_with(|| Entry { touched: now, value: V::default() });
        entry.touched = now;
        &mut entry.value
    }

    /// Drops what is stale; if that frees less than a tenth of the places, the longest untouched entries too,
    /// so that the walk over all entries is paid once per many insertions.
    fn make_room(&mut self, now: DateTime<Utc>) {
        self.entries.retain(|_, entry| entry.is_fresh(self.keep, now));
        let surplus = (self.entries.len() + self.places.div_ceil(10)).saturating_sub(self.places);
        if surplus > 0 {
            let ages = self.entries.iter().map(|(key, entry)| (entry.touched, *key)).collect();
            for key in longest_untouched(ages, surplus) {
                self.entries.remove(&key);
            }
        }
    }
}

impl<V> Entry<V> {
    fn is_fresh(&self, keep: TimeDelta, now: DateTime<Utc>) -> bool {
        (now - self.touched).abs() < keep
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

    #[test]
    fn a_full_memory_forgets_what_was_touched_longest_ago() {
        let mut memory: Memory<u32, u32> = Memory::new(10, TimeDelta::hours(1));
        for key in 0..100_u32 {
            *memory.touch(key, at(key.into())) = key;
            assert!(memory.entries.len() <= 10);
        }
        assert_eq!(memory.recall(&99, at(100)), Some(&99));
        assert_eq!(memory.recall(&50, at(100)), None);
    }

    #[test]
    fn a_full_memory_forgets_the_stale_first() {
        let mut memory: Memory<u32, u32> = Memory::new(4, TimeDelta::minutes(1));
        for key in 0..4 {
            memory.touch(key, at(i64::from(key) * 20));
        }
        memory.touch(9, at(70));
        assert!([1, 2, 3, 9].iter().all(|key| memory.recall(key, at(70)).is_some()));
        assert!(!memory.entries.contains_key(&0));
    }
}
