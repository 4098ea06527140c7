use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::eviction::longest_untouched;
use crate::session::{Session, SessionLimits};

/// Sessions by the hash of their secret, in parts that are locked one at a time.
pub(crate) struct SessionMap {
    parts: [Mutex<Part>; PARTS],
    places_per_part: usize,
    /// How often something was removed because it ended.
    removals: AtomicU64,
}

const PARTS: usize = 16;

struct Part {
    sessions: HashMap<[u8; 32], Arc<Session>>,
    swept: DateTime<Utc>,
}

/// A stretch of time in which nothing was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term(u64);

/// How often a part drops sessions whose time has run out.
const SWEEP_INTERVAL: TimeDelta = TimeDelta::minutes(1);

impl SessionMap {
    /// Holds about `places` sessions.
    pub(crate) fn new(places: usize) -> Self {
        let part = |_| Mutex::new(Part { sessions: HashMap::new(), swept: DateTime::UNIX_EPOCH });
        let places_per_part = places.div_ceil(PARTS).max(1);
        Self { parts: std::array::from_fn(part), places_per_part, removals: AtomicU64::new(0) }
    }

    /// The present term, to be asked for before storage is read.
    pub(crate) fn term(&self) -> Term {
        Term(self.removals.load(Ordering::SeqCst))
    }

    pub(crate) fn find(&self, hash: &[u8; 32]) -> Option<Arc<Session>> {
        self.part(hash).sessions.get(hash).cloned()
    }

    /// Adds a session that has just begun.
    pub(crate) fn insert(&self, session: &Arc<Session>, limits: &SessionLimits, now: DateTime<Utc>) {
        let mut part = self.part(&session.hash);
        part.make_room(self.places_per_part, limits, now);
        part.sessions.insert(session.hash, Arc::clone(session));
    }

    /// Adds a session that was read from storage in `term`, unless that term is over. Gives the one that is in
    /// the map afterwards: of two requests that read the same session, both get the same.
    pub(crate) fn insert_in(
        &self,
        term: Term,
        session: Arc<Session>,
        limits: &SessionLimits,
        now: DateTime<Utc>,
    ) -> Option<Arc<Session>> {
        let mut part = self.part(&session.hash);
        if self.term() != term {
            return None;
        }
        part.make_room(self.places_per_part, limits, now);
        match part.sessions.entry(session.hash) {
            Entry::Occupied(known) => Some(Arc::clone(known.get())),
            Entry::Vacant(place) => Some(Arc::clone(place.insert(session))),
        }
    }

    /// Removes a session that storage no longer has.
    pub(crate) fn remove(&self, hash: &[u8; 32]) {
        self.begin_term();
        self.part(hash).sessions.remove(hash);
    }

    /// Marks the sessions that `ending` names as ended.
    pub(crate) fn end_where(&self, ending: impl Fn(&Session) -> bool) {
        for part in &self.parts {
            lock(part)
                .sessions
                .values()
                .filter(|session| ending(session))
                .for_each(|session| session.set_ended(true));
        }
    }

    /// Removes the sessions that `gone` names, when storage no longer has them or may know them better.
    pub(crate) fn remove_where(&self, gone: impl Fn(&Session) -> bool) {
        self.begin_term();
        for part in &self.parts {
            lock(part).sessions.retain(|_, session| !gone(session));
        }
    }

    /// Whoever read storage before this moment will not add what it read; whoever added it before is found by
    /// the removal that follows, for that takes each part's lock.
    fn begin_term(&self) {
        self.removals.fetch_add(1, Ordering::SeqCst);
    }

    fn part(&self, hash: &[u8; 32]) -> MutexGuard<'_, Part> {
        // The first byte of a SHA-256 spreads evenly over the parts.
        let [first, ..] = hash;
        lock(&self.parts[usize::from(*first) % PARTS])
    }
}

