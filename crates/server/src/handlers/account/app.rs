use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use sts::{AppConfirmation, PortalPage, ProvenOwner, Removal};
use zeroize::Zeroizing;

use super::{ActForm, act_of, after_set_up, button, proven_owner, sent};
use crate::app::App;
use crate::edge::{Act, Arrival};
use crate::page::{Reach, rendered, see_other};
use crate::routes::path_of;
use crate::stage::Stage;
use crate::stop::Stop;
use crate::views::{AppPage, QrCode, Who};

/// What the page that sets up an app sends.
#[derive(Deserialize)]
pub(crate) struct ConfirmForm {
    /// The secret that the app should have learnt, sealed.
    act: String,
    #[serde(default)]
    code: String,
}

/// What is to be said on the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    WrongCode,
    Demanded,
}

/// Shows a secret for an authenticator app, as a picture and as text.
pub(crate) async fn show_app(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let shown = async {
        match proven_owner(&stage, PortalPage::AuthenticatorApp).await? {
            Ok((_, owner)) => set_up(&stage, &owner, None, Said::Nothing),
            Err(sign_in) => Ok(sign_in),
        }
    };
    shown.await.unwrap_or_else(|stop| stage.stopped(&stop))
}

fn set_up(
    stage: &Stage<'_>,
    owner: &ProvenOwner,
    secret: Option<&str>,
    said: Said,
) -> Result<Response, Stop> {
    let app = stage.app.sts().set_up_app(owner, secret)?;
    let owner = owner.owner();
    let has_app = owner.account().totp_since.is_some();
    let status = if said == Said::Nothing { StatusCode::OK } else { StatusCode::FORBIDDEN };
    let page = AppPage {
        face: &stage.arrival.face,
        language: stage.language(),
        who: Who::of(owner),
        act: button(stage, owner, Act::SetUpApp(app.secret.to_string()))?,
        picture: QrCode::of(&app.uri)?,
        uri: app.uri,
        secret: app.secret,
        is_wrong: said == Said::WrongCode,
        remove: if has_app { Some(button(stage, owner, Act::RemoveApp)?) } else { None },
        is_demanded: said == Said::Demanded,
    };
    Ok(rendered(status, &Reach::OwnForms, &page))
}

/// Takes a code of the app, and makes the app a second factor.
pub(crate) async fn confirm_app(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let confirmed = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::AuthenticatorApp).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::SetUpApp(secret)) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::AuthenticatorApp)));
        };
        let (secret, code) = (Zeroizing::new(secret), Zeroizing::new(form.code));
        match app.sts().confirm_app(&visit, &owner, &secret, &code).await? {
            AppConfirmation::Wrong => set_up(&stage, &owner, Some(&secret), Said::WrongCode),
            AppConfirmation::Confirmed { codes, session } => {
                Ok(after_set_up(&stage, &owner, codes, &session, PortalPage::Account))
            }
        }
    };
    confirmed.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}

/// Takes the app away.
pub(crate) async fn remove_app(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<ActForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let removed = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::AuthenticatorApp).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::RemoveApp) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::AuthenticatorApp)));
        };
        match app.sts().remove_app(&visit, &owner).await? {
            Removal::Removed => Ok(see_other(path_of(PortalPage::Account))),
            Removal::Demanded => set_up(&stage, &owner, None, Said::Demanded),
        }
    };
    removed.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}
