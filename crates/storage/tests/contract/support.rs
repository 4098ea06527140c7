//! Databases for tests: the same rules are checked on both.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::{
    ActiveRoad, Application, ApplicationId, ApplicationKind, Attributes, Clock, DEFAULT_TOKEN_LIFETIME,
    Domain, DomainName, IssuerUri, Organisation, OrganisationId, Realm, ReplyAddress, Role, RoleId, Upn,
    User, UserId,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use storage::{Database, Refusal, Sealer, StorageError, Store, Transaction};
use tempfile::TempDir;

/// Where a PostgreSQL server is on which databases may be made.
const POSTGRES: &str = "COUNTERSIGN_TEST_POSTGRES";

/// A fresh database of either kind, its key file beside it.
pub struct TestDatabase {
    pub store: Store,
    pub database: Database,
    pub folder: TempDir,
}

impl TestDatabase {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("data/countersign.db").display());
        Self::at(url, folder).await
    }

    pub async fn postgres() -> Self {
        let server = std::env::var(POSTGRES).unwrap_or_else(|_| {
            panic!(
                "{POSTGRES} names no PostgreSQL server; run `cargo xtask test`, which starts one and sets it"
            )
        });
        let name = format!("countersign_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.unwrap();
        let (address, _) = server.rsplit_once('/').unwrap();
        Self::at(format!("{address}/{name}"), TempDir::new().unwrap()).await
    }

    async fn at(url: String, folder: TempDir) -> Self {
        let database = Database::new(url);
        let store = Store::open(&database, sealer_in(folder.path())).await.unwrap();
        Self { store, database, folder }
    }

    /// Opens it once more, as another process or after a restart.
    pub async fn reopened(&self) -> Store {
        Store::open(&self.database, sealer_in(self.folder.path())).await.unwrap()
    }

    /// Opens it once more, with hardly any patience for locks.
    pub async fn impatient(&self) -> Result<Store, StorageError> {
        let database = Database { patience: Duration::from_secs(1), ..self.database.clone() };
        Store::open(&database, sealer_in(self.folder.path())).await
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> PathBuf {
        PathBuf::from(self.database.url.strip_prefix("sqlite:").unwrap())
    }

    /// Runs a statement behind the back of storage and tells how many rows it touched.
    pub async fn tamper(&self, statement: &str) -> u64 {
        self.try_tamper(statement).await.unwrap()
    }

    pub async fn try_tamper(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let query = AssertSqlSafe(statement.to_owned());
        if self.database.url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&self.database.url).await?;
            Ok(sqlx::query(query).execute(&mut connection).await?.rows_affected())
        } else {
            let mut connection = PgConnection::connect(&self.database.url).await?;
            Ok(sqlx::query(query).execute(&mut connection).await?.rows_affected())
        }
    }

    /// A change of the directory, committed.
    pub async fn change<F>(&self, change: F)
    where
        F: AsyncFnOnce(&mut Transaction),
    {
        let mut transaction = self.store.begin().await.unwrap();
        change(&mut transaction).await;
        transaction.commit().await.unwrap();
    }

    /// Contoso with its domain.
    pub async fn contoso(&self) -> OrganisationId {
        self.organisation("Contoso", "contoso.example").await
    }

    pub async fn organisation(&self, name: &str, domain: &str) -> OrganisationId {
        let organisation = organisation(name);
        let id = organisation.id;
        self.change(async |tx| {
            tx.insert_organisation(&organisation).await.unwrap();
            tx.insert_domain(&domain_of(id, domain)).await.unwrap();
        })
        .await;
        id
    }

    pub async fn user(&self, organisation: OrganisationId, upn: &str) -> User {
        let user = user(organisation, upn);
        self.change(async |tx| tx.insert_user(&user).await.unwrap()).await;
        user
    }
}

pub fn sealer_in(folder: &Path) -> Sealer {
    Sealer::open_or_create(&folder.join("keys/master.key")).unwrap()
}

/// An instant with microseconds, which both databases keep.
pub fn noon() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456Z".parse().unwrap()
}

/// The rule that a change would have broken.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, StorageError>) -> Refusal {
    match outcome {
        Err(StorageError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A clock by which time never passes.
pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        noon()
    }
}

pub fn organisation(name: &str) -> Organisation {
    Organisation {
        id: OrganisationId::new(),
        name: name.to_owned(),
        host: None,
        passkey_domain: Some("contoso.example".to_owned()),
        accent: "#2255aa".to_owned(),
        demo: false,
        created_at: noon(),
    }
}

pub fn domain_of(organisation: OrganisationId, name: &str) -> Domain {
    let name = DomainName::parse(name).unwrap();
    Domain {
        organisation,
        issuer: IssuerUri::of_domain(&name),
        name,
        proven: true,
        active_road: ActiveRoad::Off,
    }
}

pub fn user(organisation: OrganisationId, upn: &str) -> User {
    let mut attributes = Attributes::default();
    attributes.set("DisplayName", ["Ada Lövelace 😀"]).unwrap();
    attributes.set("OtherMails", ["a@x.example", "b@x.example"]).unwrap();
    User {
        id: UserId::new(),
        organisation,
        upn: Upn::parse(upn).unwrap(),
        immutable_id: None,
        active: true,
        attributes,
        created_at: noon(),
    }
}

pub fn role(organisation: OrganisationId, name: &str) -> Role {
    Role { id: RoleId::new(), organisation, name: name.to_owned() }
}

pub fn microsoft_365(organisation: OrganisationId) -> Application {
    let addresses = ["https://login.microsoftonline.com/login.srf", "http://127.0.0.1:8081/login.srf"];
    Application {
        id: ApplicationId::new(),
        organisation,
        kind: ApplicationKind::Microsoft365,
        name: "Microsoft 365".to_owned(),
        realm: Realm::parse(Realm::MICROSOFT_ONLINE).unwrap(),
        reply_addresses: addresses.map(|address| ReplyAddress::parse(address).unwrap()).to_vec(),
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        issuer: None,
        token_script: Some("setIssuer('URN:' + domain);\n".to_owned()),
        enabled: true,
        second_factor: false,
    }
}

/// Writes each rule once and makes it two tests: `RULE::on_sqlite` and `RULE::on_postgres`.
macro_rules! rules {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn rule($db: TestDatabase) $body

            #[tokio::test]
            async fn on_sqlite() {
                rule(TestDatabase::sqlite().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                rule(TestDatabase::postgres().await).await;
            }
        }
    )+};
}