/// A part is whole after each change, so a poisoned lock is taken as it is.
fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Part {
    /// Drops what has run out, now and then; when there is still no room, those that were not used for longest.
    ///
    /// A session that ended early stays until its removal: storage may still be about to forget it.
    fn make_room(&mut self, places: usize, limits: &SessionLimits, now: DateTime<Utc>) {
        let full = self.sessions.len() >= places;
        if full || (now - self.swept).abs() >= SWEEP_INTERVAL {
            self.swept = now;
            self.sessions.retain(|_, session| session.is_within(limits, now));
        }
        let surplus = (self.sessions.len() + places.div_ceil(10)).saturating_sub(places);
        if full && surplus > 0 {
            let uses = self.sessions.iter().map(|(hash, session)| (session.last_seen(), *hash)).collect();
            for hash in longest_untouched(uses, surplus) {
                self.sessions.remove(&hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{OrganisationId, SessionId, UserId};
    use policy::Evidence;
    use storage::SessionRow;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn session(number: u32, seen: DateTime<Utc>) -> Arc<Session> {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&number.to_le_bytes());
        let row = SessionRow {
            hash,
            id: SessionId::new(),
            organisation: OrganisationId::new(),
            user: UserId::new(),
            evidence: String::new(),
            created_at: seen,
            last_seen_at: seen,
            expires_at: seen + TimeDelta::hours(12),
            persistent: false,
            relying_parties: Vec::new(),
        };
        let evidence = Evidence::of_password(seen);
        Arc::new(Session::from_row(&row, evidence))
    }

    fn count(map: &SessionMap) -> usize {
        map.parts.iter().map(|part| lock(part).sessions.len()).sum()
    }

    /// A hundred thousand live sessions may take 40 MiB (design.md §7): 419 bytes each, with the map's entry, the
    /// counts of `Arc`, the list of one application and the allocator. `cargo xtask bench server` measures the whole.
    #[test]
    fn a_session_is_small() {
        assert!(size_of::<Session>() <= 192, "{} bytes", size_of::<Session>());
    }

    #[test]
    fn a_full_map_lets_those_go_that_were_not_used_for_longest() {
        let (map, limits) = (SessionMap::new(160), SessionLimits::default());
        for number in 0..1_000 {
            map.insert(&session(number, at(number.into())), &limits, at(number.into()));
        }
        assert!(count(&map) <= 160);
        assert!(map.find(&session(999, at(0)).hash).is_some());
        assert!(map.find(&session(0, at(0)).hash).is_none());
    }

    #[test]
    fn sessions_whose_time_has_run_out_leave_without_being_asked_for() {
        let (map, limits) = (SessionMap::new(1_000), SessionLimits::default());
        let later = at(5 * 60 * 60);
        for number in 0..256 {
            map.insert(&session(number, at(0)), &limits, at(0));
        }
        for number in 256..512 {
            map.insert(&session(number, later), &limits, later);
        }
        assert_eq!(count(&map), 256);
    }

    /// A request reads a session from storage, another one ends it, and only then the first adds what it read.
    #[test]
    fn a_session_that_ended_while_it_was_read_does_not_come_back() {
        let (map, limits, read) = (SessionMap::new(100), SessionLimits::default(), session(1, at(0)));
        let term = map.term();
        map.remove(&read.hash);
        assert!(map.insert_in(term, Arc::clone(&read), &limits, at(1)).is_none());
        assert!(map.find(&read.hash).is_none());

        let again = map.insert_in(map.term(), Arc::clone(&read), &limits, at(2)).unwrap();
        assert!(Arc::ptr_eq(&again, &read));
    }

    #[test]
    fn two_requests_that_read_one_session_share_it() {
        let (map, limits) = (SessionMap::new(100), SessionLimits::default());
        let first = map.insert_in(map.term(), session(1, at(0)), &limits, at(0)).unwrap();
        let second = map.insert_in(map.term(), session(1, at(0)), &limits, at(0)).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }
}
