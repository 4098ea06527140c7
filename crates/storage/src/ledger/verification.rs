//! How tampering shows: every chain is walked from its first row and compared with every checkpoint.

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, FromRow, Type};
use uuid::Uuid;

use super::chain::{Content, GENESIS, Hash, commitment_to};
use super::report::{ChainReport, Finding, Place, Report};
use super::witnesses::{Sightings, Witnesses};
use crate::backend::{Connection, on, statements};
use crate::error::StorageError;
use crate::store::Store;

/// Rows read at a time.
const PAGE: i64 = 1000;

/// Verifies the whole ledger, against the checkpoints in the database and those in a file kept elsewhere (S78).
///
/// Checkpoints are read first: rows that a running server appends meanwhile are unprotected, not missing.
pub async fn verify(store: &Store, checkpoint_file: Option<&Path>) -> Result<Report, StorageError> {
    let mut report = Report::default();
    let witnesses = Witnesses::hear(store, checkpoint_file, &mut report).await?;
    let mut lease = store.reader().await?;
    let names = names_of_nodes(&mut lease.borrowed()).await?;
    let mut walk = Walk { names, witnesses, report, chain: None };
    let mut after = (Uuid::nil(), i64::MIN, i64::MIN);
    loop {
        let page = on!(&mut lease, db => {
            sqlx::query_as::<Db, StoredRow>(ROWS_AFTER)
                .bind(after.0)
                .bind(after.1)
                .bind(after.2)
                .bind(PAGE)
                .fetch_all(db)
                .await
        })?;
        let Some(last) = page.last() else { return Ok(walk.finish()) };
        after = (last.node_id, last.epoch, last.sequence);
        for row in &page {
            walk.step(row);
        }
    }
}

async fn names_of_nodes(connection: &mut Connection<'_>) -> Result<HashMap<Uuid, String>, StorageError> {
    let names = on!(connection, db => sqlx::query_as::<Db, (Uuid, String)>(NAMES).fetch_all(db).await)?;
    Ok(names.into_iter().collect())
}

struct Walk {
    names: HashMap<Uuid, String>,
    witnesses: Witnesses,
    report: Report,
    chain: Option<Chain>,
}

/// The chain that is being walked: one epoch of one node.
struct Chain {
    node: Uuid,
    epoch: i64,
    name: String,
    sightings: Sightings,
    /// The row walked last, its hash, and the last one that a checkpoint saw as it is.
    last: i64,
    hash: Hash,
    protected: i64,
}

impl Walk {
    fn step(&mut self, row: &StoredRow) {
        let mut chain = match self.chain.take() {
            Some(chain) if (chain.node, chain.epoch) == (row.node_id, row.epoch) => chain,
            before => self.enter(before, row),
        };
        self.report.rows += 1;
        let place = chain.place(row.sequence);
        let hash = Hash::try_from(row.hash.as_slice()).unwrap_or(GENESIS);
        let gap = row.sequence > chain.last + 1;
        if gap {
            self.report.add(Finding::Removed { from: chain.place(chain.last + 1), to: row.sequence - 1 });
        }
        if row.content_hash() != Some(hash) {
            self.report.add(Finding::Changed(place.clone()));
        } else if row.sequence < 1 || (!gap && row.previous != chain.hash) {
            self.report.add(Finding::Unlinked(place.clone()));
        }
        self.check_personal(row, &place);
        for (seen, checkpoint) in chain.sightings.at(row.sequence) {
            if *seen == hash {
                chain.protected = row.sequence;
            } else {
                self.report.add(Finding::Rewritten { place: place.clone(), checkpoint });
            }
        }
        chain.last = row.sequence;
        chain.hash = hash;
        self.chain = Some(chain);
    }

    /// Leaves one chain for another. An epoch goes on from the last row of the node's epoch before it.
    fn enter(&mut self, before: Option<Chain>, row: &StoredRow) -> Chain {
        let hash = match &before {
            Some(chain) if chain.node == row.node_id => chain.hash,
            _ => GENESIS,
        };
        self.leave(before);
        Chain {
            node: row.node_id,
            epoch: row.epoch,
            name: self.name(row.node_id),
            sightings: self.witnesses.take(row.node_id, row.epoch),
            last: 0,
            hash,
            protected: 0,
        }
    }

