use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};

/// A bounded memory of named things that each have an end. When it is full, the oldest is forgotten.
pub(crate) struct Recent<V> {
    entries: HashMap<String, (DateTime<Utc>, V)>,
    order: VecDeque<String>,
    most: usize,
}

impl<V: Clone> Recent<V> {
    pub(crate) fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), most }
    }

    /// Remembers a thing until its end. Says whether the name is new.
    pub(crate) fn remember(&mut self, name: String, value: V, until: DateTime<Utc>) -> bool {
        if self.entries.contains_key(&name) {
            return false;
        }
        if self.order.len() >= self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(name.clone());
        self.entries.insert(name, (until, value));
        true
    }

    /// The thing of that name, if its end has not come.
    pub(crate) fn recall(&self, name: &str, now: DateTime<Utc>) -> Option<V> {
        self.entries.get(name).filter(|(until, _)| now < *until).map(|(_, value)| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_ended_things_are_gone() {
        let start = DateTime::UNIX_EPOCH;
        let end = start + chrono::TimeDelta::seconds(60);
        let mut recent = Recent::new(2);
        assert!(recent.remember("a".to_owned(), 1, end));
        assert!(!recent.remember("a".to_owned(), 9, end));
        assert!(recent.remember("b".to_owned(), 2, end));
        assert_eq!(recent.recall("a", start), Some(1));
        assert!(recent.remember("c".to_owned(), 3, end));
        assert_eq!(recent.recall("a", start), None);
        assert_eq!(recent.recall("c", start), Some(3));
        assert_eq!(recent.recall("c", end), None);
    }
}
