use chrono::{DateTime, Utc};
use model::{OrganisationId, Reference, UserId};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::entry::{EntryKind, LedgerEntry};
use crate::backend::{on, statements};
use crate::error::{StorageError, unreadable};
use crate::store::Store;

/// A row of the ledger as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerRow {
    /// The name of the node that wrote it.
    pub node: String,
    /// In which of its lives.
    pub epoch: i64,
    /// Its number there, from 1.
    pub sequence: i64,
    /// What it tells of; `personal` is null when there was nothing personal or it was erased.
    pub entry: LedgerEntry,
    /// Whether personal fields were erased (S79).
    pub erased: bool,
}

/// The newest rows of all nodes, `limit` at most, in the order in which they happened.
pub async fn tail(store: &Store, limit: u32) -> Result<Vec<LedgerRow>, StorageError> {
    let mut lease = store.reader().await?;
    let rows = on!(&mut lease, db => {
        sqlx::query_as::<Db, TailRow>(TAIL).bind(i64::from(limit)).fetch_all(db).await
    })?;
    rows.into_iter().rev().map(TailRow::into_row).collect()
}

/// The newest rows about one person that the person may read, the latest first: `limit` at most, after the first
/// `skipped`.
pub async fn history(
    store: &Store,
    organisation: OrganisationId,
    user: UserId,
    skipped: u32,
    limit: u32,
) -> Result<Vec<LedgerRow>, StorageError> {
    let mut lease = store.reader().await?;
    let rows = on!(&mut lease, db => {
        sqlx::query_as::<Db, TailRow>(HISTORY)
            .bind(organisation.as_uuid())
            .bind(user.as_uuid())
            .bind(i64::from(limit))
            .bind(i64::from(skipped))
            .fetch_all(db)
            .await
    })?;
    rows.into_iter().map(TailRow::into_row).collect()
}

/// Every row with a reference, in the order in which they were written.
pub async fn of_reference(
    store: &Store,
    organisation: OrganisationId,
    reference: Reference,
) -> Result<Vec<LedgerRow>, StorageError> {
    let mut lease = store.reader().await?;
    let rows = on!(&mut lease, db => {
        sqlx::query_as::<Db, TailRow>(OF_REFERENCE)
            .bind(organisation.as_uuid())
            .bind(reference.to_string())
            .fetch_all(db)
            .await
    })?;
    rows.into_iter().map(TailRow::into_row).collect()
}

/// The newest decisions of the policy since an instant, the latest first: tokens that were issued, people who were let
/// into the portal, and refusals.
pub async fn decisions(
    store: &Store,
    organisation: OrganisationId,
    since: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<LedgerRow>, StorageError> {
    let mut lease = store.reader().await?;
    let rows = on!(&mut lease, db => {
        sqlx::query_as::<Db, TailRow>(DECISIONS)
            .bind(organisation.as_uuid())
            .bind(since)
            .bind(i64::from(limit))
            .fetch_all(db)
            .await
    })?;
    rows.into_iter().map(TailRow::into_row).collect()
}

#[derive(FromRow)]
struct TailRow {
    name: String,
    epoch: i64,
    sequence: i64,
    at: DateTime<Utc>,
    kind: String,
    organisation_id: Option<Uuid>,
    reference: Option<String>,
    user_id: Option<Uuid>,
    application_id: Option<Uuid>,
    detail: String,
    commitment: Option<Vec<u8>>,
    personal: Option<String>,
}

impl TailRow {
    fn into_row(self) -> Result<LedgerRow, StorageError> {
        let row = format!("{}/{}/{}", self.name, self.epoch, self.sequence);
        let kind = EntryKind::from_name(&self.kind).ok_or_else(|| format!("{:?} is no kind", self.kind));
        let reference = self.reference.map(|reference| reference.parse()).transpose();
        let personal = self.personal.as_deref().map(serde_json::from_str::<Value>).transpose();
        let entry = LedgerEntry {
            organisation: self.organisation_id.map(Into::into),
            kind: kind.map_err(unreadable("ledger", "kind", &row))?,
            reference: reference.map_err(unreadable("ledger", "reference", &row))?,
            at: self.at,
            user: self.user_id.map(Into::into),
            application: self.application_id.map(Into::into),
            personal: personal.map_err(unreadable("ledger", "personal", &row))?.unwrap_or_default(),
            detail: serde_json::from_str(&self.detail).map_err(unreadable("ledger", "detail", &row))?,
        };
        Ok(LedgerRow {
            node: self.name,
            epoch: self.epoch,
            sequence: self.sequence,
            erased: self.commitment.is_some() && entry.personal.is_null(),
            entry,
        })
    }
}

statements! {
    TAIL = "select name, ledger.epoch, sequence, at, kind, organisation_id, reference, user_id, application_id,
            detail, commitment, personal
        from ledger
        join nodes on nodes.id = node_id
        order by at desc, ledger.epoch desc, sequence desc
        limit $1";

    OF_REFERENCE = "select name, ledger.epoch, sequence, at, kind, organisation_id, reference, user_id, application_id,
            detail, commitment, personal
        from ledger
        join nodes on nodes.id = node_id
        where organisation_id = $1 and reference = $2
        order by at, ledger.epoch, sequence";

    DECISIONS = "select name, ledger.epoch, sequence, at, kind, organisation_id, reference, user_id, application_id,
            detail, commitment, personal
        from ledger
        join nodes on nodes.id = node_id
        where organisation_id = $1 and at >= $2 and kind in ('token_issued', 'signed_in', 'sign_in_refused')
        order by at desc, ledger.epoch desc, sequence desc
        limit $3";

    HISTORY = "select name, ledger.epoch, sequence, at, kind, organisation_id, reference, user_id, application_id,
            detail, commitment, personal
        from ledger
        join nodes on nodes.id = node_id
        where organisation_id = $1 and user_id = $2
            and kind in ('token_issued', 'signed_in', 'sign_in_refused', 'sign_in_failed', 'signed_out',
                'account_changed', 'admin_change')
        order by at desc, ledger.epoch desc, sequence desc
        limit $3 offset $4";
}
