//! Everything that outlives the process: the directory of organisations, signing keys, sessions and the ledger, in
//! SQLite or PostgreSQL.
//!
//! Reads are methods of [`Store`], changes of the directory methods of [`Transaction`], and what every sign-in writes
//! goes through the [`Journal`], which makes many rows durable at once. Secrets are sealed by a [`Sealer`] on their way
//! in. This crate knows no HTTP, no protocol and no policy: evidence and details of ledger rows are JSON to it.
//!
//! SQL is written once for both databases; where it stands, `statements!` lists it for the test that prepares every
//! statement on both.

#[cfg(test)]
extern crate self as storage;

mod account;
mod application;
mod backend;
mod caller_check;
mod domain;
mod email_code;
mod enrolment;
mod error;
mod familiar_place;
mod installation;
mod key_file;
pub mod ledger;
mod node_lock;
mod organisation;
mod passkey;
mod password_history;
mod policies;
#[cfg(test)]
mod preparation;
mod role;
mod sealer;
mod second_factor;
mod session;
mod session_list;
mod signing_key;
mod store;
#[cfg(test)]
#[expect(dead_code, unused_macros, reason = "shared with the tests of the whole crate, which use more of it")]
#[path = "../tests/contract/support.rs"]
mod support;
mod transaction;
mod unlock;
mod user;

pub use account::{Account, PasswordRecord};
pub use caller_check::{CALLER_CHECK_LIFETIME, CallerAnswer, CallerCheck};
pub use email_code::{EmailCodeLimits, EmailCodeRecord};
pub use error::{Refusal, StorageError};
pub use familiar_place::{DEVICE_KNOWN_FOR, Familiarity, KnownDevice, NETWORK_FAMILIAR_FOR, PlaceSeen};
pub use key_file::KeyFileError;
pub use ledger::{EntryKind, Journal, JournalError, JournalSettings, LedgerEntry, Receipt};
pub use passkey::{PASSKEYS_PER_USER, PasskeyRecord, PasskeyTaken, PasskeyUse, SpentChallenge};
pub use policies::PolicyVersion;
pub use sealer::{SealError, Sealer};
pub use second_factor::TotpRecord;
pub use session::{SessionRow, SessionTouch};
pub use session_list::OpenSession;
pub use store::{Database, Store};
pub use transaction::Transaction;
pub use unlock::Unlock;
pub use user::Reason;