    fn leave(&mut self, chain: Option<Chain>) {
        let Some(chain) = chain else { return };
        if let Some(seen) = chain.sightings.last().filter(|seen| *seen > chain.last) {
            self.report.add(Finding::CutOff { from: chain.place(chain.last + 1), to: seen });
        }
        let Chain { name, epoch, last, protected, .. } = chain;
        if protected > 0 {
            // The hash that a checkpoint holds depends on every row of the node before it.
            for earlier in self.report.chains.iter_mut().filter(|earlier| earlier.node == name) {
                earlier.protected = earlier.last;
            }
        }
        self.report.chains.push(ChainReport { node: name, epoch, last, protected });
    }

    fn check_personal(&mut self, row: &StoredRow, place: &Place) {
        match (&row.commitment, &row.personal, &row.salt) {
            (None, None, None) => {}
            (Some(_), None, None) => self.report.erased += 1,
            (Some(commitment), Some(personal), Some(salt))
                if commitment_to(salt, personal).as_slice() == commitment => {}
            _ => self.report.add(Finding::PersonalChanged(place.clone())),
        }
    }

    fn finish(mut self) -> Report {
        let chain = self.chain.take();
        self.leave(chain);
        for (node, epoch, sequence) in self.witnesses.left() {
            let node = self.name(node);
            self.report.add(Finding::ChainGone(Place { node, epoch, sequence }));
        }
        self.report
    }

    fn name(&self, node: Uuid) -> String {
        let known = self.names.get(&node).map(String::as_str).or_else(|| self.witnesses.name(node));
        known.map_or_else(|| node.to_string(), str::to_owned)
    }
}

impl Chain {
    fn place(&self, sequence: i64) -> Place {
        Place { node: self.name.clone(), epoch: self.epoch, sequence }
    }
}

#[derive(FromRow)]
struct StoredRow {
    node_id: Uuid,
    epoch: i64,
    sequence: i64,
    at: Lenient<DateTime<Utc>>,
    kind: String,
    organisation_id: Lenient<Option<Uuid>>,
    reference: Option<String>,
    user_id: Lenient<Option<Uuid>>,
    application_id: Lenient<Option<Uuid>>,
    detail: String,
    commitment: Option<Vec<u8>>,
    previous: Vec<u8>,
    hash: Vec<u8>,
    personal: Option<String>,
    salt: Option<Vec<u8>>,
}

impl StoredRow {
    /// The hash that the row should bear; none when a column does not even hold a value of its kind.
    fn content_hash(&self) -> Option<Hash> {
        let content = Content {
            at: self.at.0?,
            kind: &self.kind,
            organisation: self.organisation_id.0?,
            reference: self.reference.as_deref(),
            user: self.user_id.0?,
            application: self.application_id.0?,
            detail: &self.detail,
            commitment: self.commitment.as_deref(),
        };
        Some(content.hash(self.node_id, self.epoch, self.sequence, &self.previous))
    }
}

/// A value that somebody may have spoilt: reading goes on, so that the row is reported and not the reading fails.
struct Lenient<T>(Option<T>);

impl<'r, DB: Database, T: Decode<'r, DB>> Decode<'r, DB> for Lenient<T> {
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(T::decode(value).ok()))
    }
}

impl<DB: Database, T: Type<DB>> Type<DB> for Lenient<T> {
    fn type_info() -> DB::TypeInfo {
        T::type_info()
    }

    fn compatible(found: &DB::TypeInfo) -> bool {
        T::compatible(found)
    }
}

statements! {
    NAMES = "select id, name
        from nodes";

    ROWS_AFTER = "select node_id, epoch, sequence, at, kind, organisation_id, reference, user_id, application_id,
            detail, commitment, previous, hash, personal, salt
        from ledger
        where (node_id, epoch, sequence) > ($1, $2, $3)
        order by node_id, epoch, sequence
        limit $4";
}
