use authn::{PasskeyAnswer, PasskeyCeremonies, PasskeyChallenge, PasskeyOwner, PasskeyRefused, Verdict};
use chrono::{DateTime, Utc};
use model::OrganisationId;
use policy::{Evidence, Mechanism};
use storage::{Account, EntryKind, PasskeyRecord, PasskeyTaken};

use crate::outcome::Tried;
use crate::password_check::seconds_of;
use crate::service::entry;
use crate::sign_in::Passive;
use crate::{Destination, Failure, HalfWay, RefusalCode, SecurityTokenService, SignIn, StsError, Visit};

/// How a page asks its browser for a passkey.
#[derive(Debug)]
pub struct PasskeyPrompt {
    /// What the browser is given: JSON of `PublicKeyCredentialRequestOptions`.
    pub options: String,
    /// What has to come back beside the answer, sealed and from the same browser (S35).
    pub challenge: PasskeyChallenge,
}

/// What came back from a browser that was asked for a passkey.
#[derive(Debug)]
pub struct PasskeyCredentials<'a> {
    /// The origin of the page that asked (RFC 6454), of this server's and never of the request's own telling.
    pub origin: &'a str,
    /// What the authenticator answered, as JSON.
    pub answer: &'a str,
    /// The question, from the form that was sealed for this browser.
    pub challenge: PasskeyChallenge,
    /// Who is half-way, where a second factor was asked for.
    pub half_way: Option<HalfWay>,
    /// "Keep me signed in on this device".
    pub keep: bool,
}

/// What an answer came to.
enum PasskeyCheck {
    /// It counts, for this account.
    Right(Account),
    /// It does not. Whose it would have been, and why, for the ledger and for nobody else (S30).
    Wrong { account: Option<Account>, why: &'static str },
    /// It was not looked at, and will not be for so many seconds.
    TooSoon { seconds: u64 },
    /// The page stood open for too long.
    Late,
}

impl SecurityTokenService {
    /// Asks for a passkey at a page of this origin; nothing where none would work. `known` are those of somebody whose
    /// first factor is proved, and empty for anybody else.
    pub fn passkey_prompt(
        &self,
        organisation: OrganisationId,
        origin: &str,
        known: &[PasskeyRecord],
        now: DateTime<Utc>,
    ) -> Result<Option<PasskeyPrompt>, StsError> {
        let Some(ceremonies) = self.passkey_ceremonies(organisation, origin) else { return Ok(None) };
        let (options, challenge) = ceremonies.challenge(known, now)?;
        Ok(Some(PasskeyPrompt { options, challenge }))
    }

    /// Answers a request with a passkey: of anybody, or of somebody who is half-way. Whose it is, the passkey says; no
    /// name that somebody typed counts.
    pub async fn sign_in_with_passkey(
        &self,
        visit: &Visit,
        destination: &Destination,
        credentials: PasskeyCredentials<'_>,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        match &credentials.half_way {
            Some(half_way) => self.with_second_passkey(&passive, half_way, &credentials).await,
            None => self.with_first_passkey(&passive, &credentials).await,
        }
    }

    async fn with_first_passkey(
        &self,
        passive: &Passive<'_>,
        credentials: &PasskeyCredentials<'_>,
    ) -> Result<SignIn, StsError> {
        // What can be decided without the person is decided before the passkey is looked at (S97).
        if let Some(denial) = passive.refusal_of_all(Mechanism::Passkey) {
            return self
                .refuse(&passive.asking, None, RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused);
        }
        let visit = passive.asking.visit;
        let account = match self.check_passkey(visit, credentials, PasskeyOwner::Anybody).await? {
            PasskeyCheck::Right(account) => account,
            PasskeyCheck::Wrong { account, why } => {
                self.record_wrong_passkey(passive, account.as_ref(), why).await?;
                return Ok(SignIn::Challenge(passive.challenge(None, Some(Failure::Passkey))));
            }
            PasskeyCheck::TooSoon { seconds } => {
                return Ok(SignIn::Challenge(passive.challenge(None, Some(Failure::Wait { seconds }))));
            }
            PasskeyCheck::Late => return Ok(SignIn::Challenge(passive.challenge(None, Some(Failure::Late)))),
        };
        let evidence = Evidence::of_passkey(visit.now);
        let half_way = HalfWay::after_first_factor(visit, &account, evidence, credentials.keep);
        self.conclude(passive, &account, evidence, half_way).await
    }

