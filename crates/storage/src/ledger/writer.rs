//! The single writer of a node's chain.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use super::broken_requests::BrokenRequests;
use super::chain::{ChainId, Draft, GENESIS, Head, Receipt};
use super::checkpoint::Checkpointer;
use super::journal::{Change, JournalError, JournalSettings, Order};
use super::rows::{self, BATCH};
use crate::backend::{Connection, on, statements};
use crate::error::{Refusal, StorageError};
use crate::node_lock::NodeLock;
use crate::session::SessionChange;
use crate::store::Store;

/// The name of the chain that administrative changes are written to; no node may take it.
const ADMINISTRATION: &str = "administration";

pub(crate) struct Writer {
    store: Store,
    settings: JournalSettings,
    broken: Arc<BrokenRequests>,
    checkpointer: Checkpointer,
    /// Held as long as this writer lives.
    lock: NodeLock,
    node: Uuid,
    epoch: i64,
    /// The end of the chain; none when a batch failed and only the database knows whether it is in there.
    head: Option<Head>,
    /// Rows nobody waits for, until they are written.
    unattended: Vec<Draft>,
    /// Rows of this node that no checkpoint covers yet.
    unprotected: u64,
}

/// The parts of a batch.
#[derive(Default)]
struct Batch {
    drafts: Vec<Draft>,
    changes: Vec<Change>,
    rows_done: Vec<oneshot::Sender<Result<Receipt, JournalError>>>,
    changes_done: Vec<oneshot::Sender<Result<(), JournalError>>>,
    shutdown: Option<oneshot::Sender<()>>,
}

impl Writer {
    pub(crate) async fn open(
        store: Store,
        settings: JournalSettings,
        broken: Arc<BrokenRequests>,
    ) -> Result<Self, StorageError> {
        if !is_node_name(&settings.node) {
            return Err(Refusal::NodeName(settings.node).into());
        }
        let lock = store.lock_node(&settings.node).await?;
        let now = settings.clock.now();
        let checkpointer = Checkpointer::open(&store, settings.checkpoint_file.clone(), now).await?;
        let mut lease = store.writer().await?;
        let (node, epoch) = on!(&mut lease, db => {
            sqlx::query_as::<Db, (Uuid, i64)>(BEGIN_EPOCH)
                .bind(Uuid::now_v7())
                .bind(settings.node.as_str())
                .bind(now.timestamp())
                .bind(now)
                .fetch_one(db)
                .await
        })?;
        let head = resume(&mut lease.borrowed(), node, epoch).await?;
        drop(lease);
        Ok(Self {
            store,
            settings,
            broken,
            checkpointer,
            lock,
            node,
            epoch,
            head: Some(head),
            unattended: Vec::new(),
            unprotected: 0,
        })
    }

    /// The node whose rows it writes, and in which of its lives.
    pub(crate) const fn chain(&self) -> ChainId {
        ChainId { node: self.node, epoch: self.epoch }
    }

    /// Writes batches until the journal is shut down or its last handle is gone.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Order>) {
        let mut ticks = interval(self.settings.checkpoint_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick comes at once.
        ticks.tick().await;
        let mut orders = Vec::with_capacity(BATCH);
        let mut under_load = false;
        loop {
            tokio::select! {
                received = inbox.recv_many(&mut orders, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    if under_load && orders.len() < BATCH {
                        sleep(self.settings.gather).await;
                        drain(&mut inbox, &mut orders);
                    }
                    // Whoever is alone does not wait for company; two at a time are the start of a crowd.
                    under_load = orders.len() > 1;
                    if let Some(done) = self.write(Batch::of(&mut orders)).await {
                        self.finish(inbox).await;
                        // A successor may start as soon as this is heard, if anybody is there to hear it.
                        drop(self.lock);
                        let _ = done.send(());
                        return;
                    }
                }
                _ = ticks.tick() => self.tend().await,
            }
        }
        self.finish(inbox).await;
    }

    /// Writes what is still waiting and makes the last checkpoint.
    async fn finish(&mut self, mut inbox: mpsc::Receiver<Order>) {
        inbox.close();
        let mut orders = Vec::with_capacity(BATCH);
        while inbox.recv_many(&mut orders, BATCH).await > 0 {
            if let Some(done) = self.write(Batch::of(&mut orders)).await {
                let _ = done.send(());
            }
        }
        self.write_broken_requests(None).await;
        self.checkpoint().await;
    }

