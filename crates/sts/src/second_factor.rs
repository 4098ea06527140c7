use authn::{AccessCode, RecoveryCode, TotpSecret, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, SessionId, UserId};
use policy::{Decision, Denial, Evidence, Mechanism, Mechanisms, Permit};
use serde::{Deserialize, Serialize};
use storage::Account;

use crate::asking::Person;
use crate::enrolment::Enrolling;
use crate::issue::Beginning;
use crate::outcome::{Code, Tried};
use crate::password_check::seconds_of;
use crate::sign_in::Passive;
use crate::{
    Destination, Failure, RefusalCode, SecondFactorChallenge, SecurityTokenService, SignIn, StsError, Visit,
};

/// How long a person may take from the first factor to the second.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Somebody whose first factor is proved and whose second is not: no session, and no way to a token but by a code.
///
/// Only this service makes one. It travels with the page that asks for the code, sealed and bound to the browser like
/// the request (S20, S21), and is worth nothing once ten minutes have passed, the password was changed, the user was
/// disabled, or the session that it began from has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfWay {
    organisation: OrganisationId,
    user: UserId,
    /// The first factor; the second one, too, once it is set up.
    evidence: Evidence,
    /// "Keep me signed in on this device".
    keep: bool,
    /// The session whose first factor it is; none when the password was given for this very request.
    session: Option<SessionId>,
    /// The second factor that is being set up, where one is lacking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enrolling: Option<Enrolling>,
    expires_at: DateTime<Utc>,
}

impl HalfWay {
    /// After a first factor that was given for this request.
    pub(crate) fn after_first_factor(
        visit: &Visit,
        account: &Account,
        evidence: Evidence,
        keep: bool,
    ) -> Self {
        Self {
            organisation: visit.organisation,
            user: account.user.id,
            evidence: Evidence { second_factor: None, ..evidence },
            keep,
            session: None,
            enrolling: None,
            expires_at: visit.now + LIFETIME,
        }
    }

    /// From a session, for which only the second factor is missing (S25).
    pub(crate) fn from_session(visit: &Visit, account: &Account) -> Option<Self> {
        let session = visit.session.as_ref()?;
        Some(Self {
            organisation: visit.organisation,
            user: account.user.id,
            evidence: Evidence { second_factor: None, ..session.evidence },
            keep: session.persistent,
            session: Some(session.id),
            enrolling: None,
            expires_at: visit.now + LIFETIME,
        })
    }

    /// Of somebody who proved everything, with a password that has to be another.
    pub(crate) fn before_new_password(
        visit: &Visit,
        account: &Account,
        evidence: Evidence,
        keep: bool,
    ) -> Self {
        // A first factor that is a session's was not given for this request.
        let session = visit.session.as_ref().filter(|session| {
            session.user == account.user.id && session.evidence.first_factor_at == evidence.first_factor_at
        });
        Self {
            organisation: visit.organisation,
            user: account.user.id,
            evidence,
            keep,
            session: session.map(|session| session.id),
            enrolling: None,
            expires_at: visit.now + LIFETIME,
        }
    }

    /// Who it is.
    pub(crate) const fn user(&self) -> UserId {
        self.user
    }

    /// "Keep me signed in on this device".
    pub(crate) const fn keep(&self) -> bool {
        self.keep
    }

    /// The same person, who sets up a second factor.
    pub(crate) fn setting_up(self, enrolling: Enrolling) -> Self {
        Self { enrolling: Some(enrolling), ..self }
    }

    /// The same person, who has set up a second factor and just gave it.
    pub(crate) fn with_second_factor(self, kind: Mechanism, visit: &Visit, enrolling: Enrolling) -> Self {
        let evidence = self.evidence.with_second_factor(kind, visit.now);
        Self { evidence, enrolling: Some(enrolling), ..self }
    }

    /// What was proved so far.
    pub(crate) const fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// How far a second factor is set up.
    pub(crate) const fn enrolling(&self) -> Option<&Enrolling> {
        self.enrolling.as_ref()
    }

