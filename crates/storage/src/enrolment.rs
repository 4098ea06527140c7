use chrono::{DateTime, Utc};
use model::{OrganisationId, UserId};

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// Since when a second factor is demanded of somebody who has none: since now, unless it was demanded before. Durable
    /// when it returns.
    pub async fn enrolment_demanded_since(
        &self,
        organisation: OrganisationId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StorageError> {
        let mut lease = self.reader().await?;
        let known = on!(&mut lease, db => {
            sqlx::query_scalar::<Db, DateTime<Utc>>(DEMANDED_SINCE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        if let Some(known) = known {
            return Ok(known);
        }
        drop(lease);
        let mut lease = self.writer().await?;
        let since = on!(&mut lease, db => {
            sqlx::query_scalar::<Db, DateTime<Utc>>(DEMAND)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        since.ok_or_else(|| Refusal::Missing("user").into())
    }
}

impl Transaction {
    /// Forgets since when a second factor was demanded of somebody who has one now.
    pub async fn forget_enrolment_demand(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(FORGET_DEMAND)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Gives a user a temporary access code, known by its hash, in place of one of before (S86).
    pub async fn set_access_code(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        hash: &[u8; 32],
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let set = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(SET_ACCESS_CODE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(hash.as_slice())
                .bind(now)
                .bind(expires_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if set == 0 { Err(Refusal::Missing("user").into()) } else { Ok(()) }
    }

    /// Spends a user's temporary access code, known by its hash: true for exactly one of all who ask, in its time.
    pub async fn spend_access_code(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let spent = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(SPEND_ACCESS_CODE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(hash.as_slice())
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(spent == 1)
    }
}

statements! {
    DEMANDED_SINCE = "select demanded_at
        from enrolment_demands
        join users on users.id = enrolment_demands.user_id
        where users.organisation_id = $1 and users.id = $2";

    DEMAND = "insert into enrolment_demands (user_id, demanded_at)
        select id, $3
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set demanded_at = enrolment_demands.demanded_at
        returning demanded_at";

    FORGET_DEMAND = "delete from enrolment_demands
        where user_id = (select id from users where organisation_id = $1 and id = $2)";

    SET_ACCESS_CODE = "insert into access_codes (user_id, hash, made_at, expires_at)
        select id, $3, $4, $5
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set hash = excluded.hash, made_at = excluded.made_at, expires_at = excluded.expires_at";

    SPEND_ACCESS_CODE = "delete from access_codes
        where user_id = (select id from users where organisation_id = $1 and id = $2)
            and hash = $3 and expires_at > $4";
}
