use mail::{Content, Language, Letter, MailAddress, Notice, Occasion};
use model::{Organisation, User, UserId};

use crate::device_label::device_label;
use crate::mailbox::private_mailbox;
use crate::{SecurityTokenService, Visit};

/// A letter to the owner of an account about what was done to it.
pub fn notice(
    organisation: &Organisation,
    to: MailAddress,
    user: &User,
    notice: Notice,
    occasion: Occasion,
) -> Letter {
    Letter {
        to,
        language: language_of(user),
        organisation: organisation.name.clone(),
        content: Content::Notice { account: user.upn.to_string(), notice, occasion },
    }
}

/// The language that a user is written to.
pub(crate) fn language_of(user: &User) -> Language {
    user.attributes.first("PreferredLanguage").map(Language::of_tag).unwrap_or_default()
}

impl Visit {
    /// When and from where something was done in this visit.
    pub(crate) const fn occasion(&self) -> Occasion {
        Occasion { at: self.now, address: Some(self.address), reference: Some(self.reference) }
    }
}

impl SecurityTokenService {
    /// Tells the owner of an account what was done to it, outside the mailbox that the account opens. Nobody waits for
    /// the mail server, and what was done stays done whether the letter arrives or not: a failure is in the log.
    pub async fn notify(&self, visit: &Visit, user: &User, what: Notice) {
        let Some(outbox) = &self.outbox else { return };
        let reference = visit.reference;
        let to = match private_mailbox(&self.store, user).await {
            Ok(Ok(to)) => to,
            Ok(Err(reason)) => {
                return tracing::info!(%reference, user = %user.id, %reason, "nobody is notified");
            }
            Err(error) => return tracing::error!(%reference, user = %user.id, %error, "nobody is notified"),
        };
        let Some(organisation) = self.directory.organisation(visit.organisation) else { return };
        let letter = notice(&organisation, to, user, what, visit.occasion());
        if let Err(error) = outbox.send(letter, Some(reference)) {
            tracing::error!(%reference, user = %user.id, %error, "nobody is notified");
        }
    }

    /// Tells somebody of a sign-in with a browser that was not seen before, unless it is the first one at all.
    pub(crate) async fn tell_of_new_device(&self, visit: &Visit, user: UserId) {
        if self.outbox.is_none() {
            return;
        }
        let known = self.store.known_devices(visit.organisation, user).await;
        if !known.is_ok_and(|devices| !devices.is_empty()) {
            return;
        }
        if let Ok(Some(account)) = self.directory.account(visit.organisation, user).await {
            self.notify(visit, &account.user, Notice::NewDevice(device_label(&visit.user_agent))).await;
        }
    }
}
