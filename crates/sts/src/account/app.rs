use authn::{RECOVERY_CODES, RecoveryCode, TotpSecret};
use mail::Notice;
use model::{Upn, UserId};
use policy::{Evidence, Mechanism, Mechanisms};
use storage::Transaction;
use zeroize::Zeroizing;

use crate::{NewSession, Owner, ProvenOwner, SecurityTokenService, StsError, Visit};

/// An authenticator app that is being set up: nothing of it is stored before a code has proved that the app has it.
#[derive(Debug)]
pub struct AppSetUp {
    /// What the app has to learn, base 32.
    pub secret: Zeroizing<String>,
    /// The `otpauth:` address that a QR code carries to it.
    pub uri: Zeroizing<String>,
}

/// How the set-up of an app ended.
#[derive(Debug)]
pub enum AppConfirmation {
    /// The code is none of this moment: the app does not have the secret, or a clock is wrong. Nothing was changed.
    Wrong,
    /// The app is a second factor from now on.
    Confirmed {
        /// Codes for the day on which the app is lost, when there were none before.
        codes: Option<RecoveryCodes>,
        /// The session goes on under another secret, with the second factor that was just given (S20).
        session: NewSession,
    },
}

/// Recovery codes as they are shown, this once.
#[derive(Debug)]
pub struct RecoveryCodes(pub Vec<Zeroizing<String>>);

/// How the wish to remove a factor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// An application that the person uses demands a second factor, and there would be none left.
    Demanded,
}

impl AppSetUp {
    /// What a page shows of a secret.
    pub(crate) fn of(organisation: &str, upn: &Upn, secret: &TotpSecret) -> Result<Self, StsError> {
        let uri = secret.uri(organisation, upn);
        let uri = uri.map_err(|error| StsError::Unavailable(error.to_string()))?;
        Ok(Self { secret: secret.to_base32(), uri })
    }
}

impl SecurityTokenService {
    /// Begins to set up an app: a fresh secret, or the one that the page carried before a wrong code.
    pub fn set_up_app(&self, owner: &ProvenOwner, secret: Option<&str>) -> Result<AppSetUp, StsError> {
        let secret = match secret.and_then(TotpSecret::from_base32) {
            Some(secret) => secret,
            None => TotpSecret::random().map_err(|error| StsError::Unavailable(error.to_string()))?,
        };
        let (organisation, _) = owner.owner().ids();
        let name = self.organisation(organisation).map(|organisation| organisation.name.clone());
        let upn = &owner.owner().account.user.upn;
        AppSetUp::of(name.as_deref().unwrap_or("Countersign"), upn, &secret)
    }

    /// Makes the app a second factor, in place of one of before, if the code proves that it has the secret.
    ///
    /// Every other session ends. This one goes on with the second factor that was just given: the person gave the first
    /// one within [`PROOF_LIFETIME`](crate::PROOF_LIFETIME) (decision 0012).
    pub async fn confirm_app(
        &self,
        visit: &Visit,
        owner: &ProvenOwner,
        secret: &str,
        code: &str,
    ) -> Result<AppConfirmation, StsError> {
        let secret = TotpSecret::from_base32(secret);
        let step = secret.as_ref().and_then(|secret| secret.step_of(code, visit.now));
        let (Some(secret), Some(step)) = (secret, step) else { return Ok(AppConfirmation::Wrong) };
        let owner = owner.owner();
        let (organisation, user) = owner.ids();
        let had_codes = self.store.recovery_codes_left(organisation, user).await? > 0;

        let mut change = self.store.begin().await?;
        change.set_totp(organisation, user, secret.as_bytes(), step, visit.now).await?;
        let codes = if had_codes { None } else { Some(new_codes(&mut change, owner, visit).await?) };
        change.end_other_sessions_of_user(organisation, user, owner.session()).await?;
        change.record(&owner.changed(visit, "authenticator app set up")).await?;
        change.commit().await?;
        self.forget(owner);
        self.notify(visit, &owner.account.user, Notice::FactorAdded(Mechanism::Totp)).await;

        let evidence = owner.session.evidence.with_second_factor(Mechanism::Totp, visit.now);
        let session = self.renew(visit, owner, evidence).await?;
        Ok(AppConfirmation::Confirmed { codes, session })
    }

    /// Takes the app away, unless it is the last second factor and one is demanded.
    pub async fn remove_app(&self, visit: &Visit, owner: &ProvenOwner) -> Result<Removal, StsError> {
        let owner = owner.owner();
        let (organisation, user) = owner.ids();
        let left = owner.account.second_factors().and(Mechanisms::NONE.with(Mechanism::Passkey));
        if left.is_empty() && self.is_second_factor_demanded(owner).await? {
            return Ok(Removal::Demanded);
        }
        let mut change = self.store.begin().await?;
        change.remove_totp(organisation, user).await?;
        change.end_other_sessions_of_user(organisation, user, owner.session()).await?;
        change.record(&owner.changed(visit, "authenticator app removed")).await?;
        change.commit().await?;
        self.forget(owner);
        self.notify(visit, &owner.account.user, Notice::FactorRemoved(Mechanism::Totp)).await;
        Ok(Removal::Removed)
    }

    /// Makes new recovery codes; those of before are void.
    pub async fn renew_recovery_codes(
        &self,
        visit: &Visit,
        owner: &ProvenOwner,
    ) -> Result<RecoveryCodes, StsError> {
        let owner = owner.owner();
        let mut change = self.store.begin().await?;
        let codes = new_codes(&mut change, owner, visit).await?;
        change.record(&owner.changed(visit, "recovery codes renewed")).await?;
        change.commit().await?;
        self.notify(visit, &owner.account.user, Notice::FactorAdded(Mechanism::RecoveryCode)).await;
        Ok(codes)
    }

    /// Whether an application that the person may use demands a second factor of everybody.
    pub(super) async fn is_second_factor_demanded(&self, owner: &Owner) -> Result<bool, StsError> {
        let view = self.directory.view(owner.account.user.organisation).await?;
        Ok(view.relying_parties().any(|relying_party| {
            let application = &relying_party.application;
            application.enabled && application.second_factor && relying_party.is_granted_to(&owner.account)
        }))
    }

    /// Goes on with the session under another secret and with other evidence.
    pub(crate) async fn renew(
        &self,
        visit: &Visit,
        owner: &Owner,
        evidence: Evidence,
    ) -> Result<NewSession, StsError> {
        let previous = &owner.session;
        let (secret, session) =
            self.sessions.renew(previous, evidence, previous.persistent, None, visit.now).await?;
        Ok(NewSession { secret, persistent: session.persistent })
    }
}

pub(super) async fn new_codes(
    change: &mut Transaction,
    owner: &Owner,
    visit: &Visit,
) -> Result<RecoveryCodes, StsError> {
    let (organisation, user) = owner.ids();
    let (codes, hashes) = fresh_codes(user)?;
    change.replace_recovery_codes(organisation, user, &hashes, visit.now).await?;
    Ok(codes)
}

/// Fresh codes as they are shown, and as they are stored.
pub(crate) fn fresh_codes(user: UserId) -> Result<(RecoveryCodes, Vec<[u8; 32]>), StsError> {
    let codes = (0..RECOVERY_CODES).map(|_| RecoveryCode::random()).collect::<Result<Vec<_>, _>>();
    let codes = codes.map_err(|error| StsError::Unavailable(error.to_string()))?;
    let hashes = codes.iter().map(|code| code.hash(user)).collect();
    Ok((RecoveryCodes(codes.iter().map(RecoveryCode::written).collect()), hashes))
}
