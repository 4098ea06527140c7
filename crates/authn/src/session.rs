use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::{ApplicationId, OrganisationId, SessionId, UserId};
use policy::Evidence;
use storage::{SessionRow, SessionTouch};

/// How long sessions last, and how many are held in memory.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// A session ends after this long without use.
    pub idle: Duration,
    /// A session ends this long after it began.
    pub absolute: Duration,
    /// As `idle`, for people who asked to be kept signed in.
    pub kept_idle: Duration,
    /// As `absolute`, for people who asked to be kept signed in.
    pub kept_absolute: Duration,
    /// How many are held in memory. The others are read again from storage when they come back.
    pub in_memory: usize,
}

impl Default for SessionLimits {
    /// Half a working day idle and a long one at most; two weeks for people who asked to be kept signed in.
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(4),
            absolute: Duration::from_hours(12),
            kept_idle: Duration::from_hours(3 * 24),
            kept_absolute: Duration::from_hours(14 * 24),
            in_memory: 200_000,
        }
    }
}

impl SessionLimits {
    pub(crate) fn absolute(&self, persistent: bool) -> Duration {
        if persistent { self.kept_absolute } else { self.absolute }
    }

    fn idle(&self, persistent: bool) -> Duration {
        if persistent { self.kept_idle } else { self.idle }
    }
}

/// Somebody who signed in with one browser, and how.
///
/// About 200 bytes, and a hundred thousand of them are held at once: instants that change are numbers, and the
/// applications visited take no room beyond their own.
#[derive(Debug)]
pub struct Session {
    /// Its public name, for the ledger.
    pub id: SessionId,
    /// The organisation, and with it the host, that it is good for.
    pub organisation: OrganisationId,
    /// Who signed in.
    pub user: UserId,
    /// How and when.
    pub evidence: Evidence,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Whether its cookie outlives the browser.
    pub persistent: bool,
    /// What it is found by: the SHA-256 of the secret in its cookie.
    pub(crate) hash: [u8; 32],
    ended: AtomicBool,
    /// Microseconds since 1970, like `kept_at`.
    last_seen: AtomicI64,
    /// The last use that storage knows of.
    kept_at: AtomicI64,
    visited: Mutex<Vec<ApplicationId>>,
}

/// How far storage may lag behind the last use: one row written a minute is little, and a minute of an idle
/// limit that counts in hours is nothing.
const TOUCH_INTERVAL: i64 = 60_000_000;

impl Session {
    /// The applications that got a token in this session, in the order of the first.
    pub fn relying_parties(&self) -> Vec<ApplicationId> {
        self.visited().clone()
    }

    pub(crate) fn from_row(row: &SessionRow, evidence: Evidence) -> Self {
        let last_seen = row.last_seen_at.timestamp_micros();
        Self {
            id: row.id,
            organisation: row.organisation,
            user: row.user,
            evidence,
            created_at: row.created_at,
            expires_at: row.expires_at,
            persistent: row.persistent,
            hash: row.hash,
            ended: AtomicBool::new(false),
            last_seen: AtomicI64::new(last_seen),
            kept_at: AtomicI64::new(last_seen),
            visited: Mutex::new(row.relying_parties.clone()),
        }
    }

    pub(crate) fn is_live(&self, limits: &SessionLimits, now: DateTime<Utc>) -> bool {
        !self.ended.load(Ordering::Acquire) && self.is_within(limits, now)
    }

    /// Whether its time has not run out, ended early or not.
    pub(crate) fn is_within(&self, limits: &SessionLimits, now: DateTime<Utc>) -> bool {
        let idle = i64::try_from(limits.idle(self.persistent).as_micros()).unwrap_or(i64::MAX);
        now < self.expires_at && now.timestamp_micros().saturating_sub(self.last_seen()) < idle
    }

    pub(crate) fn last_seen(&self) -> i64 {
        self.last_seen.load(Ordering::Relaxed)
    }

    /// Marks it as ended, or as not ended after all.
    pub(crate) fn set_ended(&self, ended: bool) {
        self.ended.store(ended, Ordering::Release);
    }

    /// Notes a use. Gives what to tell storage, about once a minute and to one caller only.
    pub(crate) fn seen(&self, now: DateTime<Utc>) -> Option<SessionTouch> {
        let micros = now.timestamp_micros();
        self.last_seen.fetch_max(micros, Ordering::Relaxed);
        let kept_at = self.kept_at.load(Ordering::Relaxed);
        let due = micros.saturating_sub(kept_at) >= TOUCH_INTERVAL;
        let mine = due
            && self.kept_at.compare_exchange(kept_at, micros, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        mine.then(|| self.touch(self.relying_parties()))
    }

    /// Notes an application that got a token. Gives what to tell storage when it is a new one.
    pub(crate) fn joined(&self, application: ApplicationId) -> Option<SessionTouch> {
        let mut visited = self.visited();
        if visited.contains(&application) {
            return None;
        }
        visited.reserve_exact(1);
        visited.push(application);
        Some(self.touch(visited.clone()))
    }

    fn touch(&self, relying_parties: Vec<ApplicationId>) -> SessionTouch {
        let last_seen_at = DateTime::from_timestamp_micros(self.last_seen()).unwrap_or(self.created_at);
        SessionTouch { hash: self.hash, last_seen_at, relying_parties }
    }

    /// A list is whole after each push, so a poisoned lock is taken as it is.
    fn visited(&self) -> MutexGuard<'_, Vec<ApplicationId>> {
        self.visited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
