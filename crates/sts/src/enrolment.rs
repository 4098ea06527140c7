use std::fmt;

use authn::{AccessCode, TotpSecret};
use chrono::TimeDelta;
use policy::{Decision, Denial, Mechanism, Mechanisms};
use serde::{Deserialize, Serialize};
use storage::{Account, EntryKind};

use crate::account::fresh_codes;
use crate::asking::Person;
use crate::service::entry;
use crate::sign_in::Passive;
use crate::{
    AppSetUp, Destination, HalfWay, RecoveryCodes, RefusalCode, SecurityTokenService, SignIn, StsError, Visit,
};

/// What the page that sets up a second factor during a sign-in has to show.
#[derive(Debug)]
pub struct EnrolmentChallenge {
    /// Who is half-way, by sign-in name.
    pub username: String,
    /// The app that is being set up.
    pub app: AppSetUp,
    /// How many days it may be put off; none: it is done now.
    pub days_left: Option<u64>,
    /// Whether a code was given that does not prove the app.
    pub is_wrong: bool,
    /// What the code has to come back with.
    pub half_way: HalfWay,
}

/// What the page after that has to show.
#[derive(Debug)]
pub struct Enrolled {
    /// Who it is, by sign-in name.
    pub username: String,
    /// Recovery codes, when there were none before.
    pub codes: Option<RecoveryCodes>,
    /// What leads on.
    pub half_way: HalfWay,
}

/// How far somebody half-way is with a second factor of their own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Enrolling {
    /// An app with this secret, base 32, waits for its first code.
    App { secret: String, by_access_code: bool },
    /// It is set up.
    Done { by_access_code: bool },
}

impl fmt::Debug for Enrolling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::App { .. } => "App(hidden)",
            Self::Done { .. } => "Done",
        })
    }
}

impl SecurityTokenService {
    /// How many days somebody may put off what rules or the application demand; none: it is done now, as always when the
    /// request itself demands it (WSF-07).
    pub(crate) async fn days_left(
        &self,
        passive: &Passive<'_>,
        account: &Account,
    ) -> Result<Option<u64>, StsError> {
        let grace = TimeDelta::days(passive.asking.view.policy.enrolment().grace_days.into());
        if grace.is_zero() || passive.demand().multifactor {
            return Ok(None);
        }
        let (now, user) = (passive.asking.visit.now, &account.user);
        let since = self.store.enrolment_demanded_since(user.organisation, user.id, now).await?;
        let left = since + grace - now;
        let days = u64::try_from(left.num_seconds()).unwrap_or_default().div_ceil(24 * 60 * 60);
        Ok((days > 0).then_some(days))
    }

    /// What becomes of a sign-in at which a second factor is demanded that the person does not have: one of these would
    /// do. Whoever gave the first factor for this very request may set one up; nobody else is asked to (decision 0012).
    pub(crate) async fn enrol_or_refuse(
        &self,
        passive: &Passive<'_>,
        account: &Account,
        half_way: HalfWay,
        which: Mechanisms,
    ) -> Result<SignIn, StsError> {
        if half_way.is_prompted() && which.has(Mechanism::Totp) && account.totp_since.is_none() {
            let days_left = self.days_left(passive, account).await?;
            return ask_to_enrol(passive, account, half_way, days_left, false);
        }
        let code = RefusalCode::Policy(Denial::SecondFactorNotEnrolled(which));
        self.refuse(&passive.asking, Some(account), code).await.map(SignIn::Refused)
    }

    /// Takes the first code of the app that somebody half-way has just set up. It is their second factor from then on, and
    /// was just given.
    pub async fn enrol_with_code(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
        code: &str,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let Some((account, secret, by_access_code)) = self.enrolling(&passive, &half_way).await? else {
            return Ok(SignIn::Challenge(passive.challenge(None, None)));
        };
        let Some(step) = secret.step_of(code, visit.now) else {
            let days_left = if by_access_code { None } else { self.days_left(&passive, &account).await? };
            return enrolment_page(&passive, &account, half_way, &secret, days_left, true);
        };
        let (organisation, user) = (account.user.organisation, account.user.id);
        let keeps_codes = !by_access_code && self.store.recovery_codes_left(organisation, user).await? > 0;

        let mut change = self.store.begin().await?;
        change.set_totp(organisation, user, secret.as_bytes(), step, visit.now).await?;
        let codes = if keeps_codes {
            None
        } else {
            let (codes, hashes) = fresh_codes(user)?;
            change.replace_recovery_codes(organisation, user, &hashes, visit.now).await?;
            Some(codes)
        };
        change.forget_enrolment_demand(organisation, user).await?;
        change.end_sessions_of_user(organisation, user).await?;
        let mut row = entry(visit, EntryKind::AccountChanged);
        row.user = Some(user);
        row.detail["by"] = if by_access_code { "access code" } else { "owner" }.into();
        row.detail["change"] = "authenticator app set up".into();
        row.personal["upn"] = account.user.upn.as_str().into();
        change.record(&row).await?;
        change.commit().await?;
        self.directory.forget(user);
        self.sessions.forget_user(organisation, user);

        let half_way =
            half_way.with_second_factor(Mechanism::Totp, visit, Enrolling::Done { by_access_code });
        Ok(SignIn::Enrolled(Box::new(Enrolled { username: account.user.upn.to_string(), codes, half_way })))
    }

