//! How rows are bound to each other. Pure: bytes in, hashes out.

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use model::to_micros;
use serde::Serialize;
use uuid::Uuid;

use super::entry::LedgerEntry;
use crate::error::StorageError;
use crate::sealer::SealError;

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// What the very first row of a node follows.
pub(crate) const GENESIS: Hash = [0; 32];

/// One chain of rows: that of a node, in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainId {
    /// The node.
    pub(crate) node: Uuid,
    /// Its life.
    pub(crate) epoch: i64,
}

/// Where a row of the ledger stands, once it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The node's life in which it was written.
    pub epoch: i64,
    /// Its number in that epoch, from 1.
    pub sequence: i64,
    /// Its hash, which all later rows of the node depend on.
    pub hash: [u8; 32],
}

/// An entry as it will be stored, personal fields beside the rest, still without a place.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: &'static str,
    pub(crate) organisation: Option<Uuid>,
    pub(crate) reference: Option<String>,
    pub(crate) user: Option<Uuid>,
    pub(crate) application: Option<Uuid>,
    pub(crate) detail: String,
    pub(crate) personal: Option<Personal>,
}

/// Fields that name a person, and the random bytes that keep them from being guessed after they are erased (S79).
#[derive(Clone, Debug)]
pub(crate) struct Personal {
    pub(crate) text: String,
    pub(crate) salt: [u8; 16],
    pub(crate) commitment: Hash,
}

impl Draft {
    pub(crate) fn of<P: Serialize, D: Serialize>(entry: &LedgerEntry<P, D>) -> Result<Self, StorageError> {
        let fields = serde_json::to_string(&entry.personal).map_err(StorageError::Unwritable)?;
        let personal = if fields == "null" { None } else { Some(Personal::of(fields)?) };
        Ok(Self {
            at: to_micros(entry.at),
            kind: entry.kind.as_str(),
            organisation: entry.organisation.map(model::OrganisationId::as_uuid),
            reference: entry.reference.map(String::from),
            user: entry.user.map(model::UserId::as_uuid),
            application: entry.application.map(model::ApplicationId::as_uuid),
            detail: serde_json::to_string(&entry.detail).map_err(StorageError::Unwritable)?,
            personal,
        })
    }

    fn content(&self) -> Content<'_> {
        Content {
            at: self.at,
            kind: self.kind,
            organisation: self.organisation,
            reference: self.reference.as_deref(),
            user: self.user,
            application: self.application,
            detail: &self.detail,
            commitment: self.personal.as_ref().map(|personal| personal.commitment.as_slice()),
        }
    }
}

impl Personal {
    fn of(text: String) -> Result<Self, SealError> {
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(|_| SealError::Library)?;
        let commitment = commitment_to(&salt, &text);
        Ok(Self { text, salt, commitment })
    }
}

/// What the chain keeps of personal fields.
pub(crate) fn commitment_to(salt: &[u8], personal: &str) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(b"countersign ledger personal 1\0");
    context.update(salt);
    context.update(personal.as_bytes());
    finish(context)
}

/// The end of a node's chain, to which the next row is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) node: Uuid,
    pub(crate) epoch: i64,
    pub(crate) sequence: i64,
    pub(crate) hash: Hash,
}

/// A draft with its place.
pub(crate) struct Link<'d> {
    pub(crate) draft: &'d Draft,
    pub(crate) place: Head,
    pub(crate) previous: Hash,
}

impl Head {
    /// Binds a draft to the chain and moves the end behind it.
    pub(crate) fn append<'d>(&mut self, draft: &'d Draft) -> Link<'d> {
        let previous = self.hash;
        self.sequence += 1;
        self.hash = draft.content().hash(self.node, self.epoch, self.sequence, &previous);
        Link { draft, place: *self, previous }
    }

    pub(crate) const fn receipt(&self) -> Receipt {
        Receipt { epoch: self.epoch, sequence: self.sequence, hash: self.hash }
    }
}

/// The columns a hash covers.
pub(crate) struct Content<'r> {
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: &'r str,
    pub(crate) organisation: Option<Uuid>,
    pub(crate) reference: Option<&'r str>,
    pub(crate) user: Option<Uuid>,
    pub(crate) application: Option<Uuid>,
    pub(crate) detail: &'r str,
    pub(crate) commitment: Option<&'r [u8]>,
}

impl Content<'_> {
    /// SHA-256 over place, predecessor and content. Every field is preceded by its length, so that no two rows share
    /// an encoding; an absent field has a length that no present one has.
    pub(crate) fn hash(&self, node: Uuid, epoch: i64, sequence: i64, previous: &[u8]) -> Hash {
        let mut context = Context::new(&SHA256);
        context.update(b"countersign ledger row 1\0");
        context.update(node.as_bytes());
        context.update(&epoch.to_be_bytes());
        context.update(&sequence.to_be_bytes());
        context.update(&self.at.timestamp_micros().to_be_bytes());
        let fields = [
            Some(previous),
            Some(self.kind.as_bytes()),
            self.organisation.as_ref().map(|id| id.as_bytes().as_slice()),
            self.reference.map(str::as_bytes),
            self.user.as_ref().map(|id| id.as_bytes().as_slice()),
            self.application.as_ref().map(|id| id.as_bytes().as_slice()),
            Some(self.detail.as_bytes()),
            self.commitment,
        ];
        for field in fields {
            let length = field.map_or(u64::MAX, |bytes| bytes.len() as u64);
            context.update(&length.to_be_bytes());
            context.update(field.unwrap_or_default());
        }
        finish(context)
    }
}

fn finish(context: Context) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
