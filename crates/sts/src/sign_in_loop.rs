use model::{ApplicationKind, Realm};
use storage::EntryKind;

use crate::service::entry;
use crate::{RefusalCode, SecurityTokenService, StsError, Visit};

/// Why a browser most likely comes back again and again with tokens that nobody refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopCause {
    /// The tokens were for Microsoft 365 and told of no second factor: Entra ID demands one that no policy here asks
    /// for, and sends the person back to get it.
    SecondFactorNotAsked,
    /// Anything else, such as blocked cookies.
    Other,
}

impl LoopCause {
    /// The stable name in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecondFactorNotAsked => "second_factor_not_asked",
            Self::Other => "other",
        }
    }

    /// What an admin can do, where there is something.
    const fn advice(self) -> Option<&'static str> {
        match self {
            Self::SecondFactorNotAsked => Some(
                "Entra ID may demand a second factor that the policy here does not: have the policy ask for one, or set \
                 federatedIdpMfaBehavior of the domain to enforceMfaByFederatedIdp, so that Entra ID says when it \
                 wants one",
            ),
            Self::Other => None,
        }
    }
}

impl SecurityTokenService {
    /// Writes down that a browser was stopped because it came back too often, and says why it most likely did.
    pub async fn loop_stopped(&self, visit: &Visit, realm: &Realm) -> Result<LoopCause, StsError> {
        let view = self.directory.view(visit.organisation).await?;
        let relying_party = view.relying_party(realm);
        let is_microsoft_365 =
            relying_party.is_some_and(|found| found.application.kind == ApplicationKind::Microsoft365);
        let without = visit.session.as_ref().is_some_and(|session| session.evidence.second_factor.is_none());
        let cause =
            if is_microsoft_365 && without { LoopCause::SecondFactorNotAsked } else { LoopCause::Other };

        let mut row = entry(visit, EntryKind::LoopStopped);
        row.user = visit.session.as_ref().map(|session| session.user);
        row.application = relying_party.map(|found| found.application.id);
        row.detail["code"] = RefusalCode::Loop.as_str().into();
        row.detail["realm"] = realm.as_str().into();
        row.detail["cause"] = cause.as_str().into();
        if let Some(advice) = cause.advice() {
            row.detail["why"] = advice.into();
        }
        self.journal.record(&row).await?;
        Ok(cause)
    }
}
