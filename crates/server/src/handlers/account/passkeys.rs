use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use sts::{PasskeyConfirmation, PortalPage, ProvenOwner, Removal, Visit};

use super::{ActForm, act_of, after_set_up, button, proven_owner, sent};
use crate::app::App;
use crate::assets::PASSKEY_SCRIPT;
use crate::edge::{Act, Arrival};
use crate::page::{Reach, rendered, see_other};
use crate::routes::path_of;
use crate::stage::Stage;
use crate::stop::Stop;
use crate::views::{NewPasskey, PasskeyLine, PasskeysPage, PasskeysSaid, Who};

/// What the page that sets up a passkey sends.
#[derive(Deserialize)]
pub(crate) struct AddForm {
    /// What the authenticator was asked, sealed.
    act: String,
    /// What it answered, as JSON.
    #[serde(default)]
    answer: String,
    #[serde(default)]
    name: String,
}

/// Shows somebody's passkeys, and lets them add one.
pub(crate) async fn show_passkeys(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let shown = async {
        match proven_owner(&stage, PortalPage::Passkeys).await? {
            Ok((visit, owner)) => list(&stage, &visit, &owner, None).await,
            Err(sign_in) => Ok(sign_in),
        }
    };
    shown.await.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn list(
    stage: &Stage<'_>,
    visit: &Visit,
    owner: &ProvenOwner,
    said: Option<PasskeysSaid>,
) -> Result<Response, Stop> {
    let sts = stage.app.sts();
    let passkeys = sts.own_passkeys(owner).await?;
    let line = |passkey: &storage::PasskeyRecord| {
        let act = button(stage, owner.owner(), Act::RemovePasskey(passkey.credential.clone()))?;
        Ok::<_, Stop>(PasskeyLine::of(stage.language(), passkey, act))
    };
    let lines = passkeys.iter().map(line).collect::<Result<_, _>>()?;
    let new = match sts.set_up_passkey(visit, owner, &passkeys, &stage.arrival.face.origin)? {
        Some(set_up) => Some(NewPasskey {
            act: button(stage, owner.owner(), Act::AddPasskey(Box::new(set_up.enrolment)))?,
            options: set_up.options,
            name: set_up.name,
        }),
        None => None,
    };
    let page = PasskeysPage {
        face: &stage.arrival.face,
        language: stage.language(),
        who: Who::of(owner.owner()),
        passkeys: lines,
        new,
        said,
        script: &PASSKEY_SCRIPT.path,
    };
    let status = if said.is_none() { StatusCode::OK } else { StatusCode::FORBIDDEN };
    Ok(rendered(status, &Reach::OwnForms, &page))
}

/// Takes a new passkey.
pub(crate) async fn add_passkey(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<AddForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let added = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::Passkeys).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::AddPasskey(enrolment)) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::Passkeys)));
        };
        let named = (form.name.as_str(), arrival.face.origin.as_str());
        match app.sts().confirm_passkey(&visit, &owner, &enrolment, &form.answer, named).await? {
            PasskeyConfirmation::Refused => list(&stage, &visit, &owner, Some(PasskeysSaid::Refused)).await,
            PasskeyConfirmation::Full => list(&stage, &visit, &owner, Some(PasskeysSaid::Full)).await,
            PasskeyConfirmation::Confirmed { codes, session } => {
                Ok(after_set_up(&stage, &owner, codes, &session, PortalPage::Passkeys))
            }
        }
    };
    added.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}

/// Takes a passkey away.
pub(crate) async fn remove_passkey(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<ActForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let removed = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::Passkeys).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::RemovePasskey(credential)) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::Passkeys)));
        };
        match app.sts().remove_passkey(&visit, &owner, &credential).await? {
            Removal::Removed => Ok(see_other(path_of(PortalPage::Passkeys))),
            Removal::Demanded => list(&stage, &visit, &owner, Some(PasskeysSaid::Demanded)).await,
        }
    };
    removed.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}
