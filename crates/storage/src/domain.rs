use model::{
    ActiveRoad, Domain, DomainName, IssuerUri, NetworkName, OrganisationId, PasswordClients, RoleId,
};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::backend::{Connection, on, statements};
use crate::error::{Refusal, StorageError, unreadable};
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// The domains of an organisation, by name.
    pub async fn domains(&self, organisation: OrganisationId) -> Result<Vec<Domain>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, DomainRow>(DOMAINS).bind(organisation.as_uuid()).fetch_all(db).await
        })?;
        let mut domains = Vec::with_capacity(rows.len());
        for row in rows {
            domains.push(row.into_domain(&mut lease.borrowed()).await?);
        }
        Ok(domains)
    }

    /// The domain of exactly that name, whichever organisation it belongs to.
    pub async fn domain(&self, name: &DomainName) -> Result<Option<Domain>, StorageError> {
        let mut lease = self.reader().await?;
        find(&mut lease.borrowed(), name).await
    }

    /// The domain that a name belongs to: itself, or the nearest one above it that is registered (TOK-16).
    pub async fn domain_over(&self, name: &DomainName) -> Result<Option<Domain>, StorageError> {
        let mut lease = self.reader().await?;
        find_over(&mut lease.borrowed(), name).await
    }
}

impl Transaction {
    /// Adds a domain. Another organisation's, one above it or one below it is refused (S71).
    pub async fn insert_domain(&mut self, domain: &Domain) -> Result<(), StorageError> {
        let organisation = domain.organisation;
        let above = find_over(&mut self.connection(), &domain.name).await?;
        let taken = above.is_some_and(|over| over.name == domain.name || over.organisation != organisation);
        if taken || self.has_foreign_domain_below(domain).await? {
            return Err(Refusal::DomainTaken(domain.name.clone()).into());
        }
        self.write_domain(INSERT_DOMAIN, domain).await?;
        self.write_active_roles(domain).await
    }

