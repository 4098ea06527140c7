use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, UserId};
use sqlx::FromRow;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;

/// How long a caller may take to answer, and how long the answer is good for.
pub const CALLER_CHECK_LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// So many wrong answers end a check.
const FAILURES: i64 = 3;

/// Two numbers by which a help desk and a caller know each other, before a factor is reset.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CallerCheck {
    /// What the help desk says: the user sees it at their account, and knows the help desk by it.
    pub question: String,
    /// What the user answers: only the user sees it.
    pub answer: String,
}

/// What an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerAnswer {
    /// The caller sees the user's account.
    Right,
    /// It is another number.
    Wrong,
    /// Nothing was asked, it was too long ago, or too many answers were wrong.
    NotAsked,
}

impl Store {
    /// The check of a caller that a user has to see now, if there is one.
    pub async fn caller_check(
        &self,
        organisation: OrganisationId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<CallerCheck>, StorageError> {
        let mut lease = self.reader().await?;
        Ok(on!(&mut lease, db => {
            sqlx::query_as::<Db, CallerCheck>(OPEN_CHECK)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(now - CALLER_CHECK_LIFETIME)
                .bind(FAILURES)
                .fetch_optional(db)
                .await
        })?)
    }
}

impl Transaction {
    /// Begins to check whether a caller is a user, in place of an earlier check.
    pub async fn begin_caller_check(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        check: &CallerCheck,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let begun = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(BEGIN_CHECK)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(check.question.as_str())
                .bind(check.answer.as_str())
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if begun == 0 { Err(Refusal::Missing("user").into()) } else { Ok(()) }
    }

    /// Takes a caller's answer; a wrong one counts.
    pub async fn answer_caller_check(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        answer: &str,
        now: DateTime<Utc>,
    ) -> Result<CallerAnswer, StorageError> {
        let oldest = now - CALLER_CHECK_LIFETIME;
        let verified = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(VERIFY_CALLER)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(oldest)
                .bind(FAILURES)
                .bind(answer)
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if verified == 1 {
            return Ok(CallerAnswer::Right);
        }
        let counted = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(COUNT_WRONG_ANSWER)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(oldest)
                .bind(FAILURES)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if counted == 1 { CallerAnswer::Wrong } else { CallerAnswer::NotAsked })
    }

    /// Whether the caller was found to be the user a moment ago. It is good for one reset.
    pub async fn take_verified_caller(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let taken = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(TAKE_VERIFIED)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(now - CALLER_CHECK_LIFETIME)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(taken == 1)
    }
}

statements! {
    OPEN_CHECK = "select question, answer
        from caller_checks
        join users on users.id = caller_checks.user_id
        where users.organisation_id = $1 and users.id = $2
            and verified_at is null and caller_checks.made_at > $3 and failures < $4";

    BEGIN_CHECK = "insert into caller_checks (user_id, question, answer, made_at, verified_at, failures)
        select id, $3, $4, $5, null, 0
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set question = excluded.question, answer = excluded.answer, made_at = excluded.made_at, verified_at = null,
            failures = 0";

    VERIFY_CALLER = "update caller_checks
        set verified_at = $6
        where user_id = (select id from users where organisation_id = $1 and id = $2)
            and verified_at is null and made_at > $3 and failures < $4 and answer = $5";

    COUNT_WRONG_ANSWER = "update caller_checks
        set failures = failures + 1
        where user_id = (select id from users where organisation_id = $1 and id = $2)
            and verified_at is null and made_at > $3 and failures < $4";

    TAKE_VERIFIED = "delete from caller_checks
        where user_id = (select id from users where organisation_id = $1 and id = $2) and verified_at > $3";
}
