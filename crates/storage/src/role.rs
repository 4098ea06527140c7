use model::{OrganisationId, Role, RoleId, User, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;
use crate::user::UserRow;

impl Store {
    /// The roles of an organisation, by name.
    pub async fn roles(&self, organisation: OrganisationId) -> Result<Vec<Role>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, RoleRow>(ROLES).bind(organisation.as_uuid()).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(Role::from).collect())
    }

    /// The role of a name, letter case aside.
    pub async fn role_by_name(
        &self,
        organisation: OrganisationId,
        name: &str,
    ) -> Result<Option<Role>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, RoleRow>(ROLE_BY_NAME)
                .bind(organisation.as_uuid())
                .bind(name)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(Role::from))
    }

    /// The members of a role, by sign-in name.
    pub async fn members(
        &self,
        organisation: OrganisationId,
        role: RoleId,
    ) -> Result<Vec<User>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, UserRow>(MEMBERS)
                .bind(organisation.as_uuid())
                .bind(role.as_uuid())
                .fetch_all(db)
                .await
        })?;
        rows.into_iter().map(UserRow::into_user).collect()
    }
}

impl Transaction {
    /// Adds a role.
    pub async fn insert_role(&mut self, role: &Role) -> Result<(), StorageError> {
        self.check_role_name(role).await?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_ROLE)
                .bind(role.id.as_uuid())
                .bind(role.organisation.as_uuid())
                .bind(role.name.as_str())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Renames a role.
    pub async fn update_role(&mut self, role: &Role) -> Result<(), StorageError> {
        self.check_role_name(role).await?;
        let changed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(UPDATE_ROLE)
                .bind(role.id.as_uuid())
                .bind(role.organisation.as_uuid())
                .bind(role.name.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if changed == 0 { Err(Refusal::Missing("role").into()) } else { Ok(()) }
    }

    /// Makes a user a member of a role of the same organisation; a repeat changes nothing.
    pub async fn add_member(
        &mut self,
        organisation: OrganisationId,
        role: RoleId,
        user: UserId,
    ) -> Result<(), StorageError> {
        let both_known = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(ROLE_AND_USER_KNOWN)
                .bind(organisation.as_uuid())
                .bind(role.as_uuid())
                .bind(user.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if !both_known {
            return Err(Refusal::Missing("role or user").into());
        }
        self.change_membership(ADD_MEMBER, organisation, role, user).await
    }

    /// Ends a membership; a repeat changes nothing.
    pub async fn remove_member(
        &mut self,
        organisation: OrganisationId,
        role: RoleId,
        user: UserId,
    ) -> Result<(), StorageError> {
        self.change_membership(REMOVE_MEMBER, organisation, role, user).await
    }

    async fn change_membership(
        &mut self,
        statement: &'static str,
        organisation: OrganisationId,
        role: RoleId,
        user: UserId,
    ) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(statement)
                .bind(organisation.as_uuid())
                .bind(role.as_uuid())
                .bind(user.as_uuid())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    async fn check_role_name(&mut self, role: &Role) -> Result<(), StorageError> {
        let taken = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(ROLE_NAME_TAKEN)
                .bind(role.organisation.as_uuid())
                .bind(role.name.as_str())
                .bind(role.id.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if taken { Err(Refusal::RoleTaken(role.name.clone()).into()) } else { Ok(()) }
    }
}

#[derive(FromRow)]
pub(crate) struct RoleRow {
    id: Uuid,
    organisation_id: Uuid,
    name: String,
}

impl From<RoleRow> for Role {
    fn from(row: RoleRow) -> Self {
        Self { id: row.id.into(), organisation: row.organisation_id.into(), name: row.name }
    }
}

statements! {
    ROLES = "select id, organisation_id, name
        from roles
        where organisation_id = $1
        order by lower(name)";

    ROLE_BY_NAME = "select id, organisation_id, name
        from roles
        where organisation_id = $1 and lower(name) = lower($2)";

    MEMBERS = "select id, users.organisation_id, upn, immutable_id, active, attributes, created_at
        from users
        join role_members on role_members.user_id = users.id
        where users.organisation_id = $1 and role_members.role_id = $2
        order by lower(upn)";

    INSERT_ROLE = "insert into roles (id, organisation_id, name)
        values ($1, $2, $3)";

    UPDATE_ROLE = "update roles
        set name = $3
        where id = $1 and organisation_id = $2";

    ROLE_NAME_TAKEN = "select exists (
            select 1 from roles where organisation_id = $1 and lower(name) = lower($2) and id <> $3
        )";

    ROLE_AND_USER_KNOWN = "select exists (select 1 from roles where organisation_id = $1 and id = $2)
        and exists (select 1 from users where organisation_id = $1 and id = $3)";

    ADD_MEMBER = "insert into role_members (organisation_id, role_id, user_id)
        values ($1, $2, $3)
        on conflict (role_id, user_id) do nothing";

    REMOVE_MEMBER = "delete from role_members
        where organisation_id = $1 and role_id = $2 and user_id = $3";
}