    async fn with_second_passkey(
        &self,
        passive: &Passive<'_>,
        half_way: &HalfWay,
        credentials: &PasskeyCredentials<'_>,
    ) -> Result<SignIn, StsError> {
        let visit = passive.asking.visit;
        let (account, offered) = match self.half_way_account(passive, half_way).await? {
            Ok(found) => found,
            Err(challenge) => return Ok(challenge),
        };
        let again = async |failure| {
            let tried = Tried { kind: Mechanism::Passkey, failure };
            self.ask_second_factor(half_way.clone(), &account, offered, Some(tried)).await
        };
        let owner = PasskeyOwner::User(account.user.id);
        match self.check_passkey(visit, credentials, owner).await? {
            PasskeyCheck::Right(account) => {
                let evidence = half_way.evidence().with_second_factor(Mechanism::Passkey, visit.now);
                self.conclude(passive, &account, evidence, half_way.clone()).await
            }
            PasskeyCheck::Wrong { why, .. } => {
                self.record_wrong_passkey(passive, Some(&account), why).await?;
                again(Failure::Passkey).await
            }
            PasskeyCheck::TooSoon { seconds } => again(Failure::Wait { seconds }).await,
            PasskeyCheck::Late => again(Failure::Late).await,
        }
    }

    /// Looks at an answer, and counts it with all other tries (S29).
    async fn check_passkey(
        &self,
        visit: &Visit,
        credentials: &PasskeyCredentials<'_>,
        owner: PasskeyOwner,
    ) -> Result<PasskeyCheck, StsError> {
        let organisation = visit.organisation;
        let answer = PasskeyAnswer::parse(credentials.answer);
        let record = match &answer {
            Some(answer) => self.store.passkey(organisation, answer.credential()).await?,
            None => None,
        };
        let account = match &record {
            Some(record) => self.store.account_by_id(organisation, record.user).await?,
            None => None,
        };
        // What belongs to nobody counts for nobody's account, and for the address.
        let username = account
            .as_ref()
            .map_or_else(|| "passkey of nobody".to_owned(), |found| found.user.upn.to_string());
        if let Verdict::Wait(wait) = self.may_try(visit, &username).await? {
            return Ok(PasskeyCheck::TooSoon { seconds: seconds_of(wait) });
        }
        let wrong = |account, why| -> Result<PasskeyCheck, StsError> {
            self.tried_in_vain(visit, &username);
            Ok(PasskeyCheck::Wrong { account, why })
        };
        let Some(ceremonies) = self.passkey_ceremonies(organisation, credentials.origin) else {
            return wrong(account, "passkeys_do_not_work_here");
        };
        let (Some(answer), Some(record), Some(account)) = (answer, record, account) else {
            return wrong(None, "passkey_unknown");
        };
        let challenge = credentials.challenge.clone();
        let used = match ceremonies.verify(&answer, challenge, &record, owner, visit.now)? {
            Ok(used) => used,
            Err(PasskeyRefused::Expired) => return Ok(PasskeyCheck::Late),
            Err(refused) => {
                if matches!(refused, PasskeyRefused::Copied) {
                    self.record_copied_passkey(visit, &account, &record).await?;
                }
                tracing::info!(reference = %visit.reference, %refused, "a passkey was refused");
                return wrong(Some(account), refused.code());
            }
        };
        if !account.user.active {
            return wrong(Some(account), "user_disabled");
        }
        match self.store.take_passkey_answer(organisation, &used, visit.now).await? {
            PasskeyTaken::Taken => {}
            PasskeyTaken::Replayed => return wrong(Some(account), "passkey_answer_repeated"),
            PasskeyTaken::Outdated => {
                self.record_copied_passkey(visit, &account, &record).await?;
                return wrong(Some(account), PasskeyRefused::Copied.code());
            }
        }
        self.tried_with_success(visit, &account);
        Ok(PasskeyCheck::Right(account))
    }

    /// The ceremonies of an organisation at an origin; none where its passkeys do not work.
    pub(crate) fn passkey_ceremonies(
        &self,
        organisation: OrganisationId,
        origin: &str,
    ) -> Option<PasskeyCeremonies> {
        let organisation = self.directory.organisation(organisation)?;
        PasskeyCeremonies::at(organisation.passkey_domain.as_deref()?, origin).ok()
    }

    async fn record_wrong_passkey(
        &self,
        passive: &Passive<'_>,
        account: Option<&Account>,
        why: &'static str,
    ) -> Result<(), StsError> {
        let mut row = entry(passive.asking.visit, EntryKind::SignInFailed);
        row.application = Some(passive.asking.relying_party.application.id);
        row.detail["factor"] = Mechanism::Passkey.as_str().into();
        row.detail["why"] = why.into();
        if let Some(account) = account {
            row.user = Some(account.user.id);
            row.personal["username"] = account.user.upn.as_str().into();
        }
        self.journal.record(&row).await?;
        Ok(())
    }

    /// Two devices answer for one passkey: somebody should look at it (S35).
    async fn record_copied_passkey(
        &self,
        visit: &Visit,
        account: &Account,
        record: &PasskeyRecord,
    ) -> Result<(), StsError> {
        let mut row = entry(visit, EntryKind::Alarm);
        row.user = Some(account.user.id);
        row.detail["code"] = PasskeyRefused::Copied.code().into();
        row.detail["made_at"] = record.made_at.to_rfc3339().into();
        row.personal["username"] = account.user.upn.as_str().into();
        row.personal["passkey"] = record.name.as_str().into();
        self.journal.record(&row).await?;
        Ok(())
    }
}

impl From<authn::PasskeyError> for StsError {
    fn from(error: authn::PasskeyError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
