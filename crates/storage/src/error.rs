use std::path::PathBuf;

use model::{DomainName, ImmutableId, Realm, TOKEN_LIFETIME_LIMITS, Upn};
use sqlx::error::DatabaseError;
use thiserror::Error;

use crate::passkey::PASSKEYS_PER_USER;
use crate::sealer::SealError;

/// Why storage could not do what was asked. Every message says what to do about it.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The change would break a rule of the directory; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No room left on the disk or in the quota.
    #[error("the disk that holds the database is full; free some space, nothing was lost")]
    DiskFull(#[source] sqlx::Error),
    /// Somebody else holds the database, longer than we wait.
    #[error("another process keeps the database locked; stop it, or try again when it is done")]
    Locked(#[source] sqlx::Error),
    /// The database may be read but not written.
    #[error("the database cannot be written; check the permissions of its file and folder")]
    ReadOnly(#[source] sqlx::Error),
    /// The file cannot be opened, the server does not answer or refuses us.
    #[error("the database cannot be reached; check its address, that it runs, and its permissions")]
    Unreachable(#[source] sqlx::Error),
    /// The file is damaged, or no database at all.
    #[error("the database file is damaged or is no database; restore it from a backup")]
    Damaged(#[source] sqlx::Error),
    /// Every connection stayed busy for as long as we wait.
    #[error("all database connections are busy; try again")]
    Busy,
    /// The folder or file of the database could not be made.
    #[error("{path} cannot be made; check the permissions of the folder above it")]
    Folder {
        /// What could not be made.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of checkpoints cannot be read.
    #[error("the checkpoint file {path} cannot be read")]
    CheckpointFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address names neither of our databases.
    #[error("{0:?} is no database address; write sqlite:PATH or postgres://USER@HOST/NAME")]
    Address(String),
    /// The tables were written by a newer version, or changed by hand.
    #[error("the tables do not fit this version; run the version that wrote them, or a newer one")]
    Schema(#[source] sqlx::migrate::MigrateError),
    /// The key file is not the one this database was made with.
    #[error("the key file does not open this database; restore the key file it was made with")]
    WrongKey(#[source] SealError),
    /// A secret could not be sealed or opened.
    #[error("a sealed value could not be handled")]
    Seal(#[from] SealError),
    /// The fields of a ledger row are no map, or hold what JSON cannot.
    #[error("the fields of a ledger row cannot be written as JSON")]
    Unwritable(#[source] serde_json::Error),
    /// What is stored cannot be read back.
    #[error("{table}.{column} of row {row} cannot be read; it was changed by hand or damaged")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Anything else the database says.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
}

/// A rule of the directory that a change would break.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Another user of the organisation signs in with that name.
    #[error("a user {0} exists already")]
    UpnTaken(Upn),
    /// The name's domain, or a domain above it, must be the organisation's own.
    #[error("{0} is in no domain of the organisation; add the domain first")]
    ForeignDomain(Upn),
    /// S41: an anchor names one user.
    #[error("another user of the organisation has the immutable ID {0}")]
    ImmutableIdTaken(ImmutableId),
    /// ANC-02: Entra knows the user by it; changing it makes another user of him.
    #[error("tokens were issued with the immutable ID of {0}; changing it needs a reason")]
    ImmutableIdFixed(Upn),
    /// S71: a domain, those above it and those below it belong to one organisation.
    #[error("{0} belongs to another organisation, or exists already")]
    DomainTaken(DomainName),
    /// Roles of an organisation differ by more than letter case.
    #[error("a role {0:?} exists already")]
    RoleTaken(String),
    /// A realm names one application.
    #[error("an application with the realm {0} exists already")]
    RealmTaken(Realm),
    /// An application must have somewhere to post its tokens.
    #[error("an application needs at least one reply address")]
    NoReplyAddress,
    /// Shorter than a sign-in takes, or longer than Entra would keep a person signed in by it.
    #[error(
        "tokens live from {shortest} to {longest} seconds, not {0}",
        shortest = TOKEN_LIFETIME_LIMITS.start(),
        longest = TOKEN_LIFETIME_LIMITS.end()
    )]
    TokenLifetime(u32),
    /// A host leads to one organisation.
    #[error("another organisation answers at {0}")]
    HostTaken(String),
    /// An organisation has exactly one active key once it has any.
    #[error("the organisation has an active signing key already; add the new one as next, then activate it")]
    ActiveKeyExists,
    /// Without an active key nobody signs in.
    #[error("the active signing key stays until another is activated")]
    ActiveKeyNeeded,
    /// A user has one authenticator app at most.
    #[error("the user has an authenticator app already; `countersign user factor UPN remove` takes it away")]
    TotpEnrolled,
    /// A credential belongs to one user.
    #[error("this passkey belongs to a user already")]
    PasskeyTaken,
    /// More than anybody uses, and a challenge names them all.
    #[error("the user has {PASSKEYS_PER_USER} passkeys, which is the most; remove one first")]
    PasskeysFull,
    /// S35: a challenge is answered once.
    #[error("the challenge was answered before; begin again")]
    ChallengeSpent,
    /// A policy is changed from the version in force.
    #[error("somebody else has saved a policy since this change was begun; look at it, then try again")]
    PolicyChanged,
    /// S83: what a demo made stays a demo's.
    #[error("the demo mark cannot be taken away")]
    DemoForEver,
    /// Not a name for a node, or that of the administration, whose chain is written by whoever changes the directory.
    #[error("{0:?} is no name for a node: 1 to 64 letters, digits, - and _, and not administration")]
    NodeName(String),
    /// Two servers cannot write one chain.
    #[error("another server is running as node {0}; stop it, or give this one a name of its own")]
    NodeTaken(String),
    /// Not there, or another organisation's, which is the same.
    #[error("there is no such {0} in the organisation")]
    Missing(&'static str),
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable(error),
            sqlx::Error::Database(database) => fault_of(database.as_ref())(error),
            _ => Self::Database(error),
        }
    }
}

/// What a code of either database means (SQLite result codes; PostgreSQL 15 appendix A).
fn fault_of(error: &dyn DatabaseError) -> fn(sqlx::Error) -> StorageError {
    let code = error.code().unwrap_or_default();
    // SQLite's codes are numbers; the low byte is the kind, the rest says more.
    match code.parse::<u32>().ok().filter(|_| code.len() < 5).map(|code| code & 0xff) {
        Some(5 | 6) => return StorageError::Locked,
        Some(8) => return StorageError::ReadOnly,
        Some(11 | 26) => return StorageError::Damaged,
        Some(13) => return StorageError::DiskFull,
        Some(14) => return StorageError::Unreachable,
        _ => {}
    }
    match code.as_ref() {
        "53100" => StorageError::DiskFull,
        "55P03" | "40001" | "40P01" => StorageError::Locked,
        "25006" | "42501" => StorageError::ReadOnly,
        "3D000" | "53300" => StorageError::Unreachable,
        "XX001" | "XX002" => StorageError::Damaged,
        code if code.starts_with("08") || code.starts_with("28") || code.starts_with("57P") => {
            StorageError::Unreachable
        }
        _ => StorageError::Database,
    }
}

/// Turns a value that did not parse into an error naming where it stands.
pub(crate) fn unreadable<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    table: &'static str,
    column: &'static str,
    row: &impl ToString,
) -> impl FnOnce(E) -> StorageError {
    let row = row.to_string();
    move |source| StorageError::Unreadable { table, column, row, source: source.into() }
}
