use authn::{AccountKey, Attempt, Fingerprint, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use model::{Origin, Upn, UserId};
use storage::{Account, EntryKind, Familiarity, PlaceSeen};

use crate::device_label::device_label;
use crate::service::entry;
use crate::{SecurityTokenService, StsError, Visit};

/// How far storage may lag behind the last sign-in at a place: those who sign in daily cost one write a day.
const NEWS: TimeDelta = TimeDelta::days(1);

impl Visit {
    /// Where the visitor is, as far as it can be known again.
    pub fn origin(&self) -> Origin {
        Origin { network: self.address.into(), device: self.device }
    }

    /// One try at the account with a name.
    fn attempt(&self, username: &str) -> Attempt {
        let account = AccountKey::new(self.organisation, username);
        Attempt { account, origin: self.origin(), password: None, at: self.now }
    }
}

impl SecurityTokenService {
    /// Whether the visitor may now try to prove that they are whoever has a name. Every door asks here first, whatever
    /// is tried, so that failures are counted together (S29, WST-05).
    pub(crate) async fn may_try(&self, visit: &Visit, username: &str) -> Result<Verdict, StsError> {
        self.may_try_password(visit, username, None).await
    }

    /// The same of a password. One that is being tried at many accounts waits, whoever's it is, but for those who are no
    /// strangers.
    pub(crate) async fn may_try_password(
        &self,
        visit: &Visit,
        username: &str,
        password: Option<Fingerprint>,
    ) -> Result<Verdict, StsError> {
        let attempt = Attempt { password, ..visit.attempt(username) };
        let verdict = self.attempts.before(&attempt);
        let (Verdict::Wait(_), Ok(upn)) = (verdict, Upn::parse(username)) else { return Ok(verdict) };
        // After a restart only storage knows where the owner signed in. One query, alike for every name: how long an
        // answer takes tells nobody who exists (S30).
        self.familiarity(visit, &upn).await?;
        Ok(self.attempts.before(&attempt))
    }

    /// How familiar the visitor's place is to the account with a name.
    pub(crate) async fn familiarity(&self, visit: &Visit, upn: &Upn) -> Result<Familiarity, StsError> {
        let familiarity = self.store.familiarity(visit.organisation, upn, &visit.origin(), visit.now).await?;
        self.recognise(visit, upn.as_str(), &familiarity);
        Ok(familiarity)
    }

    /// Tells the counters what storage knows of the visitor's place.
    pub(crate) fn recognise(&self, visit: &Visit, username: &str, familiarity: &Familiarity) {
        self.attempts.recognise(&visit.attempt(username), familiarity);
    }

    /// What was tried was wrong.
    pub(crate) fn tried_in_vain(&self, visit: &Visit, username: &str) {
        self.attempts.failed(&visit.attempt(username));
    }

    /// A password was wrong. When it shows that passwords are being sprayed, the alarm is raised, once for each of them.
    pub(crate) async fn password_was_wrong(
        &self,
        visit: &Visit,
        username: &str,
        password: Option<Fingerprint>,
    ) -> Result<(), StsError> {
        if self.attempts.failed(&Attempt { password, ..visit.attempt(username) }) {
            let mut row = entry(visit, EntryKind::Alarm);
            row.detail["code"] = "password_spray".into();
            row.detail["why"] =
                "one password was tried in vain at five accounts; strangers wait with it".into();
            self.journal.record(&row).await?;
            tracing::error!(reference = %visit.reference, "one password is being tried at many accounts");
        }
        Ok(())
    }

    /// Every factor that the account has was given.
    pub(crate) fn tried_with_success(&self, visit: &Visit, account: &Account) {
        self.attempts.succeeded(&visit.attempt(account.user.upn.as_str()));
    }

    /// Keeps where somebody signed in, for the day on which strangers have to wait. Nobody has to fail for it: the next
    /// sign-in there tells it again.
    pub(crate) async fn keep_place(&self, visit: &Visit, user: UserId, known: &Familiarity) {
        let is_old = |seen: Option<DateTime<Utc>>| seen.is_none_or(|seen| visit.now - seen >= NEWS);
        let device_is_news = visit.device.is_some() && is_old(known.device_seen_at);
        if !device_is_news && !is_old(known.network_seen_at) {
            return;
        }
        if visit.device.is_some() && known.device_seen_at.is_none() {
            self.tell_of_new_device(visit, user).await;
        }
        let seen = PlaceSeen {
            organisation: visit.organisation,
            user,
            origin: visit.origin(),
            label: device_label(&visit.user_agent),
            at: visit.now,
        };
        if let Err(error) = self.journal.place_seen(seen).await {
            tracing::warn!(%error, "where somebody signed in was not stored");
        }
    }
}
