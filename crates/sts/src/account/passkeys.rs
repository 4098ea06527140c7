use authn::{PasskeyEnrolment, PasskeyRefused};
use mail::Notice;
use policy::{Mechanism, Mechanisms};
use storage::{PasskeyRecord, Refusal, StorageError};

use super::{RecoveryCodes, Removal};
use crate::account::app::new_codes;
use crate::device_label::device_label;
use crate::{NewSession, ProvenOwner, SecurityTokenService, StsError, Visit};

/// Letters of a passkey's name, at most.
const NAME_LIMIT: usize = 60;

/// How a page asks its browser for a new passkey.
#[derive(Debug)]
pub struct PasskeySetUp {
    /// What the browser is given: JSON of `PublicKeyCredentialCreationOptions`.
    pub options: String,
    /// What has to come back beside the answer, sealed and in the same session (S35).
    pub enrolment: PasskeyEnrolment,
    /// A name for it: the browser that makes it.
    pub name: String,
}

/// How the set-up of a passkey ended.
#[derive(Debug)]
pub enum PasskeyConfirmation {
    /// What came back is no new passkey for this page, or the page stood open for too long. Nothing was changed.
    Refused,
    /// The person has as many as there can be.
    Full,
    /// The passkey is theirs from now on.
    Confirmed {
        /// Codes for the day on which it is lost, when there were none before.
        codes: Option<RecoveryCodes>,
        /// The session goes on under another secret, with the second factor that was just given (S20).
        session: NewSession,
    },
}

impl SecurityTokenService {
    /// The passkeys that somebody has.
    pub async fn own_passkeys(&self, owner: &ProvenOwner) -> Result<Vec<PasskeyRecord>, StsError> {
        let (organisation, user) = owner.owner().ids();
        Ok(self.store.passkeys(organisation, user).await?)
    }

    /// Begins to set up a passkey at a page of this origin; nothing where none would work.
    pub fn set_up_passkey(
        &self,
        visit: &Visit,
        owner: &ProvenOwner,
        known: &[PasskeyRecord],
        origin: &str,
    ) -> Result<Option<PasskeySetUp>, StsError> {
        let account = owner.owner().account();
        let Some(ceremonies) = self.passkey_ceremonies(visit.organisation, origin) else { return Ok(None) };
        let (options, enrolment) = ceremonies.begin_enrolment(&account.user, known, visit.now)?;
        Ok(Some(PasskeySetUp { options, enrolment, name: device_label(&visit.user_agent) }))
    }

    /// Makes a new passkey the person's, under a name of theirs.
    ///
    /// Every other session ends. This one goes on with the second factor that was just given: the person gave the first
    /// one within [`PROOF_LIFETIME`](crate::PROOF_LIFETIME) (decision 0012).
    pub async fn confirm_passkey(
        &self,
        visit: &Visit,
        owner: &ProvenOwner,
        enrolment: &PasskeyEnrolment,
        answer: &str,
        (name, origin): (&str, &str),
    ) -> Result<PasskeyConfirmation, StsError> {
        let owner = owner.owner();
        let (organisation, user) = owner.ids();
        let Some(ceremonies) = self.passkey_ceremonies(organisation, origin) else {
            return Ok(PasskeyConfirmation::Refused);
        };
        let name = name_of(name, &visit.user_agent);
        let (passkey, challenge) =
            match ceremonies.finish_enrolment(answer, enrolment, user, name, visit.now)? {
                Ok(made) => made,
                Err(refused) => return Ok(refused_enrolment(visit, &refused)),
            };
        let had_codes = self.store.recovery_codes_left(organisation, user).await? > 0;

        let mut change = self.store.begin().await?;
        match change.insert_passkey(organisation, &passkey, &challenge).await {
            Ok(()) => {}
            Err(StorageError::Refused(Refusal::PasskeysFull)) => return Ok(PasskeyConfirmation::Full),
            Err(StorageError::Refused(Refusal::ChallengeSpent | Refusal::PasskeyTaken)) => {
                return Ok(PasskeyConfirmation::Refused);
            }
            Err(error) => return Err(error.into()),
        }
        let codes = if had_codes { None } else { Some(new_codes(&mut change, owner, visit).await?) };
        change.end_other_sessions_of_user(organisation, user, owner.session()).await?;
        let mut row = owner.changed(visit, "passkey added");
        row.detail["backup_eligible"] = passkey.backup_eligible.into();
        row.personal["passkey"] = passkey.name.into();
        change.record(&row).await?;
        change.commit().await?;
        self.forget(owner);
        self.notify(visit, &owner.account.user, Notice::FactorAdded(Mechanism::Passkey)).await;

        let evidence = owner.session.evidence.with_second_factor(Mechanism::Passkey, visit.now);
        let session = self.renew(visit, owner, evidence).await?;
        Ok(PasskeyConfirmation::Confirmed { codes, session })
    }

    /// Takes a passkey away, unless it is the last second factor and one is demanded. One that is gone already is no
    /// matter.
    pub async fn remove_passkey(
        &self,
        visit: &Visit,
        owner: &ProvenOwner,
        credential: &[u8],
    ) -> Result<Removal, StsError> {
        let owner = owner.owner();
        let (organisation, user) = owner.ids();
        let passkeys = self.store.passkeys(organisation, user).await?;
        let Some(passkey) = passkeys.iter().find(|passkey| passkey.credential == credential) else {
            return Ok(Removal::Removed);
        };
        let others = owner.account.second_factors().and(Mechanisms::NONE.with(Mechanism::Totp));
        if passkeys.len() == 1 && others.is_empty() && self.is_second_factor_demanded(owner).await? {
            return Ok(Removal::Demanded);
        }
        let mut change = self.store.begin().await?;
        change.remove_passkey(organisation, user, credential).await?;
        change.end_other_sessions_of_user(organisation, user, owner.session()).await?;
        let mut row = owner.changed(visit, "passkey removed");
        row.personal["passkey"] = passkey.name.as_str().into();
        change.record(&row).await?;
        change.commit().await?;
        self.forget(owner);
        self.notify(visit, &owner.account.user, Notice::FactorRemoved(Mechanism::Passkey)).await;
        Ok(Removal::Removed)
    }
}

fn refused_enrolment(visit: &Visit, refused: &PasskeyRefused) -> PasskeyConfirmation {
    tracing::info!(reference = %visit.reference, %refused, "a new passkey was refused");
    PasskeyConfirmation::Refused
}

/// What somebody typed as the name, on one line and not too long; or what their browser is called.
fn name_of(typed: &str, user_agent: &str) -> String {
    let printable = typed.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let name: String = printable.collect::<String>().trim().chars().take(NAME_LIMIT).collect();
    if name.is_empty() { device_label(user_agent) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_called_as_its_owner_says_or_by_its_browser() {
        assert_eq!(name_of("  Ada\u{2019}s\nkey ", ""), "Ada\u{2019}s key");
        assert_eq!(name_of(&"x".repeat(500), "").len(), NAME_LIMIT);
        assert_eq!(name_of(" \t", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"), "Firefox, Linux");
    }
}
