use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use model::{ApplicationId, OrganisationId, SessionId, UserId, to_micros};
use policy::Evidence;
use storage::{Journal, JournalError, SessionRow, SessionTouch, StorageError, Store};
use thiserror::Error;
use tracing::warn;

use crate::secret::{RandomnessError, SessionSecret};
use crate::session::{Session, SessionLimits};
use crate::session_map::SessionMap;

/// The sessions of all browsers, in memory first.
///
/// Somebody who is already signed in costs no query: what this process has seen is in memory, and only a session
/// it has not seen, after a restart or a long pause, is read from storage, once. Nothing is read ahead. Storage
/// knows only the hash of a cookie's secret, and learns of beginnings and ends before anybody hears of them.
pub struct Sessions {
    store: Store,
    journal: Journal,
    limits: SessionLimits,
    memory: SessionMap,
}

/// Why a session could not be begun or found.
#[derive(Debug, Error)]
pub enum SessionError {
    /// No secret could be made.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// What is stored could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The beginning could not be made durable.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The evidence could not be written out.
    #[error("a session's evidence cannot be written")]
    Evidence(#[from] serde_json::Error),
}

impl Sessions {
    /// No session is in memory yet.
    pub fn new(store: Store, journal: Journal, limits: SessionLimits) -> Self {
        Self { store, journal, limits, memory: SessionMap::new(limits.in_memory) }
    }

    /// Begins a session with a secret of its own; it is durable when this returns.
    ///
    /// A sign-in never continues a session that it found (S20): end the previous one, or [`renew`](Self::renew)
    /// it when it was the same person's. `keep` says whether the person asked to be kept signed in.
    pub async fn begin(
        &self,
        organisation: OrganisationId,
        user: UserId,
        evidence: Evidence,
        keep: bool,
        application: Option<ApplicationId>,
        now: DateTime<Utc>,
    ) -> Result<(SessionSecret, Arc<Session>), SessionError> {
        self.start(organisation, user, evidence, keep, application.into_iter().collect(), now).await
    }

    /// Replaces a session by a new one of the same person, who proved themselves anew: another secret and new
    /// evidence. Applications visited before are still signed out of together.
    pub async fn renew(
        &self,
        previous: &Session,
        evidence: Evidence,
        keep: bool,
        application: Option<ApplicationId>,
        now: DateTime<Utc>,
    ) -> Result<(SessionSecret, Arc<Session>), SessionError> {
        let mut visited = previous.relying_parties();
        visited.extend(application.filter(|application| !visited.contains(application)));
        let begun = self.start(previous.organisation, previous.user, evidence, keep, visited, now).await?;
        self.end(previous).await?;
        Ok(begun)
    }

    /// The live session of a cookie's secret, if there is one and it is this organisation's (S73).
    ///
    /// Counts as a use of it.
    pub async fn find(
        &self,
        secret: &SessionSecret,
        organisation: OrganisationId,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Session>>, SessionError> {
        let hash = secret.hash();
        let found = match self.memory.find(&hash) {
            Some(session) => Some(session),
            None => Box::pin(self.recall(&hash, now)).await?,
        };
        let live = |session: &Arc<Session>| {
            session.organisation == organisation && session.is_live(&self.limits, now)
        };
        let Some(session) = found.filter(live) else { return Ok(None) };
        if let Some(touch) = session.seen(to_micros(now)) {
            self.keep(touch).await;
        }
        Ok(Some(session))
    }

    /// An application got a token in this session. Storage knows of it when this returns.
    pub async fn joined(&self, session: &Session, application: ApplicationId) -> Result<(), JournalError> {
        match session.joined(application) {
            Some(touch) => self.journal.session_touched(touch).await,
            None => Ok(()),
        }
    }

    /// Ends a session at once and for good. When storage cannot be told, the session goes on and the error says
    /// so: a sign-out that a restart would undo is none.
    pub async fn end(&self, session: &Session) -> Result<(), JournalError> {
        session.set_ended(true);
        if let Err(error) = self.journal.session_ended(session.hash).await {
            session.set_ended(false);
            return Err(error);
        }
        self.memory.remove(&session.hash);
        Ok(())
    }

    /// Ends every session of a user: the password changed, or the account was disabled.
    ///
    /// This process lets nobody in with one from the first moment on, even if storage then cannot be told, or
    /// whoever asked does not wait for the answer.
    pub async fn end_all_of_user(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), JournalError> {
        let theirs = |session: &Session| session.organisation == organisation && session.user == user;
        self.memory.end_where(theirs);
        self.journal.sessions_of_user_ended(organisation, user).await?;
        self.memory.remove_where(theirs);
        Ok(())
    }

    /// Forgets what is in memory of one user, after sessions of theirs ended in storage. Those that go on are read again.
    pub fn forget_user(&self, organisation: OrganisationId, user: UserId) {
        self.memory.remove_where(|session| session.organisation == organisation && session.user == user);
    }

    /// Forgets what is in memory. Every session is read again when it comes back, so that this process learns of
    /// those that another one, such as the command line, has ended.
    pub fn forget_all(&self) {
        self.memory.remove_where(|_| true);
    }

    async fn start(
        &self,
        organisation: OrganisationId,
        user: UserId,
        evidence: Evidence,
        persistent: bool,
        relying_parties: Vec<ApplicationId>,
        now: DateTime<Utc>,
    ) -> Result<(SessionSecret, Arc<Session>), SessionError> {
        let secret = SessionSecret::random()?;
        let now = to_micros(now);
        let lifetime = TimeDelta::from_std(self.limits.absolute(persistent)).unwrap_or(TimeDelta::zero());
        let row = SessionRow {
            hash: secret.hash(),
            id: SessionId::new(),
            organisation,
            user,
            evidence: serde_json::to_string(&evidence)?,
            created_at: now,
            last_seen_at: now,
            expires_at: now + lifetime,
            persistent,
            relying_parties,
        };
        let session = Arc::new(Session::from_row(&row, evidence));
        self.journal.session_started(row).await?;
        self.memory.insert(&session, &self.limits, now);
        Ok((secret, session))
    }

    /// Reads a session that memory does not know. If any session ended meanwhile, what was read may be one of
    /// those, so it is read again.
    async fn recall(
        &self,
        hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Session>>, SessionError> {
        loop {
            let term = self.memory.term();
            let Some(row) = self.store.session_by_hash(hash).await? else { return Ok(None) };
            let session = Arc::new(Session::from_row(&row, evidence(&row)?));
            if !session.is_live(&self.limits, now) {
                return Ok(None);
            }
            if let Some(session) = self.memory.insert_in(term, session, &self.limits, now) {
                return Ok(Some(session));
            }
        }
    }

    /// Tells storage of a use. Nobody has to wait or fail for it: the next minute tells it again.
    async fn keep(&self, touch: SessionTouch) {
        if let Err(error) = self.journal.session_touched(touch).await {
            warn!(%error, "the last use of a session was not stored");
        }
    }
}

fn evidence(row: &SessionRow) -> Result<Evidence, StorageError> {
    serde_json::from_str(&row.evidence).map_err(|error| StorageError::Unreadable {
        table: "sessions",
        column: "evidence",
        row: row.id.to_string(),
        source: Box::new(error),
    })
}
