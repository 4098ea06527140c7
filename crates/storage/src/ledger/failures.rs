use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::OrganisationId;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::chain::ChainId;
use crate::backend::{on, statements};
use crate::error::StorageError;
use crate::store::Store;

/// A try to sign in that failed, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedTry {
    /// Whose row it is.
    pub chain: ChainId,
    /// Its number there.
    pub sequence: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// At which organisation.
    pub organisation: OrganisationId,
    /// At which name, as it was typed.
    pub username: String,
    /// From which address.
    pub address: IpAddr,
}

/// No more failures are counted anew; whoever makes so many within minutes is slowed by the rest.
const MOST: i64 = 100_000;

/// The tries that failed since a moment, on every node, the latest first. Those that were not looked at, because they came
/// too soon, are not among them, nor those whose personal fields were erased.
pub async fn failed_tries(store: &Store, since: DateTime<Utc>) -> Result<Vec<FailedTry>, StorageError> {
    let mut lease = store.reader().await?;
    let rows = on!(&mut lease, db => {
        sqlx::query_as::<Db, FailedRow>(FAILED_TRIES).bind(since).bind(MOST).fetch_all(db).await
    })?;
    Ok(rows.into_iter().filter_map(FailedRow::into_try).collect())
}

#[derive(FromRow)]
struct FailedRow {
    node_id: Uuid,
    epoch: i64,
    sequence: i64,
    at: DateTime<Utc>,
    organisation_id: Option<Uuid>,
    detail: String,
    personal: Option<String>,
}

impl FailedRow {
    fn into_try(self) -> Option<FailedTry> {
        let detail: Value = serde_json::from_str(&self.detail).ok()?;
        let personal: Value = serde_json::from_str(&self.personal?).ok()?;
        if detail.get("too_soon").is_some() {
            return None;
        }
        Some(FailedTry {
            chain: ChainId { node: self.node_id, epoch: self.epoch },
            sequence: self.sequence,
            at: self.at,
            organisation: self.organisation_id?.into(),
            username: personal.get("username")?.as_str()?.to_owned(),
            address: personal.get("address")?.as_str()?.parse().ok()?,
        })
    }
}

statements! {
    FAILED_TRIES = "select node_id, epoch, sequence, at, organisation_id, detail, personal
        from ledger
        where kind = 'sign_in_failed' and at >= $1
        order by at desc
        limit $2";
}