    /// Changes the issuer of a domain, whether its ownership is proven, and its active road.
    pub async fn update_domain(&mut self, domain: &Domain) -> Result<(), StorageError> {
        if self.write_domain(UPDATE_DOMAIN, domain).await? == 0 {
            return Err(Refusal::Missing("domain").into());
        }
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(REMOVE_ACTIVE_ROLES)
                .bind(domain.organisation.as_uuid())
                .bind(domain.name.as_str())
                .execute(db)
                .await
                .map(drop)
        })?;
        self.write_active_roles(domain).await
    }

    async fn write_domain(&mut self, statement: &'static str, domain: &Domain) -> Result<u64, StorageError> {
        let networks: Vec<_> = domain.active_road.networks().collect();
        Ok(on!(&mut self.connection(), db => {
            sqlx::query::<Db>(statement)
                .bind(domain.name.as_str())
                .bind(domain.organisation.as_uuid())
                .bind(domain.issuer.as_str())
                .bind(domain.proven)
                .bind(domain.active_road.mode())
                .bind(Json(&networks))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    /// Another organisation's role is no role (S73).
    async fn write_active_roles(&mut self, domain: &Domain) -> Result<(), StorageError> {
        for role in domain.active_road.roles() {
            let written = on!(&mut self.connection(), db => {
                sqlx::query::<Db>(ADD_ACTIVE_ROLE)
                    .bind(domain.organisation.as_uuid())
                    .bind(domain.name.as_str())
                    .bind(role.as_uuid())
                    .execute(db)
                    .await
                    .map(|done| done.rows_affected())
            })?;
            if written == 0 {
                return Err(Refusal::Missing("role").into());
            }
        }
        Ok(())
    }

    async fn has_foreign_domain_below(&mut self, domain: &Domain) -> Result<bool, StorageError> {
        // A domain name holds no character that `like` reads as more than itself.
        let below = format!("%.{}", domain.name);
        Ok(on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, bool>(FOREIGN_DOMAIN_BELOW)
                .bind(below)
                .bind(domain.organisation.as_uuid())
                .fetch_one(db)
                .await
        })?)
    }
}

pub(crate) async fn find_over(
    connection: &mut Connection<'_>,
    name: &DomainName,
) -> Result<Option<Domain>, StorageError> {
    let mut candidate = Some(name.clone());
    while let Some(name) = candidate {
        if let Some(domain) = find(connection, &name).await? {
            return Ok(Some(domain));
        }
        candidate = name.parent();
    }
    Ok(None)
}

async fn find(connection: &mut Connection<'_>, name: &DomainName) -> Result<Option<Domain>, StorageError> {
    let row = on!(connection, db => {
        sqlx::query_as::<Db, DomainRow>(DOMAIN).bind(name.as_str()).fetch_optional(db).await
    })?;
    match row {
        Some(row) => row.into_domain(connection).await.map(Some),
        None => Ok(None),
    }
}

async fn active_roles(connection: &mut Connection<'_>, domain: &str) -> Result<Vec<RoleId>, StorageError> {
    let ids = on!(connection, db => {
        sqlx::query_scalar::<Db, Uuid>(ACTIVE_ROLES).bind(domain).fetch_all(db).await
    })?;
    Ok(ids.into_iter().map(RoleId::from).collect())
}

#[derive(FromRow)]
struct DomainRow {
    name: String,
    organisation_id: Uuid,
    issuer: String,
    proven: bool,
    active_road: String,
    active_networks: Json<Vec<String>>,
}

impl DomainRow {
    async fn into_domain(self, connection: &mut Connection<'_>) -> Result<Domain, StorageError> {
        Ok(Domain {
            active_road: self.active_road(connection).await?,
            organisation: self.organisation_id.into(),
            name: DomainName::parse(&self.name).map_err(unreadable("domains", "name", &self.name))?,
            issuer: IssuerUri::parse(&self.issuer).map_err(unreadable("domains", "issuer", &self.name))?,
            proven: self.proven,
        })
    }

    async fn active_road(&self, connection: &mut Connection<'_>) -> Result<ActiveRoad, StorageError> {
        match self.active_road.as_str() {
            "off" => Ok(ActiveRoad::Off),
            "windows" => Ok(ActiveRoad::Windows),
            "password-clients" => {
                let names = self.active_networks.0.iter().map(|name| NetworkName::parse(name));
                let networks: Vec<_> = names.collect::<Result<_, _>>().map_err(unreadable(
                    "domains",
                    "active_networks",
                    &self.name,
                ))?;
                let roles = active_roles(connection, &self.name).await?;
                let clients = PasswordClients::new(networks, roles);
                clients.map(ActiveRoad::PasswordClients).map_err(unreadable(
                    "domains",
                    "active_road",
                    &self.name,
                ))
            }
            other => {
                let unknown = format!("{other:?} is no state of the active road");
                Err(unreadable("domains", "active_road", &self.name)(unknown))
            }
        }
    }
}

statements! {
    DOMAINS = "select name, organisation_id, issuer, proven, active_road, active_networks
        from domains
        where organisation_id = $1
        order by name";

    DOMAIN = "select name, organisation_id, issuer, proven, active_road, active_networks
        from domains
        where name = $1";

    INSERT_DOMAIN = "insert into domains (name, organisation_id, issuer, proven, active_road, active_networks)
        values ($1, $2, $3, $4, $5, $6)";

    UPDATE_DOMAIN = "update domains
        set issuer = $3, proven = $4, active_road = $5, active_networks = $6
        where name = $1 and organisation_id = $2";

    ACTIVE_ROLES = "select role_id
        from active_road_roles
        where domain = $1";

    ADD_ACTIVE_ROLE = "insert into active_road_roles (organisation_id, domain, role_id)
        select organisation_id, $2, id
        from roles
        where organisation_id = $1 and id = $3";

    REMOVE_ACTIVE_ROLES = "delete from active_road_roles
        where organisation_id = $1 and domain = $2";

    FOREIGN_DOMAIN_BELOW = "select exists (select 1 from domains where name like $1 and organisation_id <> $2)";
}
