use chrono::{DateTime, Utc};
use model::{Attributes, DomainName, ImmutableId, OrganisationId, Upn, User, UserId};
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::backend::{on, statements};
use crate::domain;
use crate::error::{Refusal, StorageError, unreadable};
use crate::ledger::{EntryKind, LedgerEntry};
use crate::store::Store;
use crate::transaction::Transaction;

/// Why an anchor that Entra knows is changed all the same; it goes into the ledger (ANC-02).
#[derive(Clone, Copy, Debug)]
pub struct Reason<'a> {
    /// Who changes it.
    pub by: &'a str,
    /// Why, in that person's words.
    pub why: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Users of an organisation by sign-in name: those whose name contains a text, letter case aside, `limit` at most.
    pub async fn users(
        &self,
        organisation: OrganisationId,
        containing: &str,
        limit: u32,
    ) -> Result<Vec<User>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, UserRow>(USERS)
                .bind(organisation.as_uuid())
                .bind(pattern_of(containing))
                .bind(i64::from(limit))
                .fetch_all(db)
                .await
        })?;
        rows.into_iter().map(UserRow::into_user).collect()
    }

    /// One user of an organisation.
    pub async fn user(&self, organisation: OrganisationId, id: UserId) -> Result<Option<User>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, UserRow>(USER)
                .bind(organisation.as_uuid())
                .bind(id.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        row.map(UserRow::into_user).transpose()
    }
}

/// A `like` pattern for names that contain a text; its own wildcards count as letters.
fn pattern_of(containing: &str) -> String {
    let plain = containing.to_ascii_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{plain}%")
}

impl Transaction {
    /// Adds a user, whose domain must be the organisation's.
    pub async fn insert_user(&mut self, user: &User) -> Result<(), StorageError> {
        self.check_upn(user).await?;
        self.check_immutable_id(user.organisation, user.id, user.immutable_id.as_ref()).await?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_USER)
                .bind(user.id.as_uuid())
                .bind(user.organisation.as_uuid())
                .bind(user.upn.as_str())
                .bind(user.immutable_id.as_ref().map(ImmutableId::as_str))
                .bind(user.active)
                .bind(Json(&user.attributes))
                .bind(user.created_at)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Changes a user. An anchor with which tokens were issued stays; see
    /// [`change_immutable_id`](Self::change_immutable_id) (ANC-02, S41).
    pub async fn update_user(&mut self, user: &User) -> Result<(), StorageError> {
        let before = self.stored_user(user.organisation, user.id).await?;
        if before.immutable_id != user.immutable_id && self.has_token(user.id).await? {
            return Err(Refusal::ImmutableIdFixed(before.upn).into());
        }
        self.write_user(user).await
    }

    /// Changes the anchor of a user although tokens were issued with it: Entra will take the user for another one.
    /// The reason is recorded in the ledger with both anchors (ANC-02).
    pub async fn change_immutable_id(
        &mut self,
        organisation: OrganisationId,
        id: UserId,
        anchor: Option<ImmutableId>,
        reason: Reason<'_>,
    ) -> Result<(), StorageError> {
        let mut user = self.stored_user(organisation, id).await?;
        let before = std::mem::replace(&mut user.immutable_id, anchor);
        self.write_user(&user).await?;
        let entry = LedgerEntry {
            organisation: Some(organisation),
            user: Some(id),
            personal: json!({ "by": reason.by, "upn": user.upn, "before": before, "after": user.immutable_id }),
            detail: json!({ "change": "immutable_id", "why": reason.why }),
            ..LedgerEntry::new(EntryKind::AdminChange, reason.at)
        };
        self.record(&entry).await.map(drop)
    }

