//! One writer per node, whatever processes there are: two would tie their rows to the same end of the chain.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::time::{Instant, sleep};

use crate::backend::statements;
use crate::error::{Refusal, StorageError};

/// How often a lock that is taken is tried again.
const RETRY: Duration = Duration::from_millis(20);

/// The right to write a node's chain, until it is dropped or the process ends, however it ends.
#[expect(dead_code, reason = "held for as long as they live, never read")]
pub(crate) enum NodeLock {
    /// A lock on a file beside the SQLite file. The database file itself is none of our business: closing any handle
    /// on it would break SQLite's own locks.
    File(File),
    /// A connection of its own, whose session holds the lock.
    Session(Box<PgConnection>),
}

impl NodeLock {
    /// Waits for a predecessor to leave, as long as patience lasts.
    pub(crate) async fn beside_file(
        database: &Path,
        node: &str,
        patience: Duration,
    ) -> Result<Self, StorageError> {
        let mut path = database.as_os_str().to_owned();
        path.push(format!(".{node}.lock"));
        let unmade = |source| StorageError::Folder { path: path.clone().into(), source };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(unmade)?;
        let end = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self::File(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(RETRY).await,
                Err(TryLockError::WouldBlock) => return Err(Refusal::NodeTaken(node.to_owned()).into()),
                Err(TryLockError::Error(source)) => return Err(unmade(source)),
            }
        }
    }

    /// The same on the server, which waits as long as its `lock_timeout` says.
    pub(crate) async fn on_server(pool: &PgPool, node: &str) -> Result<Self, StorageError> {
        let mut session = Box::new(pool.acquire().await?.detach());
        let locked = sqlx::query(LOCK_NODE).bind(node).execute(session.as_mut()).await;
        match locked.map_err(StorageError::from) {
            Ok(_) => Ok(Self::Session(session)),
            Err(StorageError::Locked(_)) => Err(Refusal::NodeTaken(node.to_owned()).into()),
            Err(error) => Err(error),
        }
    }
}

statements! {
    LOCK_NODE = "select pg_advisory_lock(hashtextextended('countersign node ' || $1, 0))";
}