    /// Whether the first factor was given for this very request.
    pub(crate) const fn is_prompted(&self) -> bool {
        self.session.is_none()
    }

    /// Whether it still stands for this account and visit.
    pub(crate) fn stands(&self, visit: &Visit, account: &Account) -> bool {
        let first_factor_is_there = match self.evidence.first_factor {
            Mechanism::Password => account
                .password
                .as_ref()
                .is_some_and(|password| password.changed_at <= self.evidence.first_factor_at),
            Mechanism::Passkey => account.has_passkey,
            Mechanism::Totp | Mechanism::EmailCode | Mechanism::RecoveryCode => true,
        };
        let session = visit.session.as_ref().map(|session| session.id);
        self.organisation == visit.organisation
            && visit.now < self.expires_at
            && account.user.active
            && first_factor_is_there
            && (self.session.is_none() || self.session == session)
    }
}

impl SecurityTokenService {
    /// Answers a request with a code, of somebody who is half-way. Without that there is nothing to try a code on
    /// (S23).
    pub async fn sign_in_with_code(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
        code: Code,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let (account, offered) = match self.half_way_account(&passive, &half_way).await? {
            Ok(found) => found,
            Err(ended) => return Ok(ended),
        };
        let kind = code.kind();
        let username = account.user.upn.to_string();
        if let Verdict::Wait(wait) = self.may_try(visit, &username).await? {
            let tried = Tried { kind, failure: Failure::Wait { seconds: seconds_of(wait) } };
            return self.ask_second_factor(half_way, &account, offered, Some(tried)).await;
        }
        if let Code::Recovery(typed) = &code
            && let Some(access) = AccessCode::parse(typed)
            && let Some(opened) = self.enrol_by_access_code(&passive, &account, &half_way, &access).await?
        {
            return Ok(opened);
        }
        // One that the policy does not take here is not looked at, and so not used up.
        if !offered.has(kind) || !self.is_right(visit, &account, &code).await? {
            self.tried_in_vain(visit, &username);
            self.record_wrong_code(&passive.asking, &account, kind).await?;
            let tried = Tried { kind, failure: Failure::Credentials };
            return self.ask_second_factor(half_way, &account, offered, Some(tried)).await;
        }
        self.tried_with_success(visit, &account);
        let evidence = half_way.evidence.with_second_factor(kind, visit.now);
        self.conclude(&passive, &account, evidence, half_way).await
    }

    /// Shows somebody who is half-way what they can go on with.
    pub async fn second_factors(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        match self.half_way_account(&passive, &half_way).await? {
            Ok((account, offered)) => self.ask_second_factor(half_way, &account, offered, None).await,
            Err(ended) => Ok(ended),
        }
    }

    /// Who is half-way, and the second factors that will do; or what becomes of the sign-in when the half of it no longer
    /// stands.
    pub(crate) async fn half_way_account(
        &self,
        passive: &Passive<'_>,
        half_way: &HalfWay,
    ) -> Result<Result<(Account, Mechanisms), SignIn>, StsError> {
        let visit = passive.asking.visit;
        let Some(account) = self.standing_account(visit, half_way).await? else {
            return Ok(Err(SignIn::Challenge(passive.challenge(None, None))));
        };
        if passive.asking.view.policy.reads().device {
            passive.asking.recognise(&self.familiarity(visit, &account.user.upn).await?);
        }
        let person =
            Person { account: &account, evidence: half_way.evidence, prompted: half_way.is_prompted() };
        Ok(match passive.decide(Some(&person)) {
            Decision::Challenge(policy::Challenge::SecondFactor(offered)) => Ok((account, offered)),
            Decision::Permit(_) | Decision::Challenge(_) => {
                Err(SignIn::Challenge(passive.challenge(Some(&account), None)))
            }
            Decision::Deny(denial) => {
                let code = RefusalCode::Policy(denial);
                Err(SignIn::Refused(self.refuse(&passive.asking, Some(&account), code).await?))
            }
        })
    }