    /// Goes on to where somebody wanted to go who has set up a second factor. Whoever could do so by an access code alone
    /// signs in anew: it is evidence of nothing (S86).
    pub async fn go_on_enrolled(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let account = self.standing_account(visit, &half_way).await?;
        match (account, half_way.enrolling()) {
            (Some(account), Some(&Enrolling::Done { by_access_code: false }))
                if account.totp_since.is_some() =>
            {
                let evidence = half_way.evidence();
                self.conclude(&passive, &account, evidence, half_way).await
            }
            (account, _) => Ok(SignIn::Challenge(passive.challenge(account.as_ref(), None))),
        }
    }

    /// Lets somebody go on who puts it off, while there are days left.
    pub async fn put_off_enrolment(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let Some((account, _, false)) = self.enrolling(&passive, &half_way).await? else {
            return Ok(SignIn::Challenge(passive.challenge(None, None)));
        };
        if self.days_left(&passive, &account).await?.is_none() {
            return Ok(SignIn::Challenge(passive.challenge(Some(&account), None)));
        }
        let person = Person { account: &account, evidence: half_way.evidence(), prompted: true };
        match passive.decide_waiting(Some(&person)) {
            Decision::Permit(permit) => self.begin(&passive, &account, permit, &half_way).await,
            _ => Ok(SignIn::Challenge(passive.challenge(Some(&account), None))),
        }
    }

    /// Takes a temporary access code of somebody half-way, and lets them set up another second factor; none when it is
    /// not theirs, was used or is too old (S86).
    pub(crate) async fn enrol_by_access_code(
        &self,
        passive: &Passive<'_>,
        account: &Account,
        half_way: &HalfWay,
        code: &AccessCode,
    ) -> Result<Option<SignIn>, StsError> {
        let (visit, user) = (passive.asking.visit, &account.user);
        if !half_way.is_prompted() {
            return Ok(None);
        }
        let mut change = self.store.begin().await?;
        if !change.spend_access_code(user.organisation, user.id, &code.hash(user.id), visit.now).await? {
            return Ok(None);
        }
        let mut row = entry(visit, EntryKind::AccountChanged);
        row.user = Some(user.id);
        row.detail["by"] = "access code".into();
        row.detail["change"] = "temporary access code used".into();
        row.personal["upn"] = user.upn.as_str().into();
        change.record(&row).await?;
        change.commit().await?;
        ask_to_enrol(passive, account, half_way.clone(), None, true).map(Some)
    }

    /// Somebody half-way who sets up an app, as long as that is still what is lacking; the secret of the app; and whether
    /// an access code opened it.
    async fn enrolling(
        &self,
        passive: &Passive<'_>,
        half_way: &HalfWay,
    ) -> Result<Option<(Account, TotpSecret, bool)>, StsError> {
        let Some(Enrolling::App { secret, by_access_code }) = half_way.enrolling() else { return Ok(None) };
        let (Some(secret), Some(account)) =
            (TotpSecret::from_base32(secret), self.standing_account(passive.asking.visit, half_way).await?)
        else {
            return Ok(None);
        };
        let person = Person { account: &account, evidence: half_way.evidence(), prompted: true };
        let is_lacking = account.totp_since.is_none()
            && matches!(
                passive.decide(Some(&person)),
                Decision::Deny(Denial::SecondFactorNotEnrolled(which)) if which.has(Mechanism::Totp)
            );
        Ok((*by_access_code || is_lacking).then_some((account, secret, *by_access_code)))
    }
}

fn ask_to_enrol(
    passive: &Passive<'_>,
    account: &Account,
    half_way: HalfWay,
    days_left: Option<u64>,
    by_access_code: bool,
) -> Result<SignIn, StsError> {
    let secret = TotpSecret::random().map_err(|error| StsError::Unavailable(error.to_string()))?;
    let enrolling = Enrolling::App { secret: secret.to_base32().to_string(), by_access_code };
    enrolment_page(passive, account, half_way.setting_up(enrolling), &secret, days_left, false)
}

fn enrolment_page(
    passive: &Passive<'_>,
    account: &Account,
    half_way: HalfWay,
    secret: &TotpSecret,
    days_left: Option<u64>,
    is_wrong: bool,
) -> Result<SignIn, StsError> {
    let app = AppSetUp::of(&passive.asking.view.organisation.name, &account.user.upn, secret)?;
    let username = account.user.upn.to_string();
    Ok(SignIn::Enrolment(Box::new(EnrolmentChallenge { username, app, days_left, is_wrong, half_way })))
}
