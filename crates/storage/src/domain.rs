use model::{Domain, DomainName, IssuerUri, OrganisationId};
use sqlx::FromRow;
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
        rows.into_iter().map(DomainRow::into_domain).collect()
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
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_DOMAIN)
                .bind(domain.name.as_str())
                .bind(organisation.as_uuid())
                .bind(domain.issuer.as_str())
                .bind(domain.proven)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Changes the issuer of a domain, and whether its ownership is proven.
    pub async fn update_domain(&mut self, domain: &Domain) -> Result<(), StorageError> {
        let changed = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(UPDATE_DOMAIN)
                .bind(domain.name.as_str())
                .bind(domain.organisation.as_uuid())
                .bind(domain.issuer.as_str())
                .bind(domain.proven)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if changed == 0 { Err(Refusal::Missing("domain").into()) } else { Ok(()) }
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
    row.map(DomainRow::into_domain).transpose()
}

#[derive(FromRow)]
struct DomainRow {
    name: String,
    organisation_id: Uuid,
    issuer: String,
    proven: bool,
}

impl DomainRow {
    fn into_domain(self) -> Result<Domain, StorageError> {
        Ok(Domain {
            organisation: self.organisation_id.into(),
            name: DomainName::parse(&self.name).map_err(unreadable("domains", "name", &self.name))?,
            issuer: IssuerUri::parse(&self.issuer).map_err(unreadable("domains", "issuer", &self.name))?,
            proven: self.proven,
        })
    }
}

statements! {
    DOMAINS = "select name, organisation_id, issuer, proven
        from domains
        where organisation_id = $1
        order by name";

    DOMAIN = "select name, organisation_id, issuer, proven
        from domains
        where name = $1";

    INSERT_DOMAIN = "insert into domains (name, organisation_id, issuer, proven)
        values ($1, $2, $3, $4)";

    UPDATE_DOMAIN = "update domains
        set issuer = $3, proven = $4
        where name = $1 and organisation_id = $2";

    FOREIGN_DOMAIN_BELOW = "select exists (select 1 from domains where name like $1 and organisation_id <> $2)";
}
