use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// More findings than anybody reads; those beyond are only counted.
const FINDINGS: usize = 1000;

/// What a verification of the ledger found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// Rows whose personal fields were erased, which is no fault (S79).
    pub erased: u64,
    /// Checkpoints with a good signature, in the table and the file.
    pub checkpoints: u64,
    /// Every chain by node and epoch.
    pub chains: Vec<ChainReport>,
    /// What is wrong, the first thousand.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub further_findings: u64,
}

/// One epoch of one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// The node.
    pub node: String,
    /// The epoch.
    pub epoch: i64,
    /// Its last row.
    pub last: i64,
    /// The last row that a checkpoint covers, with all rows before it; 0: none. Rows behind it could be changed
    /// together with everything that follows them, and nobody could tell.
    pub protected: i64,
}

/// Where something stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The node.
    pub node: String,
    /// The epoch.
    pub epoch: i64,
    /// The row.
    pub sequence: i64,
}

/// Where a checkpoint was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The database.
    Table,
    /// A line of the file, from 1.
    FileLine(u64),
}

/// A sign of tampering or damage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// What the row says is not what was hashed.
    Changed(Place),
    /// Rows are gone, from the place named to the sequence number.
    Removed {
        /// The first row that is gone.
        from: Place,
        /// The last one.
        to: i64,
    },
    /// The row does not follow the one before it: inserted, moved, or put in the place of another.
    Unlinked(Place),
    /// The row is whole and in line, yet a checkpoint saw another one there: the chain was rewritten.
    Rewritten {
        /// The row.
        place: Place,
        /// When the checkpoint was made.
        checkpoint: DateTime<Utc>,
    },
    /// A checkpoint saw rows behind the present end of the chain.
    CutOff {
        /// The first row that is gone.
        from: Place,
        /// The last one that a checkpoint saw.
        to: i64,
    },
    /// A checkpoint saw a chain of which not one row is left.
    ChainGone(Place),
    /// The personal fields are not those that were committed to.
    PersonalChanged(Place),
    /// A checkpoint does not bear the signature of a key of ours, or cannot be read.
    BadCheckpoint(Source),
    /// The file holds a checkpoint that the database has lost.
    CheckpointRemoved {
        /// When it was made.
        made_at: DateTime<Utc>,
    },
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }

    /// Chains with rows that no checkpoint covers yet.
    pub fn unprotected(&self) -> impl Iterator<Item = &ChainReport> {
        self.chains.iter().filter(|chain| chain.protected < chain.last)
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS {
            self.findings.push(finding);
        } else {
            self.further_findings += 1;
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.node, self.epoch, self.sequence)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("the database"),
            Self::FileLine(line) => write!(f, "line {line} of the checkpoint file"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(place) => write!(f, "row {place} was changed"),
            Self::Removed { from, to } => write!(f, "rows {from} to {to} were removed"),
            Self::Unlinked(place) => {
                write!(f, "row {place} does not follow the row before it: inserted, moved or exchanged")
            }
            Self::Rewritten { place, checkpoint } => {
                write!(f, "row {place} is not the one that the checkpoint of {checkpoint} saw: rewritten")
            }
            Self::CutOff { from, to } => write!(f, "rows {from} to {to} were cut off the end"),
            Self::ChainGone(place) => {
                write!(
                    f,
                    "node {} lost all rows of epoch {}, up to {}",
                    place.node, place.epoch, place.sequence
                )
            }
            Self::PersonalChanged(place) => write!(f, "the personal fields of row {place} were changed"),
            Self::BadCheckpoint(source) => write!(f, "a checkpoint in {source} bears no signature of ours"),
            Self::CheckpointRemoved { made_at } => {
                write!(f, "the checkpoint of {made_at} was removed from the database")
            }
        }
    }
}
