use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::{Clock, OrganisationId, SystemClock, UserId};
use serde::Serialize;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use super::broken_requests::BrokenRequests;
use super::chain::{ChainId, Draft, Receipt};
use super::entry::LedgerEntry;
use super::writer::Writer;
use crate::backend::Connection;
use crate::error::StorageError;
use crate::familiar_place::{self, PlaceSeen};
use crate::session::{SessionChange, SessionRow, SessionTouch};
use crate::store::Store;

/// How a node keeps its ledger.
#[derive(Clone)]
pub struct JournalSettings {
    /// The node's name, unique among those that share a database.
    pub node: String,
    /// Where checkpoints are appended, outside the database; none: only to the table and the log.
    pub checkpoint_file: Option<PathBuf>,
    /// A checkpoint is made this often, if there is anything new.
    pub checkpoint_interval: Duration,
    /// A checkpoint is made after this many rows at the latest.
    pub checkpoint_rows: u64,
    /// Entries that may wait; beyond them the answer is [`JournalError::Busy`] at once.
    pub queue: usize,
    /// How long a batch is kept open for further entries, under load only.
    pub gather: Duration,
    /// Where the time of checkpoints comes from.
    pub clock: Arc<dyn Clock>,
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self {
            node: "main".to_owned(),
            checkpoint_file: None,
            checkpoint_interval: Duration::from_mins(1),
            checkpoint_rows: 1000,
            queue: 4096,
            gather: Duration::from_millis(5),
            clock: Arc::new(SystemClock),
        }
    }
}

/// Why an entry is not in the ledger; no token may leave on it.
#[derive(Clone, Debug, Error)]
pub enum JournalError {
    /// Too many entries wait already.
    #[error("too many ledger entries are waiting; try again in a moment")]
    Busy,
    /// The journal was shut down.
    #[error("the ledger is shut down")]
    Stopped,
    /// The batch could not be written; the next one tries anew.
    #[error("the ledger could not be written")]
    Storage(#[source] Arc<StorageError>),
}

/// Writes ledger rows and sessions for one node, many at a time: what arrives while one batch is made durable goes
/// into the next. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    orders: mpsc::Sender<Order>,
    broken: Arc<BrokenRequests>,
    chain: ChainId,
}

/// What waits for the writer.
pub(crate) enum Order {
    Row { draft: Draft, done: oneshot::Sender<Result<Receipt, JournalError>> },
    Change { change: Change, done: oneshot::Sender<Result<(), JournalError>> },
    Shutdown { done: oneshot::Sender<()> },
}

/// What is written beside the rows, in the same batches.
pub(crate) enum Change {
    Session(SessionChange),
    PlaceSeen(Box<PlaceSeen>),
    /// Places that became strange are dropped.
    PlacesExpired {
        now: DateTime<Utc>,
    },
}

impl Change {
    pub(crate) async fn write(&self, connection: &mut Connection<'_>) -> Result<(), StorageError> {
        match self {
            Self::Session(change) => change.write(connection).await,
            Self::PlaceSeen(seen) => seen.write(connection).await,
            Self::PlacesExpired { now } => familiar_place::drop_strangers(connection, *now).await,
        }
    }
}

impl Journal {
    /// Begins a new epoch of the node and starts its writer on the current runtime.
    pub async fn start(store: Store, settings: JournalSettings) -> Result<Self, StorageError> {
        let (orders, inbox) = mpsc::channel(settings.queue.max(1));
        let broken = Arc::new(BrokenRequests::default());
        let writer = Writer::open(store, settings, Arc::clone(&broken)).await?;
        let chain = writer.chain();
        tokio::spawn(writer.run(inbox));
        Ok(Self { orders, broken, chain })
    }

    /// The node whose rows this writes, and in which of its lives.
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// Appends an entry; it is durable when the future gives its receipt. It is under way at once, and stays so even
    /// if nobody waits.
    pub fn record<P: Serialize, D: Serialize>(
        &self,
        entry: &LedgerEntry<P, D>,
    ) -> impl Future<Output = Result<Receipt, JournalError>> + use<P, D> {
        let draft = Draft::of(entry).map_err(|error| JournalError::Storage(Arc::new(error)));
        let answer = draft.and_then(|draft| {
            let (done, answer) = oneshot::channel();
            self.order(Order::Row { draft, done })?;
            Ok(answer)
        });
        async { answer?.await.map_err(|_| JournalError::Stopped)? }
    }

