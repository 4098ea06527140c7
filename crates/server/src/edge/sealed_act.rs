use authn::PasskeyEnrolment;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, SessionId};
use serde::{Deserialize, Serialize};
use storage::{SealError, Sealer};
use sts::Owner;

use crate::stop::Stop;

/// How long a page of the portal may stand open before its buttons do nothing.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// What a button of the portal does. It travels sealed in the button's form, so that nobody can change whom or what it
/// is about, and another site cannot make one (S60).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Ends one session.
    EndSession(SessionId),
    /// Ends all sessions but this one.
    EndOtherSessions,
    /// Makes the app with this secret, base 32, a second factor.
    SetUpApp(String),
    /// Takes the app away.
    RemoveApp,
    /// Takes a new passkey for an answer to this.
    AddPasskey(Box<PasskeyEnrolment>),
    /// Takes the passkey with this credential id away.
    RemovePasskey(Vec<u8>),
    /// Reports that somebody else was at the account.
    ReportStranger,
    /// Makes new recovery codes.
    RenewRecoveryCodes,
    /// Makes what is typed beside it the password.
    ChangePassword,
}

#[derive(Serialize, Deserialize)]
struct SealedAct {
    #[serde(rename = "s")]
    session: SessionId,
    #[serde(rename = "e")]
    expires_at: i64,
    #[serde(rename = "a")]
    act: Act,
}

/// Seals an act for whoever looks at the page: it is good in this session alone, for an hour.
pub(crate) fn seal_act(
    sealer: &Sealer,
    organisation: OrganisationId,
    owner: &Owner,
    act: Act,
    now: DateTime<Utc>,
) -> Result<String, SealError> {
    let field = SealedAct { session: owner.session(), expires_at: (now + LIFETIME).timestamp(), act };
    let plaintext = serde_json::to_vec(&field).unwrap_or_default();
    Ok(URL_SAFE_NO_PAD.encode(sealer.seal(&context(organisation), &plaintext)?))
}

/// Opens an act that was made for the session it comes back with; none when it was made for another or is too old.
pub(crate) fn open_act(
    sealer: &Sealer,
    organisation: OrganisationId,
    session: SessionId,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Option<Act>, Stop> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Stop::FORM_BROKEN)?;
    let plaintext = sealer.unseal(&context(organisation), &bytes).map_err(|_| Stop::FORM_BROKEN)?;
    let field: SealedAct = serde_json::from_slice(&plaintext).map_err(|_| Stop::FORM_BROKEN)?;
    let is_good = field.session == session && now.timestamp() < field.expires_at;
    Ok(is_good.then_some(field.act))
}

/// What the field is for: it opens nowhere else.
fn context(organisation: OrganisationId) -> String {
    format!("portal form of {organisation}")
}
