//! The chain of administrative changes. Any process writes it, one transaction after another, so its end is read from
//! the database every time; it has one epoch for ever.

use uuid::Uuid;

use super::chain::{Draft, GENESIS, Head, Receipt};
use super::entry::LedgerEntry;
use super::rows;
use crate::backend::Connection;
use crate::error::StorageError;

/// The node that the first migration made.
const NODE: Uuid = Uuid::from_u128(1);
const EPOCH: i64 = 1;

/// Appends a row within the transaction that is open on the connection.
pub(crate) async fn append(
    connection: &mut Connection<'_>,
    entry: &LedgerEntry,
) -> Result<Receipt, StorageError> {
    let draft = Draft::of(entry)?;
    let beginning = Head { node: NODE, epoch: EPOCH, sequence: 0, hash: GENESIS };
    let mut head = rows::head_of(connection, NODE).await?.unwrap_or(beginning);
    let link = head.append(&draft);
    rows::insert(connection, &[link]).await?;
    Ok(head.receipt())
}