    async fn write_user(&mut self, user: &User) -> Result<(), StorageError> {
        self.check_upn(user).await?;
        self.check_immutable_id(user.organisation, user.id, user.immutable_id.as_ref()).await?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(UPDATE_USER)
                .bind(user.id.as_uuid())
                .bind(user.organisation.as_uuid())
                .bind(user.upn.as_str())
                .bind(user.immutable_id.as_ref().map(ImmutableId::as_str))
                .bind(user.active)
                .bind(Json(&user.attributes))
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    async fn stored_user(&mut self, organisation: OrganisationId, id: UserId) -> Result<User, StorageError> {
        let row = on!(&mut self.connection(), db => {
            sqlx::query_as::<Db, UserRow>(USER)
                .bind(organisation.as_uuid())
                .bind(id.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        row.ok_or(Refusal::Missing("user"))?.into_user()
    }

    /// The name is free, and its domain or one above it is the organisation's (TOK-16).
    async fn check_upn(&mut self, user: &User) -> Result<(), StorageError> {
        let foreign = || Refusal::ForeignDomain(user.upn.clone());
        let name = DomainName::parse(user.upn.domain()).map_err(|_| foreign())?;
        let over = domain::find_over(&mut self.connection(), &name).await?;
        if over.is_none_or(|domain| domain.organisation != user.organisation) {
            return Err(foreign().into());
        }
        let taken = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(UPN_TAKEN)
                .bind(user.organisation.as_uuid())
                .bind(user.upn.key())
                .bind(user.id.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if taken { Err(Refusal::UpnTaken(user.upn.clone()).into()) } else { Ok(()) }
    }

    /// S41: an anchor names one user of an organisation.
    async fn check_immutable_id(
        &mut self,
        organisation: OrganisationId,
        id: UserId,
        anchor: Option<&ImmutableId>,
    ) -> Result<(), StorageError> {
        let Some(anchor) = anchor else { return Ok(()) };
        let taken = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(IMMUTABLE_ID_TAKEN)
                .bind(organisation.as_uuid())
                .bind(anchor.as_str())
                .bind(id.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if taken { Err(Refusal::ImmutableIdTaken(anchor.clone()).into()) } else { Ok(()) }
    }

    /// Whether a token was ever issued to the user: the ledger knows.
    async fn has_token(&mut self, id: UserId) -> Result<bool, StorageError> {
        Ok(on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(HAS_TOKEN).bind(id.as_uuid()).fetch_one(db).await
        })?)
    }
}

#[derive(FromRow)]
pub(crate) struct UserRow {
    id: Uuid,
    organisation_id: Uuid,
    upn: String,
    immutable_id: Option<String>,
    active: bool,
    attributes: Json<serde_json::Value>,
    created_at: DateTime<Utc>,
}

impl UserRow {
    pub(crate) fn into_user(self) -> Result<User, StorageError> {
        let attributes = serde_json::from_value::<Attributes>(self.attributes.0);
        Ok(User {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            upn: Upn::parse(&self.upn).map_err(unreadable("users", "upn", &self.id))?,
            immutable_id: self
                .immutable_id
                .map(|anchor| ImmutableId::parse(&anchor))
                .transpose()
                .map_err(unreadable("users", "immutable_id", &self.id))?,
            active: self.active,
            attributes: attributes.map_err(unreadable("users", "attributes", &self.id))?,
            created_at: self.created_at,
        })
    }
}

statements! {
    USERS = r"select id, organisation_id, upn, immutable_id, active, attributes, created_at
        from users
        where organisation_id = $1 and lower(upn) like $2 escape '\'
        order by lower(upn)
        limit $3";

    USER = "select id, organisation_id, upn, immutable_id, active, attributes, created_at
        from users
        where organisation_id = $1 and id = $2";

    INSERT_USER = "insert into users (id, organisation_id, upn, immutable_id, active, attributes, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)";

    UPDATE_USER = "update users
        set upn = $3, immutable_id = $4, active = $5, attributes = $6
        where id = $1 and organisation_id = $2";

    UPN_TAKEN = "select exists (
            select 1 from users where organisation_id = $1 and lower(upn) = $2 and id <> $3
        )";

    IMMUTABLE_ID_TAKEN = "select exists (
            select 1 from users where organisation_id = $1 and immutable_id = $2 and id <> $3
        )";

    HAS_TOKEN = "select exists (select 1 from ledger where user_id = $1 and kind = 'token_issued')";
}
