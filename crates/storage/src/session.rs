use chrono::{DateTime, Utc};
use model::{ApplicationId, OrganisationId, SessionId, UserId};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::backend::{Connection, on, statements};
use crate::error::{StorageError, unreadable};
use crate::store::Store;
use crate::transaction::Transaction;

/// A session as it is kept for the day the server starts again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the secret in the cookie.
    pub hash: [u8; 32],
    /// The session's public name.
    pub id: SessionId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signed in.
    pub user: UserId,
    /// How and when, JSON of `policy::Evidence`, which storage does not know.
    pub evidence: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Whether its cookie outlives the browser.
    pub persistent: bool,
    /// Applications that got a token in it, for sign-out.
    pub relying_parties: Vec<ApplicationId>,
}

/// News of a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTouch {
    /// SHA-256 of the secret in the cookie.
    pub hash: [u8; 32],
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// Applications that got a token in it so far.
    pub relying_parties: Vec<ApplicationId>,
}

/// What the journal writes about sessions, in the batches of the ledger.
#[derive(Clone, Debug)]
pub(crate) enum SessionChange {
    Started(Box<SessionRow>),
    Touched(SessionTouch),
    Ended { hash: [u8; 32] },
    EndedAllOf { organisation: OrganisationId, user: UserId },
    Expired { now: DateTime<Utc> },
}

impl Store {
    /// The session whose cookie secret has a hash, ended or not by now: who asks knows the time.
    pub async fn session_by_hash(&self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, StoredSession>(SESSION_BY_HASH)
                .bind(hash.as_slice())
                .fetch_optional(db)
                .await
        })?;
        row.map(|row| row.into_session(*hash)).transpose()
    }
}

impl Transaction {
    /// Ends every session of a user, as a change of password or a disabled account does.
    pub async fn end_sessions_of_user(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        SessionChange::EndedAllOf { organisation, user }.write(&mut self.connection()).await
    }
}

impl SessionChange {
    /// A session of a user who is gone by now is not written, rather than failing the batch of everybody else.
    pub(crate) async fn write(&self, connection: &mut Connection<'_>) -> Result<(), StorageError> {
        on!(connection, db => {
            match self {
                Self::Started(session) => sqlx::query::<Db>(START_SESSION)
                    .bind(session.hash.as_slice())
                    .bind(session.id.as_uuid())
                    .bind(session.organisation.as_uuid())
                    .bind(session.user.as_uuid())
                    .bind(session.evidence.as_str())
                    .bind(session.created_at)
                    .bind(session.last_seen_at)
                    .bind(session.expires_at)
                    .bind(session.persistent)
                    .bind(Json(&session.relying_parties)),
                Self::Touched(touch) => sqlx::query::<Db>(TOUCH_SESSION)
                    .bind(touch.hash.as_slice())
                    .bind(touch.last_seen_at)
                    .bind(Json(&touch.relying_parties)),
                Self::Ended { hash } => sqlx::query::<Db>(END_SESSION).bind(hash.as_slice()),
                Self::EndedAllOf { organisation, user } => sqlx::query::<Db>(END_SESSIONS_OF_USER)
                    .bind(organisation.as_uuid())
                    .bind(user.as_uuid()),
                Self::Expired { now } => sqlx::query::<Db>(END_EXPIRED_SESSIONS).bind(*now),
            }
            .execute(db)
            .await
            .map(drop)
        })?;
        Ok(())
    }
}

#[derive(FromRow)]
struct StoredSession {
    id: Uuid,
    organisation_id: Uuid,
    user_id: Uuid,
    evidence: String,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    persistent: bool,
    relying_parties: Json<serde_json::Value>,
}

impl StoredSession {
    fn into_session(self, hash: [u8; 32]) -> Result<SessionRow, StorageError> {
        Ok(SessionRow {
            hash,
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            user: self.user_id.into(),
            evidence: self.evidence,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            persistent: self.persistent,
            relying_parties: serde_json::from_value(self.relying_parties.0).map_err(unreadable(
                "sessions",
                "relying_parties",
                &self.id,
            ))?,
        })
    }
}

statements! {
    SESSION_BY_HASH = "select id, organisation_id, user_id, evidence, created_at, last_seen_at, expires_at,
            persistent, relying_parties
        from sessions
        where hash = $1";

    START_SESSION = "insert into sessions (hash, id, organisation_id, user_id, evidence, created_at, last_seen_at,
            expires_at, persistent, relying_parties)
        select $1, $2, organisation_id, id, $5, $6, $7, $8, $9, $10
        from users
        where organisation_id = $3 and id = $4
        on conflict (hash) do nothing";

    TOUCH_SESSION = "update sessions
        set last_seen_at = $2, relying_parties = $3
        where hash = $1";

    END_SESSION = "delete from sessions
        where hash = $1";

    END_SESSIONS_OF_USER = "delete from sessions
        where organisation_id = $1 and user_id = $2";

    END_EXPIRED_SESSIONS = "delete from sessions
        where expires_at <= $1";
}
