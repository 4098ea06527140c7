use chrono::{DateTime, Utc};
use model::{ApplicationId, OrganisationId, Reference, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a row of the ledger tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A token left for a relying party.
    TokenIssued,
    /// Policy, or a rule of the token, said no.
    SignInRefused,
    /// Wrong credentials, or too many of them.
    SignInFailed,
    /// A code was sent to a mailbox, for somebody who is half-way.
    CodeSent,
    /// Somebody proved who they are; a session began.
    SignedIn,
    /// A session ended at its owner's wish.
    SignedOut,
    /// A token script failed; no token.
    ScriptFailed,
    /// Requests that were no requests, counted per address and minute.
    BrokenRequests,
    /// Somebody changed how they sign in, or ended sessions of their own.
    AccountChanged,
    /// An administrator, or a command, changed something.
    AdminChange,
    /// A signing key was made, activated or retired.
    KeyChange,
    /// A browser went in circles and was stopped.
    LoopStopped,
    /// Something that a person should look at.
    Alarm,
}

impl EntryKind {
    const ALL: [Self; 13] = [
        Self::TokenIssued,
        Self::SignInRefused,
        Self::SignInFailed,
        Self::CodeSent,
        Self::SignedIn,
        Self::SignedOut,
        Self::ScriptFailed,
        Self::BrokenRequests,
        Self::AccountChanged,
        Self::AdminChange,
        Self::KeyChange,
        Self::LoopStopped,
        Self::Alarm,
    ];

    /// The name used in storage, reports and searches.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenIssued => "token_issued",
            Self::SignInRefused => "sign_in_refused",
            Self::SignInFailed => "sign_in_failed",
            Self::CodeSent => "code_sent",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::ScriptFailed => "script_failed",
            Self::BrokenRequests => "broken_requests",
            Self::AccountChanged => "account_changed",
            Self::AdminChange => "admin_change",
            Self::KeyChange => "key_change",
            Self::LoopStopped => "loop_stopped",
            Self::Alarm => "alarm",
        }
    }

    /// Reads the name used in storage.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Something worth remembering, before it has its place in a chain.
///
/// What is personal and what is not are maps of fields: read back they are JSON, to be written they may be anything
/// that serialises as a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry<P = Value, D = Value> {
    /// The organisation, where there is one.
    pub organisation: Option<OrganisationId>,
    /// What happened.
    pub kind: EntryKind,
    /// What a person reads to the help desk.
    pub reference: Option<Reference>,
    /// When.
    pub at: DateTime<Utc>,
    /// The user, by id alone: it names nobody once the user is erased.
    pub user: Option<UserId>,
    /// The application.
    pub application: Option<ApplicationId>,
    /// A map of fields that name a person, such as UPN and address. They can be erased later (S79). Null: none.
    pub personal: P,
    /// A map of everything else, for ever.
    pub detail: D,
}

impl LedgerEntry {
    /// An entry of which nothing more is known yet.
    pub const fn new(kind: EntryKind, at: DateTime<Utc>) -> Self {
        Self {
            organisation: None,
            kind,
            reference: None,
            at,
            user: None,
            application: None,
            personal: Value::Null,
            detail: Value::Null,
        }
    }
}
