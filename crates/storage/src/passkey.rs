use std::fmt;

use chrono::{DateTime, Utc};
use model::{OrganisationId, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::backend::{Connection, on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;

/// The most passkeys that one user may have: a form lists them, and a challenge names them.
pub const PASSKEYS_PER_USER: usize = 20;

/// A passkey as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PasskeyRecord {
    /// The credential's id, as its authenticator chose it; no two are the same.
    pub credential: Vec<u8>,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// The public key and what else verifies an answer: JSON, of crate `authn`.
    pub public_key: String,
    /// The highest signature counter seen; 0 for authenticators that do not count.
    pub sign_count: u32,
    /// Whether the authenticator may copy it to other devices of its owner.
    pub backup_eligible: bool,
    /// Whether it was copied at its latest use.
    pub backed_up: bool,
    /// When it was enrolled.
    pub made_at: DateTime<Utc>,
    /// When it last signed somebody in.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for PasskeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyRecord")
            .field("user", &self.user)
            .field("name", &self.name)
            .field("sign_count", &self.sign_count)
            .field("made_at", &self.made_at)
            .finish_non_exhaustive()
    }
}

/// A challenge that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpentChallenge {
    /// What it is known by.
    pub hash: [u8; 32],
    /// When nobody accepts an answer to it any more.
    pub expires_at: DateTime<Utc>,
}

/// What a passkey's good answer changes.
#[derive(Clone, Debug)]
pub struct PasskeyUse {
    /// The credential that answered.
    pub credential: Vec<u8>,
    /// The same as [`PasskeyRecord::public_key`], with what the answer changed.
    pub public_key: String,
    /// The authenticator's counter in the answer.
    pub sign_count: u32,
    /// Whether it is copied to other devices now.
    pub backed_up: bool,
    /// The challenge that it answered.
    pub challenge: SpentChallenge,
}

/// Whether a passkey's good answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyTaken {
    /// It does.
    Taken,
    /// Its challenge was answered before (S35).
    Replayed,
    /// The counter did not grow since another answer: there are two copies of what must not be copied. Or the passkey is
    /// gone meanwhile.
    Outdated,
}

