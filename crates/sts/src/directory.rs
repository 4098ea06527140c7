use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use model::{Organisation, OrganisationId, UserId};
use moka::sync::Cache;
use storage::{Account, StorageError, Store};

use crate::StsError;
use crate::organisation_view::{Installation, OrganisationView};

/// What the road reads: organisations and accounts, in memory, true to the database within a second.
///
/// Nobody who is already signed in costs a query (design.md §5.4).
pub struct Directory {
    store: Store,
    installation: Installation,
    organisations: ArcSwap<Organisations>,
    /// Grows with every refresh. Whatever was read before one is kept under the number of then and never found again,
    /// however late it arrives.
    term: AtomicU64,
    views: Cache<(u64, OrganisationId), Arc<OrganisationView>>,
    accounts: Cache<(u64, UserId), Arc<Account>>,
}

/// All organisations, and how to find the one a request is for.
#[derive(Default)]
struct Organisations {
    by_id: HashMap<OrganisationId, Arc<Organisation>>,
    by_host: HashMap<String, OrganisationId>,
}

impl Directory {
    /// Reads the list of organisations; everything else is read when it is first needed.
    pub async fn open(store: Store, installation: Installation) -> Result<Self, StorageError> {
        let directory = Self {
            installation,
            organisations: ArcSwap::default(),
            term: AtomicU64::new(0),
            views: Cache::new(10_000),
            accounts: Cache::new(100_000),
            store,
        };
        directory.refresh().await?;
        Ok(directory)
    }

    /// Forgets what it knows and reads the list of organisations again.
    pub async fn refresh(&self) -> Result<(), StorageError> {
        let mut organisations = Organisations::default();
        for organisation in self.store.organisations().await? {
            if let Some(host) = &organisation.host {
                organisations.by_host.insert(host.to_ascii_lowercase(), organisation.id);
            }
            organisations.by_id.insert(organisation.id, Arc::new(organisation));
        }
        self.organisations.store(Arc::new(organisations));
        self.term.fetch_add(1, Ordering::Release);
        self.views.invalidate_all();
        self.accounts.invalidate_all();
        Ok(())
    }

    /// Reads everything again when the database's revision is not the one seen last; says whether it did.
    pub async fn refresh_if_changed(&self, seen: &mut Option<i64>) -> Result<bool, StorageError> {
        let revision = Some(self.store.revision().await?);
        if *seen == revision {
            return Ok(false);
        }
        self.refresh().await?;
        *seen = revision;
        Ok(true)
    }

    /// Forgets one user, who has just changed.
    pub fn forget(&self, user: UserId) {
        self.accounts.invalidate(&(self.term.load(Ordering::Acquire), user));
    }

    /// One organisation.
    pub fn organisation(&self, id: OrganisationId) -> Option<Arc<Organisation>> {
        self.organisations.load().by_id.get(&id).cloned()
    }

    /// The organisation that answers at a host: its own, or the only one there is when it has none (S73, S74).
    pub fn organisation_for_host(&self, host: Option<&str>) -> Option<Arc<Organisation>> {
        let organisations = self.organisations.load();
        let named = host
            .map(|host| host.split(':').next().unwrap_or_default().to_ascii_lowercase())
            .and_then(|host| organisations.by_host.get(&host).copied());
        if let Some(id) = named {
            return organisations.by_id.get(&id).cloned();
        }
        let mut all = organisations.by_id.values();
        match (all.next(), all.next()) {
            (Some(only), None) if only.host.is_none() => Some(Arc::clone(only)),
            _ => None,
        }
    }

    /// Whether an organisation has this host, without a port, as its own.
    pub fn is_host_of_an_organisation(&self, host: &str) -> bool {
        self.organisations.load().by_host.contains_key(&host.to_ascii_lowercase())
    }

    /// An organisation with its relying parties, domains and keys.
    pub async fn view(&self, id: OrganisationId) -> Result<Arc<OrganisationView>, StsError> {
        let key = (self.term.load(Ordering::Acquire), id);
        if let Some(view) = self.views.get(&key) {
            return Ok(view);
        }
        let organisation = self
            .organisation(id)
            .ok_or_else(|| StsError::Unavailable(format!("there is no organisation {id}")))?;
        // What is read seldom waits on the heap: every request would carry its state around.
        let view =
            Arc::new(Box::pin(OrganisationView::load(&self.store, organisation, &self.installation)).await?);
        self.views.insert(key, Arc::clone(&view));
        Ok(view)
    }

    /// A user with roles; none when there is no such user in the organisation.
    pub async fn account(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<Option<Arc<Account>>, StsError> {
        let key = (self.term.load(Ordering::Acquire), user);
        if let Some(account) = self.accounts.get(&key) {
            return Ok((account.user.organisation == organisation).then_some(account));
        }
        let Some(account) = Box::pin(self.store.account_by_id(organisation, user)).await? else {
            return Ok(None);
        };
        let account = Arc::new(account);
        self.accounts.insert(key, Arc::clone(&account));
        Ok(Some(account))
    }
}
