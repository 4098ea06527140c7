use chrono::{DateTime, Utc};
use model::{OrganisationId, SessionId, UserId};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::backend::{on, statements};
use crate::error::{StorageError, unreadable};
use crate::store::Store;
use crate::transaction::Transaction;

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenSession {
    /// Its public name.
    pub id: SessionId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, give or take a minute.
    pub last_seen_at: DateTime<Utc>,
    /// Whether its cookie outlives the browser.
    pub persistent: bool,
    /// What the ledger knows of the client that it began with: address and user agent. Null when that was erased (S79).
    pub client: Value,
}

impl Store {
    /// The sessions of a user that have not reached their end, the latest first.
    ///
    /// A session begins with a row of the ledger, which has the same instant and knows the client.
    pub async fn sessions_of_user(
        &self,
        organisation: OrganisationId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<OpenSession>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, ListedSession>(SESSIONS_OF_USER)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(now)
                .fetch_all(db)
                .await
        })?;
        rows.into_iter().map(ListedSession::into_session).collect()
    }
}

impl Transaction {
    /// Ends one session of a user; false when there is no such session.
    pub async fn end_session_of_user(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        session: SessionId,
    ) -> Result<bool, StorageError> {
        let ended = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(END_ONE_OF_USER)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(session.as_uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(ended == 1)
    }

    /// Ends every session of a user but one; says how many.
    pub async fn end_other_sessions_of_user(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        kept: SessionId,
    ) -> Result<u64, StorageError> {
        Ok(on!(&mut self.connection(), db => {
            sqlx::query::<Db>(END_OTHERS_OF_USER)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(kept.as_uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

#[derive(FromRow)]
struct ListedSession {
    id: Uuid,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    persistent: bool,
    personal: Option<String>,
}

impl ListedSession {
    fn into_session(self) -> Result<OpenSession, StorageError> {
        let client = self.personal.as_deref().map(serde_json::from_str::<Value>).transpose();
        Ok(OpenSession {
            client: client.map_err(unreadable("ledger", "personal", &self.id))?.unwrap_or_default(),
            id: self.id.into(),
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            persistent: self.persistent,
        })
    }
}

statements! {
    SESSIONS_OF_USER = "select id, created_at, last_seen_at, persistent,
            (select personal from ledger
                where ledger.user_id = sessions.user_id and ledger.at = sessions.created_at
                order by epoch desc, sequence desc
                limit 1) as personal
        from sessions
        where organisation_id = $1 and user_id = $2 and expires_at > $3
        order by created_at desc
        limit 100";

    END_ONE_OF_USER = "delete from sessions
        where organisation_id = $1 and user_id = $2 and id = $3";

    END_OTHERS_OF_USER = "delete from sessions
        where organisation_id = $1 and user_id = $2 and id <> $3";
}