impl Store {
    /// A user's passkeys, the oldest first.
    pub async fn passkeys(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<Vec<PasskeyRecord>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, PasskeyRow>(PASSKEYS_OF_USER)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_all(db)
                .await
        })?;
        Ok(rows.into_iter().map(PasskeyRecord::from).collect())
    }

    /// The passkey with this credential id, whoever's of the organisation it is.
    pub async fn passkey(
        &self,
        organisation: OrganisationId,
        credential: &[u8],
    ) -> Result<Option<PasskeyRecord>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, PasskeyRow>(PASSKEY)
                .bind(organisation.as_uuid())
                .bind(credential)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(PasskeyRecord::from))
    }

    /// Takes a good answer for one sign-in: of all who bring an answer to the same challenge, on whatever node and after
    /// whatever restart, one is told that it is taken (S35). Durable when it returns.
    pub async fn take_passkey_answer(
        &self,
        organisation: OrganisationId,
        answer: &PasskeyUse,
        now: DateTime<Utc>,
    ) -> Result<PasskeyTaken, StorageError> {
        // Not a `Transaction`: nothing that others hold in memory changes by it.
        let mut open = self.open_transaction().await?;
        if !spend(&mut open.borrowed(), &answer.challenge, now).await? {
            return Ok(PasskeyTaken::Replayed);
        }
        let taken = on!(&mut open, db => {
            sqlx::query::<Db>(USE_PASSKEY)
                .bind(organisation.as_uuid())
                .bind(answer.credential.as_slice())
                .bind(answer.public_key.as_str())
                .bind(i64::from(answer.sign_count))
                .bind(answer.backed_up)
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        open.commit().await?;
        Ok(if taken == 1 { PasskeyTaken::Taken } else { PasskeyTaken::Outdated })
    }
}

impl Transaction {
    /// Gives a user a passkey, in answer to a challenge that nobody answered before.
    pub async fn insert_passkey(
        &mut self,
        organisation: OrganisationId,
        passkey: &PasskeyRecord,
        challenge: &SpentChallenge,
    ) -> Result<(), StorageError> {
        if !spend(&mut self.connection(), challenge, passkey.made_at).await? {
            return Err(Refusal::ChallengeSpent.into());
        }
        let held = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, i64>(COUNT_PASSKEYS)
                .bind(organisation.as_uuid())
                .bind(passkey.user.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if usize::try_from(held).is_ok_and(|held| held >= PASSKEYS_PER_USER) {
            return Err(Refusal::PasskeysFull.into());
        }
        let added = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_PASSKEY)
                .bind(organisation.as_uuid())
                .bind(passkey.user.as_uuid())
                .bind(passkey.credential.as_slice())
                .bind(passkey.name.as_str())
                .bind(passkey.public_key.as_str())
                .bind(i64::from(passkey.sign_count))
                .bind(passkey.backup_eligible)
                .bind(passkey.backed_up)
                .bind(passkey.made_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if added == 0 { Err(Refusal::PasskeyTaken.into()) } else { Ok(()) }
    }

    /// Takes a passkey from a user. With the last second factor go the recovery codes, which stood in for it.
    pub async fn remove_passkey(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        credential: &[u8],
    ) -> Result<(), StorageError> {
        let removed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REMOVE_PASSKEY)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(credential)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if removed == 0 {
            return Err(Refusal::Missing("passkey of the user").into());
        }
        self.forget_idle_recovery_codes(user).await
    }

    /// Takes the recovery codes of a user who has nothing left that they could stand in for.
    pub(crate) async fn forget_idle_recovery_codes(&mut self, user: UserId) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(FORGET_IDLE_RECOVERY_CODES).bind(user.as_uuid()).execute(db).await.map(drop)
        })?;
        Ok(())
    }

    /// Takes all passkeys from a user, and says how many there were.
    pub(crate) async fn remove_passkeys(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<u64, StorageError> {
        Ok(on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REMOVE_PASSKEYS)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

/// Remembers that a challenge was answered, and forgets those that nobody could answer any more; false when it was
/// answered before.
async fn spend(
    connection: &mut Connection<'_>,
    challenge: &SpentChallenge,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    on!(connection, db => sqlx::query::<Db>(FORGET_CHALLENGES).bind(now).execute(db).await.map(drop))?;
    let spent = on!(connection, db => {
        sqlx::query::<Db>(SPEND_CHALLENGE)
            .bind(challenge.hash.as_slice())
            .bind(challenge.expires_at)
            .execute(db)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(spent == 1)
}

#[derive(FromRow)]
struct PasskeyRow {
    credential_id: Vec<u8>,
    user_id: Uuid,
    name: String,
    public_key: String,
    sign_count: i64,
    backup_eligible: bool,
    backed_up: bool,
    made_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<PasskeyRow> for PasskeyRecord {
    fn from(row: PasskeyRow) -> Self {
        Self {
            credential: row.credential_id,
            user: row.user_id.into(),
            name: row.name,
            public_key: row.public_key,
            // Written from 32 bits; whatever else stands there is more than any authenticator counts to.
            sign_count: u32::try_from(row.sign_count).unwrap_or(u32::MAX),
            backup_eligible: row.backup_eligible,
            backed_up: row.backed_up,
            made_at: row.made_at,
            last_used_at: row.last_used_at,
        }
    }
}

statements! {
    PASSKEYS_OF_USER = "select credential_id, user_id, name, public_key, sign_count, backup_eligible, backed_up,
            made_at, last_used_at
        from passkeys
        join users on users.id = passkeys.user_id
        where users.organisation_id = $1 and users.id = $2
        order by made_at, credential_id";

    PASSKEY = "select credential_id, user_id, name, public_key, sign_count, backup_eligible, backed_up,
            made_at, last_used_at
        from passkeys
        join users on users.id = passkeys.user_id
        where users.organisation_id = $1 and credential_id = $2";

    COUNT_PASSKEYS = "select count(*)
        from passkeys
        join users on users.id = passkeys.user_id
        where users.organisation_id = $1 and users.id = $2";

    INSERT_PASSKEY = "insert into passkeys (credential_id, user_id, name, public_key, sign_count, backup_eligible,
            backed_up, made_at)
        select $3, id, $4, $5, $6, $7, $8, $9
        from users
        where organisation_id = $1 and id = $2
        on conflict (credential_id) do nothing";

    USE_PASSKEY = "update passkeys
        set public_key = $3, sign_count = $4, backed_up = $5, last_used_at = $6
        where credential_id = $2 and user_id in (select id from users where organisation_id = $1)
            and (sign_count < $4 or (sign_count = 0 and $4 = 0))";

    REMOVE_PASSKEY = "delete from passkeys
        where user_id = (select id from users where organisation_id = $1 and id = $2) and credential_id = $3";

    REMOVE_PASSKEYS = "delete from passkeys
        where user_id = (select id from users where organisation_id = $1 and id = $2)";

    FORGET_IDLE_RECOVERY_CODES = "delete from recovery_codes
        where user_id = $1
            and not exists (select 1 from passkeys where passkeys.user_id = $1)
            and not exists (
                select 1
                from totp_factors
                where totp_factors.user_id = $1 and totp_factors.confirmed_at is not null
            )";

    SPEND_CHALLENGE = "insert into spent_challenges (hash, expires_at)
        values ($1, $2)
        on conflict (hash) do nothing";

    FORGET_CHALLENGES = "delete from spent_challenges
        where expires_at <= $1";
}
