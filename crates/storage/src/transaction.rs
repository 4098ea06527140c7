use crate::backend::{Connection, OpenTransaction, on, statements};
use crate::error::StorageError;
use crate::ledger::{LedgerEntry, Receipt, administration};
use crate::sealer::Sealer;
use crate::store::Store;

/// A change of the directory: all of it happens at [`commit`](Self::commit), or nothing when it is dropped.
///
/// Such changes happen one after another, whichever process makes them, so that a rule checked in one still holds
/// when it commits.
pub struct Transaction {
    open: OpenTransaction,
    sealer: Sealer,
    revision: i64,
}

impl Transaction {
    /// Counting the revision first takes the lock that makes changes queue: the file's in SQLite, the row's in
    /// PostgreSQL. What is read afterwards is what the change before left.
    pub(crate) async fn start(mut open: OpenTransaction, sealer: Sealer) -> Result<Self, StorageError> {
        let revision =
            on!(&mut open, db => sqlx::query_scalar::<Db, i64>(COUNT_REVISION).fetch_one(db).await)?;
        Ok(Self { open, sealer, revision })
    }

    /// Appends a row to the ledger that stands if and only if the change does.
    pub async fn record(&mut self, entry: &LedgerEntry) -> Result<Receipt, StorageError> {
        administration::append(&mut self.connection(), entry).await
    }

    /// Makes the change durable and returns the revision it made.
    pub async fn commit(self) -> Result<i64, StorageError> {
        self.open.commit().await?;
        Ok(self.revision)
    }

    pub(crate) fn connection(&mut self) -> Connection<'_> {
        self.open.borrowed()
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }
}

impl Store {
    /// How many changes were committed so far: when it has grown, what is held in memory may be out of date.
    pub async fn revision(&self) -> Result<i64, StorageError> {
        let mut lease = self.reader().await?;
        Ok(on!(&mut lease, db => sqlx::query_scalar::<Db, i64>(REVISION).fetch_one(db).await)?)
    }
}

statements! {
    COUNT_REVISION = "update revision
        set value = value + 1
        where id = 1
        returning value";

    REVISION = "select value
        from revision
        where id = 1";
}
