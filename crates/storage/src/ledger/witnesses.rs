use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader};
use uuid::Uuid;

use super::chain::Hash;
use super::checkpoint::{self, Checkpoint, PublicKey};
use super::report::{Finding, Report, Source};
use crate::error::StorageError;
use crate::store::Store;

/// Checkpoints read at a time.
const PAGE: i64 = 1000;

/// What all checkpoints together saw of the chains.
pub(crate) struct Witnesses {
    keys: Vec<PublicKey>,
    chains: HashMap<(Uuid, i64), Sightings>,
    names: HashMap<Uuid, String>,
    /// Signatures found in the table.
    in_table: HashSet<Vec<u8>>,
}

/// Rows of one chain that checkpoints saw at its end, by number and hash, with the time of the first sight.
#[derive(Default)]
pub(crate) struct Sightings(BTreeMap<(i64, Hash), DateTime<Utc>>);

impl Witnesses {
    /// Hears every checkpoint of the table, then those of the file.
    pub(crate) async fn hear(
        store: &Store,
        file: Option<&Path>,
        report: &mut Report,
    ) -> Result<Self, StorageError> {
        let mut witnesses = Self {
            keys: checkpoint::public_keys(store).await?,
            chains: HashMap::new(),
            names: HashMap::new(),
            in_table: HashSet::new(),
        };
        witnesses.hear_table(store, report).await?;
        if let Some(path) = file {
            let unread = |source| StorageError::CheckpointFile { path: path.to_owned(), source };
            witnesses.hear_file(path, report).await.map_err(unread)?;
        }
        Ok(witnesses)
    }

    async fn hear_table(&mut self, store: &Store, report: &mut Report) -> Result<(), StorageError> {
        let mut lease = store.reader().await?;
        let mut after = Uuid::nil();
        loop {
            let page = checkpoint::page_after(&mut lease.borrowed(), after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, checkpoint) in &page {
                self.admit(checkpoint, Source::Table, report);
            }
        }
    }

    async fn hear_file(&mut self, path: &Path, report: &mut Report) -> io::Result<()> {
        let mut lines = BufReader::new(File::open(path).await?).lines();
        let mut number = 0;
        while let Some(line) = lines.next_line().await? {
            number += 1;
            match Checkpoint::of_line(&line) {
                Some(checkpoint) => self.admit(&checkpoint, Source::FileLine(number), report),
                None => report.add(Finding::BadCheckpoint(Source::FileLine(number))),
            }
        }
        Ok(())
    }

    fn admit(&mut self, checkpoint: &Checkpoint, source: Source, report: &mut Report) {
        let Some(statement) = checkpoint.open(&self.keys) else {
            report.add(Finding::BadCheckpoint(source));
            return;
        };
        report.checkpoints += 1;
        match source {
            Source::Table => {
                self.in_table.insert(checkpoint.signature.clone());
            }
            Source::FileLine(_) if !self.in_table.contains(&checkpoint.signature) => {
                report.add(Finding::CheckpointRemoved { made_at: statement.made_at });
            }
            Source::FileLine(_) => {}
        }
        for end in statement.chains.into_iter().filter(|end| end.sequence > 0) {
            let sightings = self.chains.entry((end.node, end.epoch)).or_default();
            sightings.0.entry((end.sequence, end.hash)).or_insert(statement.made_at);
            self.names.entry(end.node).or_insert(end.name);
        }
    }

    /// Takes what was seen of one chain.
    pub(crate) fn take(&mut self, node: Uuid, epoch: i64) -> Sightings {
        self.chains.remove(&(node, epoch)).unwrap_or_default()
    }

    /// What was seen of chains that nobody took, with the last row seen.
    pub(crate) fn left(&self) -> Vec<(Uuid, i64, i64)> {
        let mut left: Vec<_> = self
            .chains
            .iter()
            .filter_map(|((node, epoch), sightings)| Some((*node, *epoch, sightings.last()?)))
            .collect();
        left.sort_unstable();
        left
    }

    /// The name that checkpoints gave a node.
    pub(crate) fn name(&self, node: Uuid) -> Option<&str> {
        self.names.get(&node).map(String::as_str)
    }
}

impl Sightings {
    /// The last row that any checkpoint saw.
    pub(crate) fn last(&self) -> Option<i64> {
        self.0.last_key_value().map(|((sequence, _), _)| *sequence)
    }

    /// The hashes seen at a row, and when.
    pub(crate) fn at(&self, sequence: i64) -> impl Iterator<Item = (&Hash, DateTime<Utc>)> {
        self.0.range((sequence, [0; 32])..=(sequence, [0xff; 32])).map(|((_, hash), at)| (hash, *at))
    }
}
