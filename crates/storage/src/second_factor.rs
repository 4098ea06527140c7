use std::fmt;

use chrono::{DateTime, Utc};
use model::{OrganisationId, UserId};
use sqlx::FromRow;
use zeroize::Zeroizing;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;

/// A user's authenticator app as it is stored.
#[derive(Clone)]
pub struct TotpRecord {
    /// The shared secret, opened.
    pub secret: Zeroizing<Vec<u8>>,
    /// When the secret was made.
    pub made_at: DateTime<Utc>,
    /// When a code proved that the app has it; none: it is only being enrolled.
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for TotpRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpRecord").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

impl Store {
    /// A user's authenticator app, confirmed or not.
    pub async fn totp(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<Option<TotpRecord>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, TotpRow>(TOTP)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        let Some(row) = row else { return Ok(None) };
        let secret = self.sealer().unseal(&context_of(user), &row.secret)?;
        Ok(Some(TotpRecord { secret, made_at: row.made_at, confirmed_at: row.confirmed_at }))
    }

    /// Takes a time step for one sign-in: true for exactly one of all who ask, on whatever node and after whatever
    /// restart, and only when no later step was taken before (S28). Durable when it returns.
    pub async fn take_totp_step(
        &self,
        organisation: OrganisationId,
        user: UserId,
        step: i64,
    ) -> Result<bool, StorageError> {
        let mut lease = self.writer().await?;
        let taken = on!(&mut lease, db => {
            sqlx::query::<Db>(TAKE_TOTP_STEP)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(step)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(taken == 1)
    }

    /// Spends a recovery code, known by its hash: true for exactly one of all who ask. Durable when it returns.
    pub async fn spend_recovery_code(
        &self,
        organisation: OrganisationId,
        user: UserId,
        hash: &[u8; 32],
    ) -> Result<bool, StorageError> {
        let mut lease = self.writer().await?;
        let spent = on!(&mut lease, db => {
            sqlx::query::<Db>(SPEND_RECOVERY_CODE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(hash.as_slice())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(spent == 1)
    }

    /// How many recovery codes a user has left.
    pub async fn recovery_codes_left(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<u32, StorageError> {
        let mut lease = self.reader().await?;
        let left = on!(&mut lease, db => {
            sqlx::query_scalar::<Db, i64>(RECOVERY_CODES_LEFT)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_one(db)
                .await
        })?;
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

/// What a secret is bound to: it does not open in another row.
fn context_of(user: UserId) -> String {
    format!("totp_factors.secret.{user}")
}

impl Transaction {
    /// Keeps the secret of an authenticator app that is being enrolled, in place of one that was never confirmed.
    /// Nobody is asked for a code before it is [confirmed](Self::confirm_totp).
    pub async fn begin_totp(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        secret: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let confirmed = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(TOTP_CONFIRMED)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        match confirmed {
            None => return Err(Refusal::Missing("user").into()),
            Some(true) => return Err(Refusal::TotpEnrolled.into()),
            Some(false) => {}
        }
        let sealed = self.sealer().seal(&context_of(user), secret)?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(BEGIN_TOTP)
                .bind(user.as_uuid())
                .bind(sealed)
                .bind(now)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Makes the app that is being enrolled the user's second factor. The step of the code that proved it is taken, so
    /// that the same code signs nobody in.
    pub async fn confirm_totp(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        step: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let confirmed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(CONFIRM_TOTP)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(step)
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if confirmed == 0 { Err(Refusal::Missing("authenticator app to confirm").into()) } else { Ok(()) }
    }

    /// Makes an app whose code was just seen the user's second factor, in place of the one of before, if there was one.
    /// The step of that code is taken, so that the same code signs nobody in.
    pub async fn set_totp(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        secret: &[u8],
        step: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let sealed = self.sealer().seal(&context_of(user), secret)?;
        let set = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(SET_TOTP)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(sealed)
                .bind(step)
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if set == 0 { Err(Refusal::Missing("user").into()) } else { Ok(()) }
    }

    /// Takes the authenticator app from a user, and with it the recovery codes; other factors stay.
    pub async fn remove_totp(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        let removed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REMOVE_TOTP)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        self.forget_idle_recovery_codes(user).await?;
        if removed == 0 { Err(Refusal::Missing("authenticator app of the user").into()) } else { Ok(()) }
    }

    /// Takes every second factor from a user, passkeys and recovery codes included.
    pub async fn remove_second_factors(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        let removed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REMOVE_TOTP)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        let removed = removed + self.remove_passkeys(organisation, user).await?;
        self.forget_recovery_codes(organisation, user).await?;
        if removed == 0 { Err(Refusal::Missing("second factor of the user").into()) } else { Ok(()) }
    }

    /// Gives a user new recovery codes, known by their hashes; those of before are void.
    pub async fn replace_recovery_codes(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        hashes: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.forget_recovery_codes(organisation, user).await?;
        for hash in hashes {
            let added = on!(&mut self.connection(), db => {
                sqlx::query::<Db>(ADD_RECOVERY_CODE)
                    .bind(organisation.as_uuid())
                    .bind(user.as_uuid())
                    .bind(hash.as_slice())
                    .bind(now)
                    .execute(db)
                    .await
                    .map(|done| done.rows_affected())
            })?;
            if added == 0 {
                return Err(Refusal::Missing("second factor of the user").into());
            }
        }
        Ok(())
    }

    async fn forget_recovery_codes(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(FORGET_RECOVERY_CODES)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}

#[derive(FromRow)]
struct TotpRow {
    secret: Vec<u8>,
    made_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
}

statements! {
    TOTP = "select secret, made_at, confirmed_at
        from totp_factors
        join users on users.id = totp_factors.user_id
        where users.organisation_id = $1 and users.id = $2";

    TAKE_TOTP_STEP = "update totp_factors
        set accepted_step = $3
        where user_id = (select id from users where organisation_id = $1 and id = $2)
            and confirmed_at is not null and accepted_step < $3";

    SPEND_RECOVERY_CODE = "delete from recovery_codes
        where user_id = (select id from users where organisation_id = $1 and id = $2) and hash = $3";

    RECOVERY_CODES_LEFT = "select count(*)
        from recovery_codes
        join users on users.id = recovery_codes.user_id
        where users.organisation_id = $1 and users.id = $2";

    TOTP_CONFIRMED = "select totp_factors.confirmed_at is not null
        from users
        left join totp_factors on totp_factors.user_id = users.id
        where users.organisation_id = $1 and users.id = $2";

    BEGIN_TOTP = "insert into totp_factors (user_id, secret, accepted_step, made_at)
        values ($1, $2, -1, $3)
        on conflict (user_id) do update
        set secret = excluded.secret, accepted_step = -1, made_at = excluded.made_at";

    CONFIRM_TOTP = "update totp_factors
        set accepted_step = $3, confirmed_at = $4
        where user_id = (select id from users where organisation_id = $1 and id = $2) and confirmed_at is null";

    SET_TOTP = "insert into totp_factors (user_id, secret, accepted_step, made_at, confirmed_at)
        select id, $3, $4, $5, $5
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set secret = excluded.secret, accepted_step = excluded.accepted_step, made_at = excluded.made_at,
            confirmed_at = excluded.confirmed_at";

    REMOVE_TOTP = "delete from totp_factors
        where user_id = (select id from users where organisation_id = $1 and id = $2)";

    ADD_RECOVERY_CODE = "insert into recovery_codes (user_id, hash, made_at)
        select users.id, $3, $4
        from users
        left join totp_factors on totp_factors.user_id = users.id
        where users.organisation_id = $1 and users.id = $2
            and (
                totp_factors.confirmed_at is not null
                or exists (select 1 from passkeys where passkeys.user_id = users.id)
            )";

    FORGET_RECOVERY_CODES = "delete from recovery_codes
        where user_id = (select id from users where organisation_id = $1 and id = $2)";
}
