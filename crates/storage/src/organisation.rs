use chrono::{DateTime, Utc};
use model::{Organisation, OrganisationId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError};
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// Every organisation, the oldest first.
    pub async fn organisations(&self) -> Result<Vec<Organisation>, StorageError> {
        let mut lease = self.reader().await?;
        let rows =
            on!(&mut lease, db => sqlx::query_as::<Db, OrganisationRow>(ORGANISATIONS).fetch_all(db).await)?;
        Ok(rows.into_iter().map(Organisation::from).collect())
    }

    /// One organisation.
    pub async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, OrganisationRow>(ORGANISATION).bind(id.as_uuid()).fetch_optional(db).await
        })?;
        Ok(row.map(Organisation::from))
    }
}

impl Transaction {
    /// Adds an organisation.
    pub async fn insert_organisation(&mut self, organisation: &Organisation) -> Result<(), StorageError> {
        self.check_host(organisation).await?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_ORGANISATION)
                .bind(organisation.id.as_uuid())
                .bind(organisation.name.as_str())
                .bind(organisation.host.as_deref())
                .bind(organisation.passkey_domain.as_deref())
                .bind(organisation.accent.as_str())
                .bind(organisation.demo)
                .bind(organisation.created_at)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Changes name, host and colours. A demo's stays a demo's (S83).
    pub async fn update_organisation(&mut self, organisation: &Organisation) -> Result<(), StorageError> {
        self.check_host(organisation).await?;
        let demo = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(UPDATE_ORGANISATION)
                .bind(organisation.id.as_uuid())
                .bind(organisation.name.as_str())
                .bind(organisation.host.as_deref())
                .bind(organisation.accent.as_str())
                .bind(organisation.demo)
                .fetch_optional(db)
                .await
        })?;
        match demo {
            None => Err(Refusal::Missing("organisation").into()),
            Some(true) if !organisation.demo => Err(Refusal::DemoForEver.into()),
            Some(_) => Ok(()),
        }
    }

    /// Chooses the domain that an organisation's passkeys are bound to, unless it has one: then it stays.
    pub async fn choose_passkey_domain(
        &mut self,
        organisation: OrganisationId,
        domain: &str,
    ) -> Result<(), StorageError> {
        let chosen = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(CHOOSE_PASSKEY_DOMAIN)
                .bind(organisation.as_uuid())
                .bind(domain)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if chosen == 0 {
            Err(Refusal::Missing("organisation without a passkey domain").into())
        } else {
            Ok(())
        }
    }

    async fn check_host(&mut self, organisation: &Organisation) -> Result<(), StorageError> {
        let Some(host) = &organisation.host else { return Ok(()) };
        let taken = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(HOST_TAKEN)
                .bind(host.as_str())
                .bind(organisation.id.as_uuid())
                .fetch_one(db)
                .await
        })?;
        if taken { Err(Refusal::HostTaken(host.clone()).into()) } else { Ok(()) }
    }
}

#[derive(FromRow)]
struct OrganisationRow {
    id: Uuid,
    name: String,
    host: Option<String>,
    passkey_domain: Option<String>,
    accent: String,
    demo: bool,
    created_at: DateTime<Utc>,
}

impl From<OrganisationRow> for Organisation {
    fn from(row: OrganisationRow) -> Self {
        let OrganisationRow { id, name, host, passkey_domain, accent, demo, created_at } = row;
        Self { id: id.into(), name, host, passkey_domain, accent, demo, created_at }
    }
}

statements! {
    ORGANISATIONS = "select id, name, host, passkey_domain, accent, demo, created_at
        from organisations
        order by created_at, id";

    ORGANISATION = "select id, name, host, passkey_domain, accent, demo, created_at
        from organisations
        where id = $1";

    INSERT_ORGANISATION = "insert into organisations (id, name, host, passkey_domain, accent, demo, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)";

    UPDATE_ORGANISATION = "update organisations
        set name = $2, host = $3, accent = $4, demo = (demo or $5)
        where id = $1
        returning demo";

    CHOOSE_PASSKEY_DOMAIN = "update organisations
        set passkey_domain = $2
        where id = $1 and passkey_domain is null";

    HOST_TAKEN = "select exists (select 1 from organisations where host = $1 and id <> $2)";
}