    /// What is done once in a while: rows of minutes that are over, sessions that are over, a checkpoint.
    async fn tend(&mut self) {
        let now = self.settings.clock.now();
        self.write_broken_requests(Some(now)).await;
        let expired = [Change::Session(SessionChange::Expired { now }), Change::PlacesExpired { now }];
        if let Err(error) = self.commit(&[], &expired).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "expired sessions and places could not be deleted"
            );
        }
        self.checkpoint().await;
    }

    /// Writes one batch and tells everybody who waits for it; hands back who asked for the end.
    async fn write(&mut self, batch: Batch) -> Option<oneshot::Sender<()>> {
        let Batch { drafts, changes, rows_done, changes_done, shutdown } = batch;
        let outcome = self.commit(&drafts, &changes).await.map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                rows = drafts.len(),
                "a batch of the ledger could not be written"
            );
            JournalError::Storage(Arc::new(error))
        });
        // Who no longer listens needs no answer: hence the results that are left aside.
        match outcome {
            Ok(receipts) => {
                for (done, receipt) in rows_done.into_iter().zip(receipts) {
                    let _ = done.send(Ok(receipt));
                }
                for done in changes_done {
                    let _ = done.send(Ok(()));
                }
            }
            Err(error) => {
                for done in rows_done {
                    let _ = done.send(Err(error.clone()));
                }
                for done in changes_done {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
        if self.unprotected >= self.settings.checkpoint_rows {
            self.checkpoint().await;
        }
        shutdown
    }

    /// Makes rows and other changes durable together. After a failure the end of the chain is read anew, because a
    /// commit whose answer was lost may have happened.
    async fn commit(&mut self, drafts: &[Draft], changes: &[Change]) -> Result<Vec<Receipt>, StorageError> {
        let head = self.head.take();
        let (head, receipts) = self.commit_after(head, drafts, changes).await?;
        self.head = Some(head);
        self.unprotected += receipts.len() as u64;
        Ok(receipts)
    }

    async fn commit_after(
        &self,
        head: Option<Head>,
        drafts: &[Draft],
        changes: &[Change],
    ) -> Result<(Head, Vec<Receipt>), StorageError> {
        let mut head = match head {
            Some(head) => head,
            None => resume(&mut self.store.writer().await?.borrowed(), self.node, self.epoch).await?,
        };
        let mut links = Vec::with_capacity(drafts.len());
        let mut receipts = Vec::with_capacity(drafts.len());
        for draft in drafts {
            links.push(head.append(draft));
            receipts.push(head.receipt());
        }
        if changes.is_empty() && links.len() <= BATCH {
            // One statement commits by itself, which saves two round trips to the database's thread.
            if !links.is_empty() {
                rows::insert(&mut self.store.writer().await?.borrowed(), &links).await?;
            }
            return Ok((head, receipts));
        }
        let mut open = self.store.open_transaction().await?;
        let mut connection = open.borrowed();
        for batch in links.chunks(BATCH) {
            rows::insert(&mut connection, batch).await?;
        }
        for change in changes {
            change.write(&mut connection).await?;
        }
        open.commit().await?;
        Ok((head, receipts))
    }

    async fn write_broken_requests(&mut self, present: Option<chrono::DateTime<chrono::Utc>>) {
        for entry in self.broken.take(present) {
            match Draft::of(&entry) {
                Ok(draft) => self.unattended.push(draft),
                Err(error) => tracing::error!(%error, "a count of broken requests is lost"),
            }
        }
        let drafts = std::mem::take(&mut self.unattended);
        if let Err(error) = self.commit(&drafts, &[]).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "counts of broken requests could not be written; they are kept"
            );
            self.unattended = drafts;
        }
    }

    async fn checkpoint(&mut self) {
        match self.checkpointer.make(&self.store, self.settings.clock.now()).await {
            Ok(()) => self.unprotected = 0,
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "no checkpoint could be made; the newest ledger rows are not protected yet"
            ),
        }
    }
}

impl Batch {
    fn of(orders: &mut Vec<Order>) -> Self {
        let mut batch = Self::default();
        for order in orders.drain(..) {
            match order {
                Order::Row { draft, done } => {
                    batch.drafts.push(draft);
                    batch.rows_done.push(done);
                }
                Order::Change { change, done } => {
                    batch.changes.push(change);
                    batch.changes_done.push(done);
                }
                Order::Shutdown { done } => batch.shutdown = Some(done),
            }
        }
        batch
    }
}

/// A name that can be part of a file name, and not that of the administration.
fn is_node_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(plain) && name != ADMINISTRATION
}

/// Takes what has arrived meanwhile, as far as it fits into the batch.
fn drain(inbox: &mut mpsc::Receiver<Order>, orders: &mut Vec<Order>) {
    while orders.len() < BATCH {
        let Ok(order) = inbox.try_recv() else { return };
        orders.push(order);
    }
}

/// Where an epoch goes on: behind its last row, or behind the last row of the epoch before.
async fn resume(connection: &mut Connection<'_>, node: Uuid, epoch: i64) -> Result<Head, StorageError> {
    Ok(match rows::head_of(connection, node).await? {
        Some(head) if head.epoch == epoch => head,
        Some(head) => Head { node, epoch, sequence: 0, hash: head.hash },
        None => Head { node, epoch, sequence: 0, hash: GENESIS },
    })
}

statements! {
    BEGIN_EPOCH = "insert into nodes (id, name, epoch, started_at)
        values ($1, $2, $3, $4)
        on conflict (name) do update
        set epoch = case when nodes.epoch < excluded.epoch then excluded.epoch else nodes.epoch + 1 end,
            started_at = excluded.started_at
        returning id, epoch";
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::ledger::tail;
    use crate::support::{TestDatabase, noon};

    #[tokio::test]
    async fn counts_that_nobody_waits_for_are_kept_until_they_can_be_written() {
        let db = TestDatabase::sqlite().await;
        let broken = Arc::new(BrokenRequests::default());
        let mut writer =
            Writer::open(db.store.clone(), JournalSettings::default(), Arc::clone(&broken)).await.unwrap();
        broken.count(None, Ipv4Addr::LOCALHOST.into(), "realm_missing", noon());

        db.tamper("alter table ledger rename to hidden").await;
        writer.write_broken_requests(None).await;
        db.tamper("alter table hidden rename to ledger").await;
        writer.write_broken_requests(None).await;

        assert_eq!(tail(&db.store, 10).await.unwrap().len(), 1);
    }
}