    /// Keeps a session that began.
    pub async fn session_started(&self, session: SessionRow) -> Result<(), JournalError> {
        self.change(SessionChange::Started(Box::new(session))).await
    }

    /// Keeps news of a session; nothing happens when it has ended.
    pub async fn session_touched(&self, touch: SessionTouch) -> Result<(), JournalError> {
        self.change(SessionChange::Touched(touch)).await
    }

    /// Ends a session; a repeat changes nothing.
    pub async fn session_ended(&self, hash: [u8; 32]) -> Result<(), JournalError> {
        self.change(SessionChange::Ended { hash }).await
    }

    /// Ends every session of a user.
    pub async fn sessions_of_user_ended(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), JournalError> {
        self.change(SessionChange::EndedAllOf { organisation, user }).await
    }

    /// Keeps where somebody signed in. Like a row, it is under way at once.
    pub fn place_seen(&self, seen: PlaceSeen) -> impl Future<Output = Result<(), JournalError>> + use<> {
        let (done, answer) = oneshot::channel();
        let ordered = self.order(Order::Change { change: Change::PlaceSeen(Box::new(seen)), done });
        async {
            ordered?;
            answer.await.map_err(|_| JournalError::Stopped)?
        }
    }

    /// Counts a request that was no request; one row per address and minute appears when the minute is over.
    pub fn broken_request(
        &self,
        organisation: Option<OrganisationId>,
        address: IpAddr,
        code: &'static str,
        now: DateTime<Utc>,
    ) {
        self.broken.count(organisation, address, code, now);
    }

    /// Writes what waits, makes a last checkpoint and stops. Later entries are refused.
    pub async fn shutdown(&self) {
        let (done, stopped) = oneshot::channel();
        if self.orders.send(Order::Shutdown { done }).await.is_ok() {
            // An error means that the writer is gone, which is what was asked for.
            let _ = stopped.await;
        }
    }

    async fn change(&self, change: SessionChange) -> Result<(), JournalError> {
        let change = Change::Session(change);
        let (done, answer) = oneshot::channel();
        self.order(Order::Change { change, done })?;
        answer.await.map_err(|_| JournalError::Stopped)?
    }

    fn order(&self, order: Order) -> Result<(), JournalError> {
        self.orders.try_send(order).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => JournalError::Busy,
            mpsc::error::TrySendError::Closed(_) => JournalError::Stopped,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::backend::on;
    use crate::ledger::{EntryKind, verify};
    use crate::support::{TestDatabase, noon};

    /// The database's own limit stands in for that of the disk: SQLite reports both alike.
    async fn limit_pages(store: &Store, statement: &'static str) {
        let mut writer = store.writer().await.unwrap();
        on!(&mut writer, db => sqlx::query::<Db>(statement).execute(db).await.map(drop)).unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_refuses_rows_and_loses_none_that_were_acknowledged() {
        let db = TestDatabase::sqlite().await;
        let journal = Journal::start(db.store.clone(), JournalSettings::default()).await.unwrap();
        let entry = LedgerEntry {
            detail: json!({ "filler": "x".repeat(10_000) }),
            ..LedgerEntry::new(EntryKind::TokenIssued, noon())
        };
        limit_pages(&db.store, "pragma max_page_count = 100").await;
        let mut acknowledged = 0;
        let fault = loop {
            match journal.record(&entry).await {
                Ok(_) => acknowledged += 1,
                Err(fault) => break fault,
            }
        };
        assert!(matches!(fault, JournalError::Storage(error) if matches!(*error, StorageError::DiskFull(_))));

        limit_pages(&db.store, "pragma max_page_count = 100000").await;
        journal.record(&entry).await.unwrap();
        journal.shutdown().await;
        let report = verify(&db.store, None).await.unwrap();
        assert_eq!((report.rows, report.findings), (acknowledged + 1, vec![]));
    }
}
