use chrono::{DateTime, Utc};
use model::{OrganisationId, UserId};

use crate::backend::{on, statements};
use crate::error::StorageError;
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// The hashes of the passwords that a new one of a user must not be: the present one, and so many former ones, the
    /// latest first.
    pub async fn passwords_so_far(
        &self,
        organisation: OrganisationId,
        user: UserId,
        former: u8,
    ) -> Result<Vec<String>, StorageError> {
        let mut lease = self.reader().await?;
        let present = on!(&mut lease, db => {
            sqlx::query_scalar::<Db, String>(PRESENT_PASSWORD)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_all(db)
                .await
        })?;
        let former = on!(&mut lease, db => {
            sqlx::query_scalar::<Db, String>(FORMER_PASSWORDS)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(i64::from(former))
                .fetch_all(db)
                .await
        })?;
        Ok([present, former].concat())
    }
}

impl Transaction {
    /// Keeps the present password of a user among the former ones, so many of them at most, before another takes its
    /// place.
    pub async fn remember_password(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        kept: u8,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REMEMBER_PASSWORD)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(now)
                .execute(db)
                .await
                .map(drop)
        })?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(FORGET_OLDEST_PASSWORDS)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(i64::from(kept))
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}

statements! {
    PRESENT_PASSWORD = "select credentials.password_hash
        from credentials
        join users on users.id = credentials.user_id
        where users.organisation_id = $1 and users.id = $2";

    FORMER_PASSWORDS = "select password_history.password_hash
        from password_history
        join users on users.id = password_history.user_id
        where users.organisation_id = $1 and users.id = $2
        order by password_history.replaced_at desc
        limit $3";

    REMEMBER_PASSWORD = "insert into password_history (user_id, password_hash, replaced_at)
        select user_id, password_hash, $3
        from credentials
        where user_id = (select id from users where organisation_id = $1 and id = $2)
        on conflict (user_id, password_hash) do update
        set replaced_at = excluded.replaced_at";

    FORGET_OLDEST_PASSWORDS = "delete from password_history
        where user_id = (select id from users where organisation_id = $1 and id = $2)
            and password_hash in (
                select password_hash from password_history
                where user_id = $2
                order by replaced_at desc
                limit 1000 offset $3
            )";
}
