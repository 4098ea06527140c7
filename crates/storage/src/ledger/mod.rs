//! The ledger: an append-only record of tokens, refusals and changes, in hash chains that checkpoints protect.
//!
//! Start reading at `entry` (what is recorded), then `chain` (how rows are bound together), `writer` (how they
//! become durable) and `verification` (how tampering shows).

pub(crate) mod administration;
mod broken_requests;
mod chain;
mod checkpoint;
mod entry;
mod failures;
mod journal;
mod report;
mod rows;
mod tail;
mod verification;
mod witnesses;
mod writer;

pub use chain::{ChainId, Receipt};
pub use entry::{EntryKind, LedgerEntry};
pub use failures::{FailedTry, failed_tries};
pub use journal::{Journal, JournalError, JournalSettings};
pub use report::{ChainReport, Finding, Place, Report, Source};
pub use tail::{LedgerRow, decisions, history, of_reference, tail};
pub use verification::verify;

#[cfg(test)]
pub(crate) use rows::{BATCH, Parameters, insert_statement};

/// The statements of all parts, for the test that prepares them.
#[cfg(test)]
pub(crate) const STATEMENTS: [&[(&str, &str)]; 6] = [
    checkpoint::STATEMENTS,
    failures::STATEMENTS,
    rows::STATEMENTS,
    tail::STATEMENTS,
    verification::STATEMENTS,
    writer::STATEMENTS,
];
