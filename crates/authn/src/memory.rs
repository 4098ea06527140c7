use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};

use crate::eviction::longest_untouched;

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

    /// What is remembered of `key`, if it was touched recently. Looking, and changing it, does not count as a touch.
    pub(crate) fn recall(&mut self, key: &K, now: DateTime<Utc>) -> Option<&mut V> {
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

    /// Remembers `key` as touched at a moment of the past, if nothing is remembered of it.
    pub(crate) fn learn(&mut self, key: K, touched: DateTime<Utc>, now: DateTime<Utc>) {
        if self.recall(&key, now).is_none() {
            *self.touch(key, now) = V::default();
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.touched = touched;
            }
        }
    }

    /// All that is remembered, to be changed. Looking does not count as a touch.
    pub(crate) fn entries_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.entries.iter_mut().map(|(key, entry)| (key, &mut entry.value))
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

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_full_memory_forgets_what_was_touched_longest_ago() {
        let mut memory: Memory<u32, u32> = Memory::new(10, TimeDelta::hours(1));
        for key in 0..100_u32 {
            *memory.touch(key, at(key.into())) = key;
            assert!(memory.entries.len() <= 10);
        }
        assert_eq!(memory.recall(&99, at(100)), Some(&mut 99));
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
