use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::{Clock, SystemClock};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, PgPool, SqlitePool};

use crate::backend::{Backend, Lease, OpenTransaction};
use crate::error::StorageError;
use crate::node_lock::NodeLock;
use crate::sealer::Sealer;
use crate::transaction::Transaction;

/// Where the data is.
#[derive(Clone)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub url: String,
    /// How long to wait for a lock or a free connection before giving up.
    pub patience: Duration,
}

impl Database {
    /// The database at an address, with five seconds of patience.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), patience: Duration::from_secs(5) }
    }
}

/// The data of all organisations. Cheap to clone; reads here, writes in a [`Transaction`], hot writes in the
/// [`Journal`](crate::Journal).
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    sealer: Sealer,
    patience: Duration,
}

/// SQLite has one writer whatever one does, so that writers queue for one connection here instead of for a file lock.
#[derive(Debug)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool, file: PathBuf },
    Postgres(PgPool),
}

/// Connections that read at the same time in SQLite: the hot path reads memory, a few are plenty.
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

impl Store {
    /// Opens the database, making the SQLite file when there is none, and brings its tables up to date.
    ///
    /// Fails with [`StorageError::WrongKey`] when the sealer's key file is not the one the database was made with.
    pub async fn open(database: &Database, sealer: Sealer) -> Result<Self, StorageError> {
        let pools = if let Some(path) = database.url.strip_prefix("sqlite:") {
            open_sqlite(Path::new(path.trim_start_matches("//")), database.patience).await?
        } else if database.url.starts_with("postgres://") || database.url.starts_with("postgresql://") {
            open_postgres(&database.url, database.patience).await?
        } else {
            // Only the scheme is repeated: the rest may hold a password.
            let scheme = database.url.split(':').next().unwrap_or_default();
            return Err(StorageError::Address(scheme.to_owned()));
        };
        let store = Self { inner: Arc::new(Inner { pools, sealer, patience: database.patience }) };
        store.check_key(SystemClock.now()).await?;
        Ok(store)
    }

    /// What seals and opens the secrets in this database.
    pub fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    /// Starts a change of the directory. It waits until no other process is in the middle of one.
    pub async fn begin(&self) -> Result<Transaction, StorageError> {
        Transaction::start(self.open_transaction().await?, self.sealer().clone()).await
    }

    /// Closes every connection; for SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match &self.inner.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Makes this process the only one that writes a node's chain.
    pub(crate) async fn lock_node(&self, node: &str) -> Result<NodeLock, StorageError> {
        match &self.inner.pools {
            Pools::Sqlite { file, .. } => NodeLock::beside_file(file, node, self.inner.patience).await,
            Pools::Postgres(pool) => NodeLock::on_server(pool, node).await,
        }
    }

    // Waiting for a connection may be opening one, whose state is fourteen kilobytes: on the heap, or everything that
    // asks would move it around with it.
    pub(crate) async fn open_transaction(&self) -> Result<OpenTransaction, StorageError> {
        Ok(match &self.inner.pools {
            Pools::Sqlite { writer, .. } => {
                Backend::Sqlite(Box::pin(writer.begin_with("begin immediate")).await?)
            }
            Pools::Postgres(pool) => Backend::Postgres(Box::pin(pool.begin()).await?),
        })
    }

    pub(crate) async fn reader(&self) -> Result<Lease, StorageError> {
        Ok(match &self.inner.pools {
            Pools::Sqlite { readers, .. } => Backend::Sqlite(Box::pin(readers.acquire()).await?),
            Pools::Postgres(pool) => Backend::Postgres(Box::pin(pool.acquire()).await?),
        })
    }

    pub(crate) async fn writer(&self) -> Result<Lease, StorageError> {
        Ok(match &self.inner.pools {
            Pools::Sqlite { writer, .. } => Backend::Sqlite(Box::pin(writer.acquire()).await?),
            Pools::Postgres(pool) => Backend::Postgres(Box::pin(pool.acquire()).await?),
        })
    }
}

async fn open_sqlite(path: &Path, patience: Duration) -> Result<Pools, StorageError> {
    create_private_file(path).map_err(|source| StorageError::Folder { path: path.to_owned(), source })?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(patience)
        // Whoever asked reports what failed; the statements themselves are no news.
        .disable_statement_logging()
        // Every size of a ledger batch is a statement of its own and stays prepared.
        .statement_cache_capacity(256);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(patience)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(
            options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full),
        )
        .await?;
    sqlx::migrate!("../../migrations/sqlite").run(&writer).await.map_err(schema_fault)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(patience)
        .test_before_acquire(false)
        .connect_lazy_with(options.read_only(true));
    Ok(Pools::Sqlite { writer, readers, file: path.to_owned() })
}

async fn open_postgres(url: &str, patience: Duration) -> Result<Pools, StorageError> {
    let options: PgConnectOptions = url.parse().map_err(|_| StorageError::Address("postgres".to_owned()))?;
    let lock_timeout = format!("{}ms", patience.as_millis());
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(patience)
        .connect_with(
            options
                .options([("lock_timeout", lock_timeout)])
                .disable_statement_logging()
                .statement_cache_capacity(256),
        )
        .await?;
    sqlx::migrate!("../../migrations/postgres").run(&pool).await.map_err(schema_fault)?;
    Ok(Pools::Postgres(pool))
}

/// A full disk or a lock during a migration is that, not a matter of versions.
fn schema_fault(error: sqlx::migrate::MigrateError) -> StorageError {
    match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StorageError::Schema(other),
    }
}

/// SQLite gives its log files the mode of the database file, so that making it private makes all of them so.
fn create_private_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}
