use std::sync::Arc;

use model::{Place, Realm, ReplyAddress, Unplaced};
use policy::{Circumstances, Decision, Demand, Evidence, Facts, Mechanism, Mechanisms, Requestor, Signals};
use storage::{Account, EntryKind, LedgerEntry};

use crate::organisation_view::{OrganisationView, RelyingParty};
use crate::service::entry;
use crate::{Refusal, RefusalCode, SecurityTokenService, StsError, Visit};

/// A request whose relying party is known, by whatever protocol it came: from here on a refusal has a row of its own.
pub(crate) struct Asking<'a> {
    pub visit: &'a Visit,
    pub view: Arc<OrganisationView>,
    pub relying_party: Arc<RelyingParty>,
    /// Where the relying party is answered: for an active requestor its first address, which only scripts see. None:
    /// nowhere, and no token can be made.
    pub reply: Option<ReplyAddress>,
    /// Whom the token will be for, as the request names it.
    pub audience: Realm,
    /// Where the client is.
    pub place: Place,
}

/// Whoever answers for a request: an account and what it proved.
pub(crate) struct Person<'a> {
    pub account: &'a Account,
    pub evidence: Evidence,
    /// Whether it was proved for this very request.
    pub prompted: bool,
}

impl Asking<'_> {
    /// Puts everything that is known before the policy.
    pub fn decide(&self, demand: Demand, requestor: Requestor<'_>, person: Option<&Person<'_>>) -> Decision {
        policy::evaluate(&Facts {
            policy: &self.view.policy,
            user: person.map(|person| &person.account.user),
            evidence: person.map(|person| person.evidence),
            prompted: person.is_some_and(|person| person.prompted),
            application: &self.relying_party.application,
            roles: person.map_or(&[], |person| person.account.roles.as_slice()),
            second_factors: person.map_or(Mechanisms::NONE, |person| person.account.second_factors()),
            granted: person.is_some_and(|person| self.relying_party.is_granted_to(person.account)),
            demand,
            requestor,
            request: self.visit.reference,
            circumstances: self.circumstances(),
        })
    }

    /// Where, when and with what: what costs a look-up only where the policy reads it.
    const fn circumstances(&self) -> Circumstances<'_> {
        let visit = self.visit;
        Circumstances {
            now: visit.now,
            address: visit.address,
            place: self.place,
            user_agent: visit.user_agent.as_str(),
            client: visit.client,
            known_device: None,
            signals: Signals::NONE,
        }
    }
}

impl SecurityTokenService {
    /// Where a client is, as far as the organisation's policy reads that: otherwise nobody looks (design.md §5.9).
    pub(crate) fn place(&self, visit: &Visit, view: &OrganisationView) -> Place {
        if view.policy.reads().place {
            self.geography.place(visit.address)
        } else {
            Place::unknown(Unplaced::NoDatabase)
        }
    }

    /// Writes a refusal down and names it.
    pub(crate) async fn refuse(
        &self,
        asking: &Asking<'_>,
        account: Option<&Account>,
        code: RefusalCode,
    ) -> Result<Refusal, StsError> {
        self.record_refusal(asking.visit, &asking.relying_party, account, code).await
    }

    pub(crate) async fn record_refusal(
        &self,
        visit: &Visit,
        relying_party: &RelyingParty,
        account: Option<&Account>,
        code: RefusalCode,
    ) -> Result<Refusal, StsError> {
        let mut row = entry(visit, EntryKind::SignInRefused);
        row.user = account.map(|account| account.user.id);
        row.application = Some(relying_party.application.id);
        row.detail["code"] = code.as_str().into();
        if let Some(reason) = code.reason() {
            row.detail["why"] = reason.into();
        }
        self.journal.record(&row).await?;
        let (endpoint, client) = (visit.endpoint.as_str(), visit.client.as_str());
        tracing::info!(reference = %visit.reference, code = code.as_str(), endpoint, client, "sign-in refused");
        Ok(Refusal { code, application: Some(relying_party.application.name.clone()) })
    }

    /// Writes down that a name and a password did not belong together.
    pub(crate) async fn record_failure(&self, asking: &Asking<'_>, username: &str) -> Result<(), StsError> {
        self.journal.record(&failure(asking, username)).await?;
        Ok(())
    }

    /// Writes down that a program tried again before its time; that is counted as no failure.
    pub(crate) async fn record_too_soon(&self, asking: &Asking<'_>, username: &str) -> Result<(), StsError> {
        let mut row = failure(asking, username);
        row.detail["too_soon"] = true.into();
        self.journal.record(&row).await?;
        Ok(())
    }

    /// Writes down that somebody with the right password gave a wrong code.
    pub(crate) async fn record_wrong_code(
        &self,
        asking: &Asking<'_>,
        account: &Account,
        kind: Mechanism,
    ) -> Result<(), StsError> {
        let mut row = entry(asking.visit, EntryKind::SignInFailed);
        row.user = Some(account.user.id);
        row.application = Some(asking.relying_party.application.id);
        row.detail["second_factor"] = kind.as_str().into();
        row.personal["username"] = account.user.upn.as_str().into();
        self.journal.record(&row).await?;
        Ok(())
    }
}

fn failure(asking: &Asking<'_>, username: &str) -> LedgerEntry {
    let mut row = entry(asking.visit, EntryKind::SignInFailed);
    row.application = Some(asking.relying_party.application.id);
    row.personal["username"] = username.chars().take(128).collect::<String>().into();
    row
}
