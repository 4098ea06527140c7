use model::{
    Application, ApplicationId, ApplicationKind, IssuerUri, OrganisationId, Realm, ReplyAddress, RoleId,
    TOKEN_LIFETIME_LIMITS,
};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError, unreadable};
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// The applications of an organisation, by name.
    pub async fn applications(&self, organisation: OrganisationId) -> Result<Vec<Application>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, ApplicationRow>(APPLICATIONS).bind(organisation.as_uuid()).fetch_all(db).await
        })?;
        rows.into_iter().map(ApplicationRow::into_application).collect()
    }

    /// The application of an organisation with a realm, byte for byte.
    pub async fn application_by_realm(
        &self,
        organisation: OrganisationId,
        realm: &Realm,
    ) -> Result<Option<Application>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, ApplicationRow>(APPLICATION_BY_REALM)
                .bind(organisation.as_uuid())
                .bind(realm.as_str())
                .fetch_optional(db)
                .await
        })?;
        row.map(ApplicationRow::into_application).transpose()
    }

    /// Which roles of an organisation may use which of its applications.
    pub async fn grants(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<(ApplicationId, RoleId)>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, (Uuid, Uuid)>(GRANTS).bind(organisation.as_uuid()).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(|(application, role)| (application.into(), role.into())).collect())
    }
}

impl Transaction {
    /// Adds an application.
    pub async fn insert_application(&mut self, application: &Application) -> Result<(), StorageError> {
        self.check_application(application).await?;
        self.write_application(INSERT_APPLICATION, application).await.map(drop)
    }

    /// Changes an application, realm and script included.
    pub async fn update_application(&mut self, application: &Application) -> Result<(), StorageError> {
        self.check_application(application).await?;
        match self.write_application(UPDATE_APPLICATION, application).await? {
            0 => Err(Refusal::Missing("application").into()),
            _ => Ok(()),
        }
    }

    /// Lets the members of a role use an application; a repeat changes nothing.
    pub async fn grant(
        &mut self,
        organisation: OrganisationId,
        application: ApplicationId,
        role: RoleId,
    ) -> Result<(), StorageError> {
        let both_known = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(APPLICATION_AND_ROLE_KNOWN)
                .bind(organisation.as_uuid())
                .bind(application.as_uuid())
                .bind(role.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if !both_known {
            return Err(Refusal::Missing("application or role").into());
        }
        self.write_grant(GRANT, organisation, application, role).await
    }

    /// Takes that back; a repeat changes nothing.
    pub async fn revoke(
        &mut self,
        organisation: OrganisationId,
        application: ApplicationId,
        role: RoleId,
    ) -> Result<(), StorageError> {
        self.write_grant(REVOKE, organisation, application, role).await
    }

    async fn write_grant(
        &mut self,
        statement: &'static str,
        organisation: OrganisationId,
        application: ApplicationId,
        role: RoleId,
    ) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(statement)
                .bind(organisation.as_uuid())
                .bind(application.as_uuid())
                .bind(role.as_uuid())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    async fn write_application(
        &mut self,
        statement: &'static str,
        application: &Application,
    ) -> Result<u64, StorageError> {
        Ok(on!(&mut self.connection(), db => {
            sqlx::query::<Db>(statement)
                .bind(application.id.as_uuid())
                .bind(application.organisation.as_uuid())
                .bind(application.kind.as_str())
                .bind(application.name.as_str())
                .bind(application.realm.as_str())
                .bind(Json(&application.reply_addresses))
                .bind(i64::from(application.token_lifetime))
                .bind(application.issuer.as_ref().map(IssuerUri::as_str))
                .bind(application.token_script.as_deref())
                .bind(application.enabled)
                .bind(application.second_factor)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    async fn check_application(&mut self, application: &Application) -> Result<(), StorageError> {
        if application.reply_addresses.is_empty() {
            return Err(Refusal::NoReplyAddress.into());
        }
        if !TOKEN_LIFETIME_LIMITS.contains(&application.token_lifetime) {
            return Err(Refusal::TokenLifetime(application.token_lifetime).into());
        }
        let taken = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(REALM_TAKEN)
                .bind(application.organisation.as_uuid())
                .bind(application.realm.as_str())
                .bind(application.id.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if taken { Err(Refusal::RealmTaken(application.realm.clone()).into()) } else { Ok(()) }
    }
}

#[derive(FromRow)]
struct ApplicationRow {
    id: Uuid,
    organisation_id: Uuid,
    kind: String,
    name: String,
    realm: String,
    reply_addresses: Json<Vec<String>>,
    token_lifetime: i64,
    issuer: Option<String>,
    token_script: Option<String>,
    enabled: bool,
    second_factor: bool,
}

impl ApplicationRow {
    fn into_application(self) -> Result<Application, StorageError> {
        let kind =
            ApplicationKind::from_name(&self.kind).ok_or_else(|| format!("{:?} is no kind", self.kind));
        let addresses = self.reply_addresses.0.iter().map(|address| ReplyAddress::parse(address));
        let issuer = self.issuer.map(|issuer| IssuerUri::parse(&issuer)).transpose();
        Ok(Application {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            kind: kind.map_err(unreadable("applications", "kind", &self.id))?,
            name: self.name,
            realm: Realm::parse(&self.realm).map_err(unreadable("applications", "realm", &self.id))?,
            reply_addresses: addresses.collect::<Result<_, _>>().map_err(unreadable(
                "applications",
                "reply_addresses",
                &self.id,
            ))?,
            token_lifetime: u32::try_from(self.token_lifetime).map_err(unreadable(
                "applications",
                "token_lifetime",
                &self.id,
            ))?,
            issuer: issuer.map_err(unreadable("applications", "issuer", &self.id))?,
            token_script: self.token_script,
            enabled: self.enabled,
            second_factor: self.second_factor,
        })
    }
}

statements! {
    APPLICATIONS = "select id, organisation_id, kind, name, realm, reply_addresses, token_lifetime, issuer,
            token_script, enabled, second_factor
        from applications
        where organisation_id = $1
        order by lower(name), id";

    APPLICATION_BY_REALM = "select id, organisation_id, kind, name, realm, reply_addresses, token_lifetime, issuer,
            token_script, enabled, second_factor
        from applications
        where organisation_id = $1 and realm = $2";

    GRANTS = "select application_id, role_id
        from grants
        where organisation_id = $1";

    INSERT_APPLICATION = "insert into applications (id, organisation_id, kind, name, realm, reply_addresses,
            token_lifetime, issuer, token_script, enabled, second_factor)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    UPDATE_APPLICATION = "update applications
        set kind = $3, name = $4, realm = $5, reply_addresses = $6, token_lifetime = $7, issuer = $8,
            token_script = $9, enabled = $10, second_factor = $11
        where id = $1 and organisation_id = $2";

    REALM_TAKEN = "select exists (
            select 1 from applications where organisation_id = $1 and realm = $2 and id <> $3
        )";

    APPLICATION_AND_ROLE_KNOWN = "select exists (select 1 from applications where organisation_id = $1 and id = $2)
        and exists (select 1 from roles where organisation_id = $1 and id = $3)";

    GRANT = "insert into grants (organisation_id, application_id, role_id)
        values ($1, $2, $3)
        on conflict (application_id, role_id) do nothing";

    REVOKE = "delete from grants
        where organisation_id = $1 and application_id = $2 and role_id = $3";
}
