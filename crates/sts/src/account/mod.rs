//! What people do with their own account: look at it, set up factors, end sessions.
//!
//! Each function takes an [`Owner`], or a [`ProvenOwner`](crate::ProvenOwner) where it changes how somebody
//! signs in. Each change is one transaction with its row in the ledger.

mod activity;
mod app;
mod methods;
mod passkeys;
mod password;
mod sessions;

pub use activity::{Activity, Happening, What};
pub(crate) use app::fresh_codes;
pub use app::{AppConfirmation, AppSetUp, RecoveryCodes, Removal};
pub use methods::Methods;
pub use passkeys::{PasskeyConfirmation, PasskeySetUp};
pub use password::PasswordChange;
pub use sessions::OwnSession;

use model::{OrganisationId, UserId};
use storage::{EntryKind, LedgerEntry};

use crate::service::entry;
use crate::{Owner, SecurityTokenService, Visit};

impl Owner {
    fn ids(&self) -> (OrganisationId, UserId) {
        (self.account.user.organisation, self.account.user.id)
    }

    /// The ledger row of something that somebody changed about their own account.
    fn changed(&self, visit: &Visit, change: &'static str) -> LedgerEntry {
        let mut row = entry(visit, EntryKind::AccountChanged);
        row.user = Some(self.account.user.id);
        row.detail["by"] = "owner".into();
        row.detail["change"] = change.into();
        row.personal["upn"] = self.account.user.upn.as_str().into();
        row
    }
}

impl SecurityTokenService {
    /// Forgets what memory holds of somebody whose account or sessions have just changed in storage. Other nodes hear of
    /// it by the revision.
    pub(crate) fn forget(&self, owner: &Owner) {
        let (organisation, user) = owner.ids();
        self.directory.forget(user);
        self.sessions.forget_user(organisation, user);
    }
}
