use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use model::{User, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::{PasskeyRecord, PasskeyUse, SpentChallenge};
use thiserror::Error;
use url::Url;
use webauthn_rs::prelude::{
    Credential, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

/// How long an answer to a challenge is accepted: the longest that WebAuthn Level 3, section 15.1, recommends to wait
/// for a person.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// The ceremonies for passkeys and security keys (WebAuthn Level 3) of one organisation at one of its addresses.
///
/// User verification is demanded in each, so that a passkey is two factors by itself: the device, and what opens it. An
/// answer counts for one origin, the one that asked, compared exactly (S35).
pub struct PasskeyCeremonies(Webauthn);

/// A question that one passkey may answer once: what has to come back beside the answer.
///
/// Whoever holds one can have it answered; sealing it, binding it to a browser, and remembering that it was answered is
/// the work of others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasskeyChallenge {
    #[serde(rename = "s")]
    state: DiscoverableAuthentication,
    #[serde(rename = "e", with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

/// The same for a passkey that is being enrolled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasskeyEnrolment {
    #[serde(rename = "s")]
    state: PasskeyRegistration,
    #[serde(rename = "u")]
    user: UserId,
    #[serde(rename = "e", with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

/// What a browser brought from an authenticator. Nothing of it is proved yet.
pub struct PasskeyAnswer(PublicKeyCredential);

/// Whose passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyOwner {
    /// Anybody's: the passkey itself says whose it is.
    Anybody,
    /// That of somebody whose first factor is proved.
    User(UserId),
}

/// Why an answer does not count.
#[derive(Debug, Error)]
pub enum PasskeyRefused {
    /// Nobody waited so long.
    #[error("the challenge is too old")]
    Expired,
    /// S35: the passkey is another user's than the one asked for, or than the authenticator says.
    #[error("the passkey is another user's")]
    ForeignUser,
    /// S35: the signature counter did not grow, so that there are two copies of what must not be copied.
    #[error("the signature counter did not grow: the authenticator may have been copied")]
    Copied,
    /// What came is no answer of an authenticator.
    #[error("the browser brought no answer that can be read")]
    Unreadable,
    /// It does not answer this challenge, here, with user verification, or its signature is wrong.
    #[error("the answer does not hold: {0}")]
    Wrong(WebauthnError),
}

impl PasskeyRefused {
    /// The stable name in the ledger.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Expired => "passkey_challenge_expired",
            Self::ForeignUser => "passkey_of_another_user",
            Self::Copied => "passkey_copied",
            Self::Unreadable => "passkey_answer_unreadable",
            Self::Wrong(_) => "passkey_answer_wrong",
        }
    }
}

