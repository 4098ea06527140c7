use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use authn::{Attempts, Passwords, Sessions};
use geography::Geography;
use mail::Outbox;
use model::{Clock, Organisation, OrganisationId, Upn};
use script::Scripts;
use storage::{EntryKind, Journal, LedgerEntry, StorageError, Store};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::active::{Active, ActiveParts};
use crate::directory::Directory;
use crate::failures::CountedFailures;
use crate::lane::SigningLane;
use crate::organisation_view::Installation;
use crate::{StsError, Visit};

/// How often a running server looks for changes made by the command line or another node.
const REVISION_INTERVAL: Duration = Duration::from_secs(1);

/// The one road to a token.
pub struct SecurityTokenService {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Store,
    pub(crate) directory: Directory,
    pub(crate) journal: Journal,
    pub(crate) signing: SigningLane,
    pub(crate) scripts: Scripts,
    pub(crate) passwords: Passwords,
    pub(crate) sessions: Sessions,
    pub(crate) attempts: Attempts,
    pub(crate) geography: Arc<Geography>,
    pub(crate) outbox: Option<Outbox>,
    pub(crate) passive_address: String,
    pub(crate) active: Active,
    pub(crate) issued: AtomicU64,
    pub(crate) counted: Mutex<CountedFailures>,
}

/// What the service is made of. Each part is started by its owner, because each has limits of its own.
pub struct Parts {
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// The database.
    pub store: Store,
    /// The ledger's writer.
    pub journal: Journal,
    /// Signing threads.
    pub signing: SigningLane,
    /// Script workers.
    pub scripts: Scripts,
    /// Password threads.
    pub passwords: Passwords,
    /// Sessions.
    pub sessions: Sessions,
    /// Counters of failures.
    pub attempts: Attempts,
    /// Where addresses are looked up, when a policy asks.
    pub geography: Arc<Geography>,
    /// Letters to people; none where there is no mail server.
    pub outbox: Option<Outbox>,
    /// The published address of the passive endpoint, from configuration and never from a Host header (S31).
    pub passive_address: String,
    /// The published address of the portal's page for a new password, from configuration as well.
    pub password_page: Url,
    /// What active requestors need.
    pub active: ActiveParts,
}

impl SecurityTokenService {
    /// Opens the service, with what failed a moment ago counted: every organisation's keys are tried when the
    /// organisation is first asked for.
    pub async fn open(parts: Parts) -> Result<Self, StorageError> {
        let installation = Installation {
            networks: parts.active.networks.clone(),
            sends_mail: parts.outbox.is_some(),
            password_page: parts.password_page,
        };
        let service = Self {
            directory: Directory::open(parts.store.clone(), installation).await?,
            clock: parts.clock,
            store: parts.store,
            journal: parts.journal,
            signing: parts.signing,
            scripts: parts.scripts,
            passwords: parts.passwords,
            sessions: parts.sessions,
            attempts: parts.attempts,
            geography: parts.geography,
            outbox: parts.outbox,
            passive_address: parts.passive_address,
            active: Active::new(parts.active),
            issued: AtomicU64::new(0),
            counted: Mutex::default(),
        };
        service.count_failures().await?;
        service.apply_unlocks().await?;
        Ok(service)
    }

    /// Follows changes that others make to the database, until told to stop.
    pub async fn follow_changes(&self, stop: CancellationToken) {
        let mut seen = None;
        while stop.run_until_cancelled(tokio::time::sleep(REVISION_INTERVAL)).await.is_some() {
            let followed = match self.directory.refresh_if_changed(&mut seen).await {
                // What was changed may have ended sessions, too: they are read again when they come back.
                Ok(true) => {
                    self.sessions.forget_all();
                    self.apply_unlocks().await
                }
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = followed.and(self.count_failures().await) {
                tracing::error!(%error, "changes to the database cannot be followed");
            }
        }
    }

    /// Opens an organisation's keys and tries them, so that the first person does not wait for it (S43).
    pub async fn warm(&self, organisation: OrganisationId) -> Result<(), StsError> {
        self.directory.view(organisation).await.map(drop)
    }

    /// The present, as this service sees it.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The sessions, for the edge to look one up by its cookie.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        self.store.revision().await.is_ok()
    }

    /// One organisation.
    pub fn organisation(&self, id: OrganisationId) -> Option<Arc<Organisation>> {
        self.directory.organisation(id)
    }

    /// The organisation that answers at a host (S73, S74).
    pub fn organisation_for_host(&self, host: Option<&str>) -> Option<Arc<Organisation>> {
        self.directory.organisation_for_host(host)
    }

    /// Whether an organisation has this host as its own, so that requests for it are ours.
    pub fn is_host_of_an_organisation(&self, host: &str) -> bool {
        self.directory.is_host_of_an_organisation(host)
    }

    /// Who the visit's session belongs to, when it is somebody who may still sign in.
    pub async fn signed_in_as(&self, visit: &Visit) -> Result<Option<Upn>, StsError> {
        let Some(session) = &visit.session else { return Ok(None) };
        let account = self.directory.account(visit.organisation, session.user).await?;
        Ok(account.filter(|account| account.user.active).map(|account| account.user.upn.clone()))
    }

    /// Counts a request that names no relying party: one ledger row per address and minute, so that nobody fills
    /// the disk.
    pub fn broken_request(&self, visit: &Visit, code: &'static str) {
        self.journal.broken_request(Some(visit.organisation), visit.address, code, visit.now);
    }
}

/// A ledger row about this visit.
pub(crate) fn entry(visit: &Visit, kind: EntryKind) -> LedgerEntry {
    let mut detail =
        serde_json::json!({ "endpoint": visit.endpoint.as_str(), "client": visit.client.as_str() });
    if let Some(correlation) = &visit.correlation {
        detail["correlation"] = correlation.as_str().into();
    }
    if visit.network_changed {
        detail["network_changed"] = true.into();
    }
    LedgerEntry {
        organisation: Some(visit.organisation),
        reference: Some(visit.reference),
        personal: serde_json::json!({ "address": visit.address, "user_agent": visit.user_agent }),
        detail,
        ..LedgerEntry::new(kind, visit.now)
    }
}

impl From<StorageError> for StsError {
    fn from(error: StorageError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<storage::JournalError> for StsError {
    fn from(error: storage::JournalError) -> Self {
        match error {
            storage::JournalError::Busy => Self::busy(),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<crate::lane::LaneError> for StsError {
    fn from(error: crate::lane::LaneError) -> Self {
        match error {
            crate::lane::LaneError::Full => Self::busy(),
            crate::lane::LaneError::Lost => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<authn::SessionError> for StsError {
    fn from(error: authn::SessionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<authn::Busy> for StsError {
    fn from(_: authn::Busy) -> Self {
        Self::busy()
    }
}

impl StsError {
    /// A lane is full.
    pub(crate) fn busy() -> Self {
        Self::Busy { retry_after: Duration::from_secs(1) }
    }
}
