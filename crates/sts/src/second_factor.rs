use authn::{RecoveryCode, TotpSecret, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, SessionId, UserId};
use policy::{Decision, Evidence, Mechanism};
use serde::{Deserialize, Serialize};
use storage::Account;

use crate::asking::Person;
use crate::issue::Beginning;
use crate::outcome::Code;
use crate::password_check::seconds_of;
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
    /// The first factor.
    evidence: Evidence,
    /// "Keep me signed in on this device".
    keep: bool,
    /// The session whose first factor it is; none when the password was given for this very request.
    session: Option<SessionId>,
    expires_at: DateTime<Utc>,
}

impl HalfWay {
    /// After a password that was given for this request.
    pub(crate) fn after_password(visit: &Visit, account: &Account, evidence: Evidence, keep: bool) -> Self {
        Self {
            organisation: visit.organisation,
            user: account.user.id,
            evidence,
            keep,
            session: None,
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
            expires_at: visit.now + LIFETIME,
        })
    }

    /// Whether it still stands for this account and visit.
    fn stands(&self, visit: &Visit, account: &Account) -> bool {
        let password_is_older = account
            .password
            .as_ref()
            .is_some_and(|password| password.changed_at <= self.evidence.first_factor_at);
        let session = visit.session.as_ref().map(|session| session.id);
        self.organisation == visit.organisation
            && visit.now < self.expires_at
            && account.user.active
            && password_is_older
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
        // From the database, not from memory: what was changed a moment ago counts.
        let account = self.store.account_by_id(visit.organisation, half_way.user).await?;
        let Some(account) = account.filter(|account| half_way.stands(visit, account)) else {
            return Ok(SignIn::Challenge(passive.challenge(None, None)));
        };
        let username = account.user.upn.to_string();
        let challenge = |failure| SecondFactorChallenge {
            username: username.clone(),
            failure: Some(failure),
            half_way: half_way.clone(),
        };
        if let Verdict::Wait(wait) = self.may_try(visit, &username).await? {
            return Ok(SignIn::SecondFactor(challenge(Failure::Wait { seconds: seconds_of(wait) })));
        }
        let Some(kind) = self.check_code(visit, &account, &code).await? else {
            self.tried_in_vain(visit, &username);
            self.record_wrong_code(&passive.asking, &account, code.kind()).await?;
            return Ok(SignIn::SecondFactor(challenge(Failure::Credentials)));
        };
        self.tried_with_success(visit, &account);
        let familiarity = self.familiarity(visit, &account.user.upn).await?;
        let evidence = half_way.evidence.with_second_factor(kind, visit.now);
        let prompted = half_way.session.is_none();
        match passive.decide(Some(&Person { account: &account, evidence, prompted })) {
            Decision::Permit(permit) => {
                let beginning = Beginning { keep: half_way.keep, familiarity };
                self.issue_to_browser(&passive, &account, permit, Some(beginning)).await
            }
            Decision::Challenge(_) => Ok(SignIn::Challenge(passive.challenge(Some(&account), None))),
            Decision::Deny(denial) => self
                .refuse(&passive.asking, Some(&account), RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused),
        }
    }

    /// What a code proved; nothing when it is wrong or was used before. Whichever it is, it is used now.
    async fn check_code(
        &self,
        visit: &Visit,
        account: &Account,
        code: &Code,
    ) -> Result<Option<Mechanism>, StsError> {
        let (organisation, user) = (visit.organisation, account.user.id);
        let is_right = match code {
            Code::Totp(typed) => {
                let record = self.store.totp(organisation, user).await?;
                let secret = record.map(|record| TotpSecret::from_stored(record.secret));
                match secret.and_then(|secret| secret.step_of(typed, visit.now)) {
                    Some(step) => self.store.take_totp_step(organisation, user, step).await?,
                    None => false,
                }
            }
            Code::Recovery(typed) => match RecoveryCode::parse(typed) {
                Some(code) => self.store.spend_recovery_code(organisation, user, &code.hash(user)).await?,
                None => false,
            },
        };
        Ok(is_right.then_some(code.kind()))
    }
}

impl Code {
    const fn kind(&self) -> Mechanism {
        match self {
            Self::Totp(_) => Mechanism::Totp,
            Self::Recovery(_) => Mechanism::RecoveryCode,
        }
    }
}
