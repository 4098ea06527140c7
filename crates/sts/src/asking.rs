use std::sync::{Arc, OnceLock};

use model::{Place, Realm, ReplyAddress, Unplaced};
use policy::{
    Circumstances, Decision, Demand, Denial, Evidence, Explanation, Facts, Mechanism, Mechanisms, Requestor,
    Rule, SeenFacts, Signal, Signals,
};
use storage::{Account, EntryKind, Familiarity, LedgerEntry};

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
    /// Whether passwords are being sprayed over the organisation's accounts; not looked at where no rule reads it.
    pub sprayed: bool,
    /// Whether the person has signed in with this device before; empty until the person is known.
    pub known_device: OnceLock<bool>,
}

/// Whoever answers for a request: an account and what it proved.
pub(crate) struct Person<'a> {
    pub account: &'a Account,
    pub evidence: Evidence,
    /// Whether it was proved for this very request.
    pub prompted: bool,
}

impl Asking<'_> {
    /// Takes up what storage knows of the place where the person signs in.
    pub fn recognise(&self, familiarity: &Familiarity) {
        self.known_device.get_or_init(|| familiarity.device_seen_at.is_some());
    }

    /// Puts everything that is known before the policy.
    pub fn decide(&self, demand: Demand, requestor: Requestor<'_>, person: Option<&Person<'_>>) -> Decision {
        let account = person.map(|person| person.account);
        policy::evaluate(&Facts {
            evidence: person.map(|person| person.evidence),
            prompted: person.is_some_and(|person| person.prompted),
            second_factors: account.map_or(Mechanisms::NONE, |account| self.view.second_factors(account)),
            granted: account.is_some_and(|account| self.relying_party.is_granted_to(account)),
            demand,
            ..self.facts(requestor, account)
        })
    }

    /// What the rules make of the request, for its row in the ledger; nothing where there are no rules.
    pub fn explain(&self, account: Option<&Account>) -> Option<(Explanation, SeenFacts)> {
        let requestor = Requestor::at(self.visit.endpoint);
        self.view.policy.explain(&self.facts(requestor, account))
    }

    /// What rules can look at.
    fn facts<'f>(&'f self, requestor: Requestor<'f>, account: Option<&'f Account>) -> Facts<'f> {
        Facts {
            policy: &self.view.policy,
            user: account.map(|account| &account.user),
            evidence: None,
            prompted: false,
            application: &self.relying_party.application,
            roles: account.map_or(&[], |account| account.roles.as_slice()),
            second_factors: Mechanisms::NONE,
            granted: false,
            demand: Demand::default(),
            requestor,
            request: self.visit.reference,
            circumstances: self.circumstances(account),
        }
    }

    /// Where, when and with what: what costs a look-up only where the policy reads it.
    fn circumstances(&self, account: Option<&Account>) -> Circumstances<'_> {
        let visit = self.visit;
        let has_session =
            |account: &Account| visit.session.as_ref().is_some_and(|session| session.user == account.user.id);
        // Whoever has a session in this browser has signed in with it before.
        let in_session = account.filter(|account| has_session(account)).map(|_| true);
        let known_device = in_session.or_else(|| self.known_device.get().copied());
        Circumstances {
            now: visit.now,
            address: visit.address,
            place: self.place,
            user_agent: visit.user_agent.as_str(),
            client: visit.client,
            known_device,
            signals: match known_device {
                Some(false) if self.sprayed => NEW_DEVICE.with(Signal::Spray),
                Some(false) => NEW_DEVICE,
                Some(true) | None => Signals::NONE,
            },
        }
    }
}

const NEW_DEVICE: Signals = Signals::NONE.with(Signal::NewDevice);

impl SecurityTokenService {
    /// Where a client is, as far as the organisation's policy reads that: otherwise nobody looks (design.md §5.9).
    pub(crate) fn place(&self, visit: &Visit, view: &OrganisationView) -> Place {
        if view.policy.reads().place {
            self.geography.place(visit.address)
        } else {
            Place::unknown(Unplaced::NoDatabase)
        }
    }

    /// Whether passwords are being sprayed, as far as the organisation's policy reads that.
    pub(crate) fn sprayed(&self, visit: &Visit, view: &OrganisationView) -> bool {
        view.policy.reads().signals && self.attempts.is_sprayed(visit.organisation, visit.now)
    }

    /// Writes a refusal down and names it.
    pub(crate) async fn refuse(
        &self,
        asking: &Asking<'_>,
        account: Option<&Account>,
        code: RefusalCode,
    ) -> Result<Refusal, StsError> {
        let mut refusal = self
            .record_refusal(asking.visit, &asking.relying_party, account, code, asking.explain(account))
            .await?;
        if let RefusalCode::Policy(Denial::Rule { rule, told: true, .. }) = code {
            refusal.message = asking.view.policy.rule(rule).and_then(Rule::message).map(str::to_owned);
        }
        if code == RefusalCode::Policy(Denial::BreakGlass) {
            self.break_glass_used(asking, account).await?;
        }
        Ok(refusal)
    }

    /// Sounds the alarm of a break-glass account: in the ledger and in the log (S88).
    pub(crate) async fn break_glass_used(
        &self,
        asking: &Asking<'_>,
        account: Option<&Account>,
    ) -> Result<(), StsError> {
        let mut row = entry(asking.visit, EntryKind::Alarm);
        row.user = account.map(|account| account.user.id);
        row.application = Some(asking.relying_party.application.id);
        row.detail["code"] = "break_glass_used".into();
        if let Some(account) = account {
            row.personal["upn"] = account.user.upn.as_str().into();
        }
        self.journal.record(&row).await?;
        tracing::error!(reference = %asking.visit.reference, "a break-glass account was used");
        Ok(())
    }

    pub(crate) async fn record_refusal(
        &self,
        visit: &Visit,
        relying_party: &RelyingParty,
        account: Option<&Account>,
        code: RefusalCode,
        explained: Option<(Explanation, SeenFacts)>,
    ) -> Result<Refusal, StsError> {
        let mut row = entry(visit, EntryKind::SignInRefused);
        row.user = account.map(|account| account.user.id);
        row.application = Some(relying_party.application.id);
        row.detail["code"] = code.as_str().into();
        if let Some(reason) = code.reason() {
            row.detail["why"] = reason.into();
        }
        if let Some((explanation, facts)) = explained {
            row.detail["policy"] = serde_json::to_value(explanation).unwrap_or_default();
            row.personal["facts"] = serde_json::to_value(facts).unwrap_or_default();
        }
        self.journal.record(&row).await?;
        let (endpoint, client) = (visit.endpoint.as_str(), visit.client.as_str());
        tracing::info!(reference = %visit.reference, code = code.as_str(), endpoint, client, "sign-in refused");
        Ok(Refusal { code, application: Some(relying_party.application.name.clone()), message: None })
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