/// Why there can be no ceremony.
#[derive(Debug, Error)]
pub enum PasskeyError {
    /// The page is not at the domain that the organisation's passkeys are bound to.
    #[error("passkeys of {domain} do not work at {origin}; the base URL has to be in that domain")]
    OutsideDomain {
        /// What the passkeys are bound to.
        domain: String,
        /// Where the page is.
        origin: String,
    },
    /// The library could not begin.
    #[error("a challenge for a passkey cannot be made")]
    Challenge(#[source] WebauthnError),
    /// What is stored, or is to be stored, is no passkey.
    #[error("a stored passkey cannot be read or written")]
    Stored(#[source] serde_json::Error),
}

impl PasskeyCeremonies {
    /// The ceremonies of pages at `origin`, for passkeys that are bound to `domain`.
    pub fn at(domain: &str, origin: &str) -> Result<Self, PasskeyError> {
        let outside = || PasskeyError::OutsideDomain { domain: domain.to_owned(), origin: origin.to_owned() };
        let origin = Url::parse(origin).map_err(|_| outside())?;
        WebauthnBuilder::new(domain, &origin)
            .and_then(WebauthnBuilder::build)
            .map(Self)
            .map_err(|_| outside())
    }

    /// Asks for a passkey. `known` are those of a person whose first factor is proved, and empty for anybody else: a
    /// page must not tell what passkeys belong to a name (S35).
    ///
    /// Gives what the page hands to its browser, the JSON of `publicKey`, and what has to come back beside the answer.
    pub fn challenge(
        &self,
        known: &[PasskeyRecord],
        now: DateTime<Utc>,
    ) -> Result<(String, PasskeyChallenge), PasskeyError> {
        let (asked, state) = self.0.start_discoverable_authentication().map_err(PasskeyError::Challenge)?;
        let mut options = serde_json::to_value(asked.public_key).map_err(PasskeyError::Stored)?;
        options["allowCredentials"] = descriptors(known);
        Ok((options.to_string(), PasskeyChallenge { state, expires_at: now + CHALLENGE_LIFETIME }))
    }

    /// Holds an answer against its challenge and the stored passkey. What it gives counts only once storage has
    /// [taken](storage::Store::take_passkey_answer) it.
    pub fn verify(
        &self,
        answer: &PasskeyAnswer,
        challenge: PasskeyChallenge,
        record: &PasskeyRecord,
        owner: PasskeyOwner,
        now: DateTime<Utc>,
    ) -> Result<Result<PasskeyUse, PasskeyRefused>, PasskeyError> {
        if now >= challenge.expires_at {
            return Ok(Err(PasskeyRefused::Expired));
        }
        if !answer.is_of(record, owner) {
            return Ok(Err(PasskeyRefused::ForeignUser));
        }
        let spent = challenge.spent()?;
        let mut passkey: Passkey = serde_json::from_str(&record.public_key).map_err(PasskeyError::Stored)?;
        let result = match self.0.finish_discoverable_authentication_v2(&answer.0, challenge.state, &passkey)
        {
            Ok(result) => result,
            Err(WebauthnError::CredentialPossibleCompromise) => return Ok(Err(PasskeyRefused::Copied)),
            Err(error) => return Ok(Err(PasskeyRefused::Wrong(error))),
        };
        passkey.update_credential(&result);
        Ok(Ok(PasskeyUse {
            credential: record.credential.clone(),
            public_key: serde_json::to_string(&passkey).map_err(PasskeyError::Stored)?,
            sign_count: result.counter(),
            backed_up: result.backup_state(),
            challenge: spent,
        }))
    }

    /// Asks a person's authenticator for a new passkey, unless it is one that the person has enrolled already; gives
    /// what [`challenge`](Self::challenge) gives.
    pub fn begin_enrolment(
        &self,
        user: &User,
        known: &[PasskeyRecord],
        now: DateTime<Utc>,
    ) -> Result<(String, PasskeyEnrolment), PasskeyError> {
        let exclude = known.iter().map(|record| record.credential.clone()).collect();
        let (asked, state) = self
            .0
            .start_passkey_registration(
                user.id.as_uuid(),
                user.upn.as_str(),
                &user.display_name(),
                Some(exclude),
            )
            .map_err(PasskeyError::Challenge)?;
        let mut options = serde_json::to_value(asked.public_key).map_err(PasskeyError::Stored)?;
        // A key that keeps it finds it without a name being typed; one that is full still is a second factor.
        options["authenticatorSelection"]["residentKey"] = json!("preferred");
        let expires_at = now + CHALLENGE_LIFETIME;
        Ok((options.to_string(), PasskeyEnrolment { state, user: user.id, expires_at }))
    }

    /// Reads a new passkey, called `name` by its owner. The challenge it answered is to be spent with it.
    pub fn finish_enrolment(
        &self,
        answer: &str,
        enrolment: &PasskeyEnrolment,
        user: UserId,
        name: String,
        now: DateTime<Utc>,
    ) -> Result<Result<(PasskeyRecord, SpentChallenge), PasskeyRefused>, PasskeyError> {
        if now >= enrolment.expires_at {
            return Ok(Err(PasskeyRefused::Expired));
        }
        if enrolment.user != user {
            return Ok(Err(PasskeyRefused::ForeignUser));
        }
        let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else {
            return Ok(Err(PasskeyRefused::Unreadable));
        };
        let passkey = match self.0.finish_passkey_registration(&answer, &enrolment.state) {
            Ok(passkey) => passkey,
            Err(error) => return Ok(Err(PasskeyRefused::Wrong(error))),
        };
        let public_key = serde_json::to_string(&passkey).map_err(PasskeyError::Stored)?;
        let credential = Credential::from(passkey);
        let record = PasskeyRecord {
            credential: credential.cred_id.clone(),
            user,
            name,
            public_key,
            sign_count: credential.counter,
            backup_eligible: credential.backup_eligible,
            backed_up: credential.backup_state,
            made_at: model::to_micros(now),
            last_used_at: None,
        };
        let spent = spent(&enrolment.state, enrolment.expires_at)?;
        Ok(Ok((record, spent)))
    }
}

impl PasskeyChallenge {
    fn spent(&self) -> Result<SpentChallenge, PasskeyError> {
        spent(&self.state, self.expires_at)
    }
}

impl PasskeyAnswer {
    /// Reads what a page sent; nothing when that is no answer of an authenticator.
    pub fn parse(answer: &str) -> Option<Self> {
        serde_json::from_str(answer).ok().map(Self)
    }

    /// The credential that it claims to be of.
    pub fn credential(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// Whether it names the stored passkey's owner as the user handle, and that is who was asked for. Authenticators
    /// leave the handle out where they were told whose passkeys to look for.
    fn is_of(&self, record: &PasskeyRecord, owner: PasskeyOwner) -> bool {
        let named = self.0.get_user_unique_id().map(|handle| handle == record.user.as_uuid().as_bytes());
        match owner {
            PasskeyOwner::Anybody => named == Some(true),
            PasskeyOwner::User(user) => user == record.user && named != Some(false),
        }
    }
}

impl fmt::Debug for PasskeyAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasskeyAnswer(hidden)")
    }
}

impl fmt::Debug for PasskeyCeremonies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PasskeyCeremonies").field(&self.0.get_allowed_origins()).finish()
    }
}

/// What a challenge is remembered by: its whole ceremony, which holds 256 random bits.
fn spent(state: &impl Serialize, expires_at: DateTime<Utc>) -> Result<SpentChallenge, PasskeyError> {
    let written = serde_json::to_vec(state).map_err(PasskeyError::Stored)?;
    Ok(SpentChallenge { hash: Sha256::digest(written).into(), expires_at })
}

fn descriptors(known: &[PasskeyRecord]) -> serde_json::Value {
    let descriptor = |record: &PasskeyRecord| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&record.credential) });
    known.iter().map(descriptor).collect()
}
