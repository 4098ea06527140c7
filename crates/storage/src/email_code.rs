use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, UserId};
use sqlx::FromRow;
use zeroize::Zeroizing;

use crate::backend::{on, statements};
use crate::error::StorageError;
use crate::store::Store;

/// How often a user may be sent a code.
#[derive(Clone, Copy, Debug)]
pub struct EmailCodeLimits {
    /// At least so long after the one before.
    pub pause: TimeDelta,
    /// No more than this many…
    pub codes: i64,
    /// …in a span of this length, which begins with the first of them.
    pub window: TimeDelta,
}

/// The code that was last sent to a user, and not used yet.
#[derive(Clone)]
pub struct EmailCodeRecord {
    /// Its hash, opened.
    pub hash: Zeroizing<Vec<u8>>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// As it is stored: no other row has it.
    sealed: Vec<u8>,
}

impl fmt::Debug for EmailCodeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailCodeRecord").field("sent_at", &self.sent_at).finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a code that is about to be sent, in place of the one before. False: one was sent a moment ago, or too many
    /// were, and this one must not be sent. Durable when it returns, for all nodes.
    pub async fn begin_email_code(
        &self,
        organisation: OrganisationId,
        user: UserId,
        hash: &[u8; 32],
        limits: EmailCodeLimits,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let sealed = self.sealer().seal(&context_of(user), hash)?;
        let mut lease = self.writer().await?;
        let begun = on!(&mut lease, db => {
            sqlx::query::<Db>(BEGIN_EMAIL_CODE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(sealed)
                .bind(now)
                .bind(now - limits.window)
                .bind(now - limits.pause)
                .bind(limits.codes)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(begun == 1)
    }

    /// The code that a user was last sent, if it was not used.
    pub async fn email_code(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<Option<EmailCodeRecord>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, EmailCodeRow>(EMAIL_CODE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        let Some(EmailCodeRow { code: sealed, sent_at }) = row else { return Ok(None) };
        let hash = self.sealer().unseal(&context_of(user), &sealed)?;
        Ok(Some(EmailCodeRecord { hash, sent_at, sealed }))
    }

    /// Spends a code: true for exactly one of all who ask, on whatever node. Durable when it returns.
    pub async fn spend_email_code(
        &self,
        organisation: OrganisationId,
        user: UserId,
        code: &EmailCodeRecord,
    ) -> Result<bool, StorageError> {
        let mut lease = self.writer().await?;
        let spent = on!(&mut lease, db => {
            sqlx::query::<Db>(SPEND_EMAIL_CODE)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(code.sealed.as_slice())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(spent == 1)
    }
}

/// What a hash is bound to: it does not open in another row.
fn context_of(user: UserId) -> String {
    format!("email_codes.code.{user}")
}

#[derive(FromRow)]
struct EmailCodeRow {
    code: Vec<u8>,
    sent_at: DateTime<Utc>,
}

statements! {
    BEGIN_EMAIL_CODE = "insert into email_codes (user_id, code, sent_at, window_began_at, sent_in_window)
        select id, $3, $4, $4, 1
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set code = excluded.code,
            sent_at = excluded.sent_at,
            window_began_at = case
                when email_codes.window_began_at <= $5 then excluded.window_began_at
                else email_codes.window_began_at
            end,
            sent_in_window = case
                when email_codes.window_began_at <= $5 then 1
                else email_codes.sent_in_window + 1
            end
        where email_codes.sent_at <= $6 and (email_codes.window_began_at <= $5 or email_codes.sent_in_window < $7)";

    EMAIL_CODE = "select email_codes.code, email_codes.sent_at
        from email_codes
        join users on users.id = email_codes.user_id
        where users.organisation_id = $1 and users.id = $2 and email_codes.code is not null";

    SPEND_EMAIL_CODE = "update email_codes
        set code = null
        where user_id = (select id from users where organisation_id = $1 and id = $2) and code = $3";
}
