use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use sts::{NewPasswordFailure, PasswordChange, PortalPage, ProvenOwner};

use super::{act_of, button, proven_owner, sent};
use crate::app::App;
use crate::edge::{Act, Arrival};
use crate::handlers::new_password::typed;
use crate::page::{Reach, rendered, see_other};
use crate::routes::path_of;
use crate::stage::Stage;
use crate::stop::Stop;
use crate::views::{Notice, OwnPasswordPage, Who};

/// What the page that changes the password sends.
#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    /// What it does, sealed.
    act: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    again: String,
}

/// Asks for a new password.
pub(crate) async fn show_password(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let shown = async {
        match proven_owner(&stage, PortalPage::Password).await? {
            Ok((_, owner)) => ask(&stage, &owner, None).await,
            Err(sign_in) => Ok(sign_in),
        }
    };
    shown.await.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// Makes what was typed the password, and goes on with a session that replaces all others.
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let changed = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::Password).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::ChangePassword) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::Password)));
        };
        match app.sts().change_password(&visit, &owner, typed(form.new_password, form.again)).await? {
            PasswordChange::Refused(failure) => ask(&stage, &owner, Some(failure)).await,
            PasswordChange::Changed(session) => {
                Ok(stage.with_session(see_other(path_of(PortalPage::Account)), &session))
            }
        }
    };
    changed.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}

async fn ask(
    stage: &Stage<'_>,
    owner: &ProvenOwner,
    failure: Option<NewPasswordFailure>,
) -> Result<Response, Stop> {
    let minimum = stage.app.sts().minimum_password_length(owner).await?.into();
    let reference = stage.arrival.reference.to_string();
    let notice =
        failure.map(|failure| Notice::of_new_password(stage.language(), failure, minimum, reference));
    let status = if notice.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OwnPasswordPage {
        face: &stage.arrival.face,
        language: stage.language(),
        who: Who::of(owner.owner()),
        act: button(stage, owner.owner(), Act::ChangePassword)?,
        notice,
        minimum,
    };
    Ok(rendered(status, &Reach::OwnForms, &page))
}
