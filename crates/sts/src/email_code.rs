use authn::{EMAIL_CODE_LIFETIME, EmailCode, RandomnessError, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use mail::{Content, Letter};
use model::Reference;
use policy::Mechanism;
use storage::{Account, EmailCodeLimits, EmailCodeRecord, EntryKind};

use crate::mailbox::private_mailbox;
use crate::notices::language_of;
use crate::outcome::Tried;
use crate::password_check::seconds_of;
use crate::service::entry;
use crate::sign_in::Passive;
use crate::{Destination, Failure, HalfWay, SecurityTokenService, SignIn, StsError, Visit};

/// How often a user is sent a code, whoever asks for it: a mailbox is not to be flooded from here.
const LIMITS: EmailCodeLimits =
    EmailCodeLimits { pause: TimeDelta::minutes(1), codes: 5, window: TimeDelta::hours(1) };

/// Where codes go, for whom a code by mail will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// As much of the address as its owner needs to know it again.
    pub hint: String,
    /// Whether a code was sent that still works.
    pub is_code_under_way: bool,
}

impl SecurityTokenService {
    /// Sends a code to somebody who is half-way, if a code by mail will do for them.
    pub async fn send_code(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let (account, offered) = match self.half_way_account(&passive, &half_way).await? {
            Ok(found) => found,
            Err(ended) => return Ok(ended),
        };
        let failure =
            if offered.has(Mechanism::EmailCode) { self.mail_code(&passive, &account).await? } else { None };
        let tried = failure.map(|failure| Tried { kind: Mechanism::EmailCode, failure });
        self.ask_second_factor(half_way, &account, offered, tried).await
    }

    /// Makes a code and sends it; or says why not.
    async fn mail_code(&self, passive: &Passive<'_>, account: &Account) -> Result<Option<Failure>, StsError> {
        let visit = passive.asking.visit;
        let (user, now) = (&account.user, visit.now);
        if let Verdict::Wait(wait) = self.may_try(visit, user.upn.as_str()).await? {
            return Ok(Some(Failure::Wait { seconds: seconds_of(wait) }));
        }
        let to = match private_mailbox(&self.store, user).await? {
            Ok(to) => to,
            Err(reason) => {
                tracing::warn!(reference = %visit.reference, user = %user.id, %reason, "no code is sent");
                return Ok(Some(Failure::Unsent));
            }
        };
        let code = EmailCode::random()?;
        if !self.store.begin_email_code(visit.organisation, user.id, &code.hash(user.id), LIMITS, now).await?
        {
            return Ok(Some(Failure::Wait { seconds: self.pause(account, visit).await? }));
        }
        let mut row = entry(visit, EntryKind::CodeSent);
        row.user = Some(user.id);
        row.application = Some(passive.asking.relying_party.application.id);
        row.personal["username"] = user.upn.as_str().into();
        row.personal["mailbox"] = to.to_string().into();
        self.journal.record(&row).await?;
        let letter = Letter {
            to,
            language: language_of(user),
            organisation: passive.asking.view.organisation.name.clone(),
            content: Content::Code {
                code: code.written().to_owned(),
                minutes: u32::try_from(EMAIL_CODE_LIFETIME.num_minutes()).unwrap_or_default(),
                occasion: visit.occasion(),
            },
        };
        Ok(self.post(letter, visit.reference).err())
    }

    fn post(&self, letter: Letter, reference: Reference) -> Result<(), Failure> {
        let sent = self.outbox.as_ref().map(|outbox| outbox.send(letter, Some(reference)));
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => {
                tracing::error!(%reference, %error, "no code is sent");
                Err(Failure::Unsent)
            }
            None => Err(Failure::Unsent),
        }
    }

    /// Seconds until another code may be asked for: the pause after the last one, or a while when there were many.
    async fn pause(&self, account: &Account, visit: &Visit) -> Result<u64, StsError> {
        let last = self.store.email_code(visit.organisation, account.user.id).await?;
        let left = last.map_or(TimeDelta::zero(), |last| last.sent_at + LIMITS.pause - visit.now);
        let left = if left > TimeDelta::zero() { left } else { LIMITS.pause * 10 };
        Ok(u64::try_from(left.num_seconds()).unwrap_or_default().max(1))
    }

    /// Whether it is the code that was last sent to the user, in time and for the first time. It is used now.
    pub(crate) async fn is_mailed_code(&self, account: &Account, typed: &str) -> Result<bool, StsError> {
        let (organisation, user) = (account.user.organisation, account.user.id);
        let Some(code) = EmailCode::parse(typed) else { return Ok(false) };
        match self.store.email_code(organisation, user).await? {
            Some(sent) if works(&sent, self.clock.now()) && code.is(user, &sent.hash) => {
                Ok(self.store.spend_email_code(organisation, user, &sent).await?)
            }
            _ => Ok(false),
        }
    }

    /// Where codes go for somebody to whom one is offered.
    pub(crate) async fn mailbox_of(&self, account: &Account) -> Result<Option<Mailbox>, StsError> {
        let Ok(address) = private_mailbox(&self.store, &account.user).await? else { return Ok(None) };
        let sent = self.store.email_code(account.user.organisation, account.user.id).await?;
        let is_code_under_way = sent.is_some_and(|sent| works(&sent, self.clock.now()));
        Ok(Some(Mailbox { hint: address.hint(), is_code_under_way }))
    }
}

/// Whether a code that was sent still works. One from the future never does.
fn works(sent: &EmailCodeRecord, now: DateTime<Utc>) -> bool {
    let age = now - sent.sent_at;
    TimeDelta::zero() <= age && age < EMAIL_CODE_LIFETIME
}

impl From<RandomnessError> for StsError {
    fn from(error: RandomnessError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