    /// Who is half-way, as long as that still stands: from the database, not from memory, because what was changed a
    /// moment ago counts.
    pub(crate) async fn standing_account(
        &self,
        visit: &Visit,
        half_way: &HalfWay,
    ) -> Result<Option<Account>, StsError> {
        let account = self.store.account_by_id(visit.organisation, half_way.user).await?;
        Ok(account.filter(|account| half_way.stands(visit, account)))
    }

    /// Asks somebody who is half-way for a second factor.
    pub(crate) async fn ask_second_factor(
        &self,
        half_way: HalfWay,
        account: &Account,
        offered: Mechanisms,
        tried: Option<Tried>,
    ) -> Result<SignIn, StsError> {
        let passkeys = if offered.has(Mechanism::Passkey) {
            self.store.passkeys(half_way.organisation, half_way.user).await?
        } else {
            Vec::new()
        };
        let mailbox = if offered.has(Mechanism::EmailCode) { self.mailbox_of(account).await? } else { None };
        let username = account.user.upn.to_string();
        Ok(SignIn::SecondFactor(SecondFactorChallenge {
            username,
            offered,
            passkeys,
            mailbox,
            tried,
            half_way,
        }))
    }

    /// Decides once more on somebody who has proved what they were asked for.
    pub(crate) async fn conclude(
        &self,
        passive: &Passive<'_>,
        account: &Account,
        evidence: Evidence,
        half_way: HalfWay,
    ) -> Result<SignIn, StsError> {
        let prompted = half_way.is_prompted();
        let familiarity = self.familiarity(passive.asking.visit, &account.user.upn).await?;
        passive.asking.recognise(&familiarity);
        match passive.decide(Some(&Person { account, evidence, prompted })) {
            Decision::Permit(permit) => {
                let beginning = Beginning { keep: half_way.keep, familiarity };
                self.issue_to_browser(passive, account, permit, Some(beginning)).await
            }
            Decision::Deny(Denial::SecondFactorNotEnrolled(which)) => {
                self.enrol_or_refuse(passive, account, half_way, which).await
            }
            Decision::Challenge(policy::Challenge::SecondFactor(offered)) => {
                self.ask_second_factor(half_way, account, offered, None).await
            }
            Decision::Challenge(_) => Ok(SignIn::Challenge(passive.challenge(Some(account), None))),
            Decision::Deny(denial) => self
                .refuse(&passive.asking, Some(account), RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused),
        }
    }

    /// Begins a session for somebody half-way whom the policy lets in, and issues what they came for.
    pub(crate) async fn begin(
        &self,
        passive: &Passive<'_>,
        account: &Account,
        permit: Permit,
        half_way: &HalfWay,
    ) -> Result<SignIn, StsError> {
        let familiarity = self.familiarity(passive.asking.visit, &account.user.upn).await?;
        let beginning = Beginning { keep: half_way.keep, familiarity };
        self.issue_to_browser(passive, account, permit, Some(beginning)).await
    }

    /// Whether a code is right, and was not used before. It is used now.
    async fn is_right(&self, visit: &Visit, account: &Account, code: &Code) -> Result<bool, StsError> {
        let (organisation, user) = (visit.organisation, account.user.id);
        Ok(match code {
            Code::Totp(typed) => {
                let record = self.store.totp(organisation, user).await?;
                let secret = record.map(|record| TotpSecret::from_stored(record.secret));
                match secret.and_then(|secret| secret.step_of(typed, visit.now)) {
                    Some(step) => self.store.take_totp_step(organisation, user, step).await?,
                    None => false,
                }
            }
            Code::Email(typed) => self.is_mailed_code(account, typed).await?,
            Code::Recovery(typed) => match RecoveryCode::parse(typed) {
                Some(code) => self.store.spend_recovery_code(organisation, user, &code.hash(user)).await?,
                None => false,
            },
        })
    }
}

impl Code {
    /// The factor that it is to prove.
    pub const fn kind(&self) -> Mechanism {
        match self {
            Self::Totp(_) => Mechanism::Totp,
            Self::Email(_) => Mechanism::EmailCode,
            Self::Recovery(_) => Mechanism::RecoveryCode,
        }
    }
}
