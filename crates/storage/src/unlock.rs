use chrono::{DateTime, Utc};
use model::{OrganisationId, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;

/// An administrator's word that what failed at an account until a moment does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlock {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The account's sign-in name.
    pub upn: String,
    /// The moment.
    pub at: DateTime<Utc>,
}

impl Store {
    /// The accounts that were unlocked since a moment.
    pub async fn unlocks(&self, since: DateTime<Utc>) -> Result<Vec<Unlock>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, UnlockRow>(UNLOCKS).bind(since).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(UnlockRow::into_unlock).collect())
    }
}

impl Transaction {
    /// Forgives what failed at a user's account until now. A running server notices by the revision.
    pub async fn unlock(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let unlocked = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(UNLOCK)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if unlocked == 0 { Err(Refusal::Missing("user").into()) } else { Ok(()) }
    }
}

#[derive(FromRow)]
struct UnlockRow {
    organisation_id: Uuid,
    upn: String,
    unlocked_at: DateTime<Utc>,
}

impl UnlockRow {
    fn into_unlock(self) -> Unlock {
        Unlock { organisation: self.organisation_id.into(), upn: self.upn, at: self.unlocked_at }
    }
}

statements! {
    UNLOCKS = "select users.organisation_id, users.upn, unlocks.unlocked_at
        from unlocks
        join users on users.id = unlocks.user_id
        where unlocks.unlocked_at >= $1";

    UNLOCK = "insert into unlocks (user_id, unlocked_at)
        select id, $3
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set unlocked_at = excluded.unlocked_at";
}
