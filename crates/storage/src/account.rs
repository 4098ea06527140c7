use std::fmt;

use chrono::{DateTime, Utc};
use model::{OrganisationId, Origin, Role, Upn, User, UserId};
use policy::{Mechanism, Mechanisms};
use sqlx::FromRow;

use crate::backend::{Connection, on, statements};
use crate::error::{Refusal, StorageError};
use crate::familiar_place::{Familiarity, FamiliarityRow};
use crate::role::RoleRow;
use crate::store::Store;
use crate::transaction::Transaction;
use crate::user::UserRow;

/// All that a sign-in needs to know about a user.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Who it is.
    pub user: User,
    /// The password, when one was ever set.
    pub password: Option<PasswordRecord>,
    /// The roles the user is a member of, by name.
    pub roles: Vec<Role>,
    /// Since when the user has an authenticator app.
    pub totp_since: Option<DateTime<Utc>>,
    /// Whether the user has a passkey.
    pub has_passkey: bool,
}

impl Account {
    /// The second factors that the user has enrolled, each with what stands in for it when it is lost.
    pub const fn second_factors(&self) -> Mechanisms {
        let mut factors = Mechanisms::NONE;
        if self.totp_since.is_some() {
            factors = factors.with(Mechanism::Totp).with(Mechanism::RecoveryCode);
        }
        if self.has_passkey {
            factors = factors.with(Mechanism::Passkey).with(Mechanism::RecoveryCode);
        }
        factors
    }
}

/// A stored password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordRecord {
    /// Argon2id, PHC string.
    pub hash: String,
    /// When it was set.
    pub changed_at: DateTime<Utc>,
    /// Whether the next sign-in asks for a new one.
    pub must_change: bool,
}

impl fmt::Debug for PasswordRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordRecord").field("changed_at", &self.changed_at).finish_non_exhaustive()
    }
}

impl Store {
    /// The account with a sign-in name, letter case aside.
    pub async fn account(
        &self,
        organisation: OrganisationId,
        upn: &Upn,
    ) -> Result<Option<Account>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, AccountRow>(ACCOUNT_BY_UPN)
                .bind(organisation.as_uuid())
                .bind(upn.key())
                .fetch_optional(db)
                .await
        })?;
        with_roles(&mut lease.borrowed(), row).await
    }

    /// The account with a sign-in name, and how familiar the origin of a request is to it: one query for both.
    pub async fn account_at(
        &self,
        organisation: OrganisationId,
        upn: &Upn,
        origin: &Origin,
        now: DateTime<Utc>,
    ) -> Result<Option<(Account, Familiarity)>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, AccountAtRow>(ACCOUNT_AT)
                .bind(organisation.as_uuid())
                .bind(upn.key())
                .bind(origin.device.as_ref().map(<[u8; 32]>::as_slice))
                .bind(origin.network.to_string())
                .fetch_optional(db)
                .await
        })?;
        let Some(row) = row else { return Ok(None) };
        let familiarity = row.familiarity.at(now);
        let account = with_roles(&mut lease.borrowed(), Some(row.account)).await?;
        Ok(account.map(|account| (account, familiarity)))
    }

    /// The account of a user.
    pub async fn account_by_id(
        &self,
        organisation: OrganisationId,
        id: UserId,
    ) -> Result<Option<Account>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, AccountRow>(ACCOUNT_BY_ID)
                .bind(organisation.as_uuid())
                .bind(id.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        with_roles(&mut lease.borrowed(), row).await
    }
}

async fn with_roles(
    connection: &mut Connection<'_>,
    row: Option<AccountRow>,
) -> Result<Option<Account>, StorageError> {
    let Some(row) = row else { return Ok(None) };
    let user = row.user.into_user()?;
    let roles = on!(connection, db => {
        sqlx::query_as::<Db, RoleRow>(ROLES_OF_USER).bind(user.id.as_uuid()).fetch_all(db).await
    })?;
    let password = row.password_hash.zip(row.changed_at).map(|(hash, changed_at)| PasswordRecord {
        hash,
        changed_at,
        must_change: row.must_change.unwrap_or_default(),
    });
    Ok(Some(Account {
        user,
        password,
        roles: roles.into_iter().map(Role::from).collect(),
        totp_since: row.confirmed_at,
        has_passkey: row.has_passkey,
    }))
}

impl Transaction {
    /// Sets the password of a user to an Argon2id hash (PHC string), whatever it was before. The next sign-in asks for
    /// no other.
    pub async fn set_password(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let changed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(SET_PASSWORD)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(hash)
                .bind(now)
                .bind(false)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if changed == 0 { Err(Refusal::Missing("user").into()) } else { Ok(()) }
    }

    /// Has the next sign-in of a user ask for a new password.
    pub async fn require_new_password(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        let changed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REQUIRE_NEW_PASSWORD)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(true)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if changed == 0 { Err(Refusal::Missing("password of the user").into()) } else { Ok(()) }
    }
}

#[derive(FromRow)]
struct AccountRow {
    #[sqlx(flatten)]
    user: UserRow,
    password_hash: Option<String>,
    changed_at: Option<DateTime<Utc>>,
    must_change: Option<bool>,
    confirmed_at: Option<DateTime<Utc>>,
    has_passkey: bool,
}

#[derive(FromRow)]
struct AccountAtRow {
    #[sqlx(flatten)]
    account: AccountRow,
    #[sqlx(flatten)]
    familiarity: FamiliarityRow,
}

statements! {
    ACCOUNT_BY_UPN = "select id, organisation_id, upn, immutable_id, active, attributes, created_at,
            password_hash, changed_at, must_change, confirmed_at,
            exists (select 1 from passkeys where passkeys.user_id = users.id) as has_passkey
        from users
        left join credentials on credentials.user_id = id
        left join totp_factors on totp_factors.user_id = id
        where organisation_id = $1 and lower(upn) = $2";

    ACCOUNT_AT = "select id, organisation_id, upn, immutable_id, active, attributes, created_at,
            password_hash, changed_at, must_change, confirmed_at,
            exists (select 1 from passkeys where passkeys.user_id = users.id) as has_passkey,
            (select known_devices.last_seen_at from known_devices
                where known_devices.user_id = users.id and known_devices.hash = $3) as device_seen_at,
            (select familiar_networks.last_seen_at from familiar_networks
                where familiar_networks.user_id = users.id and familiar_networks.network = $4) as network_seen_at
        from users
        left join credentials on credentials.user_id = id
        left join totp_factors on totp_factors.user_id = id
        where organisation_id = $1 and lower(upn) = $2";

    ACCOUNT_BY_ID = "select id, organisation_id, upn, immutable_id, active, attributes, created_at,
            password_hash, changed_at, must_change, confirmed_at,
            exists (select 1 from passkeys where passkeys.user_id = users.id) as has_passkey
        from users
        left join credentials on credentials.user_id = id
        left join totp_factors on totp_factors.user_id = id
        where organisation_id = $1 and id = $2";

    ROLES_OF_USER = "select roles.id, roles.organisation_id, roles.name
        from roles
        join role_members on role_members.role_id = roles.id
        where role_members.user_id = $1
        order by roles.name";

    SET_PASSWORD = "insert into credentials (user_id, password_hash, changed_at, must_change)
        select id, $3, $4, $5
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id) do update
        set password_hash = excluded.password_hash, changed_at = excluded.changed_at,
            must_change = excluded.must_change";

    REQUIRE_NEW_PASSWORD = "update credentials
        set must_change = $3
        where user_id = (select id from users where organisation_id = $1 and id = $2)";
}
