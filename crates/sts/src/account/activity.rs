use chrono::{DateTime, Utc};
use model::Reference;
use serde_json::Value;
use storage::ledger::{self, LedgerRow};
use storage::{EntryKind, LedgerEntry};

use crate::device_label::device_label;
use crate::{Owner, SecurityTokenService, StsError};

/// A page of what happened with an account, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What happened.
    pub happenings: Vec<Happening>,
    /// Whether there is more behind it.
    pub is_more: bool,
}

/// Something that happened with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: What,
    /// The address that it came from; none when the ledger has forgotten it.
    pub address: Option<String>,
    /// What the client is called.
    pub device: Option<String>,
    /// What the help desk finds it by.
    pub reference: Option<Reference>,
}

/// What can happen with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody signed in: to an application by its name, or to the portal.
    SignedIn(Option<String>),
    /// A sign-in was refused by policy, with its stable code.
    Refused(String),
    /// A password or a code was wrong.
    Failed,
    /// Somebody signed out.
    SignedOut,
    /// The owner changed something, in the ledger's words.
    Changed(String),
    /// An administrator did.
    ChangedByAdministrator(String),
}

impl SecurityTokenService {
    /// What happened with somebody's account: one page, from 0.
    pub async fn activity(&self, owner: &Owner, page: u32, length: u32) -> Result<Activity, StsError> {
        let (organisation, user) = owner.ids();
        let view = self.directory.view(organisation).await?;
        let skipped = page.saturating_mul(length);
        let mut rows =
            ledger::history(&self.store, organisation, user, skipped, length.saturating_add(1)).await?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let is_more = rows.len() > length;
        rows.truncate(length);
        let name_of = |entry: &LedgerEntry| {
            let mut applications = view.relying_parties().map(|relying_party| &relying_party.application);
            let application = applications.find(|application| Some(application.id) == entry.application);
            application.map(|application| application.name.clone())
        };
        let happenings = rows.iter().map(|row| Happening::of(row, name_of(&row.entry))).collect();
        Ok(Activity { happenings, is_more })
    }
}

impl Happening {
    fn of(row: &LedgerRow, application: Option<String>) -> Self {
        let LedgerEntry { kind, detail, personal, .. } = &row.entry;
        let text = |fields: &Value, name: &str| fields[name].as_str().map(str::to_owned);
        let detail_of = |name| text(detail, name).unwrap_or_default();
        Self {
            at: row.entry.at,
            what: match kind {
                EntryKind::SignInRefused => What::Refused(detail_of("code")),
                EntryKind::SignInFailed => What::Failed,
                EntryKind::SignedOut => What::SignedOut,
                EntryKind::AccountChanged => What::Changed(detail_of("change")),
                EntryKind::AdminChange => What::ChangedByAdministrator(detail_of("change")),
                _ => What::SignedIn(application),
            },
            address: text(personal, "address"),
            device: text(personal, "user_agent").map(|name| device_label(&name)),
            reference: row.entry.reference,
        }
    }
}
