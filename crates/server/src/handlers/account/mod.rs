//! The portal: what people see of their own account, and change.
//!
//! Whoever comes without a session, or without a proof that is fresh enough for what they want, signs in first and comes
//! back to the page; what was posted is not kept for them.

mod app;
mod not_me;
mod overview;
mod passkeys;
mod password;
mod recovery_codes;

pub(crate) use app::{confirm_app, remove_app, show_app};
pub(crate) use not_me::{ask_stranger, report_stranger};
pub(crate) use overview::{activity, end_session, show};
pub(crate) use passkeys::{add_passkey, remove_passkey, show_passkeys};
pub(crate) use password::{change_password, show_password};
pub(crate) use recovery_codes::{offer_codes, renew_codes};

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use sts::{Destination, NewSession, Owner, PortalPage, Proof, ProvenOwner, RecoveryCodes, Visit};

use crate::edge::{Act, open_act, seal_act};
use crate::page::{Reach, rendered, see_other};
use crate::routes::path_of;
use crate::stage::Stage;
use crate::stop::Stop;
use crate::views::CodesPage;

/// What a button of the portal sends.
#[derive(Deserialize)]
pub(crate) struct ActForm {
    /// What it does, sealed.
    act: String,
}

/// The visit of somebody in front of their own account; or the page that asks them to sign in first.
async fn owner(stage: &Stage<'_>, page: PortalPage) -> Result<Result<(Visit, Owner), Response>, Stop> {
    let visit = stage.arrival.visit(stage.app, None).await?;
    match stage.app.sts().owner(&visit, page).await? {
        Ok(owner) => Ok(Ok((visit, owner))),
        Err(outcome) => stage.answer(outcome, &Destination::portal(page, Proof::Session)).map(Err),
    }
}

/// The same of somebody who gave every factor a moment ago; or the page that asks for what is missing.
async fn proven_owner(
    stage: &Stage<'_>,
    page: PortalPage,
) -> Result<Result<(Visit, ProvenOwner), Response>, Stop> {
    let visit = stage.arrival.visit(stage.app, None).await?;
    match stage.app.sts().proven_owner(&visit, page).await? {
        Ok(owner) => Ok(Ok((visit, owner))),
        Err(outcome) => stage.answer(outcome, &Destination::portal(page, Proof::Fresh)).map(Err),
    }
}

/// The form that was sent, unless another site sent it (S60).
fn sent<T>(stage: &Stage<'_>, form: Result<Form<T>, FormRejection>) -> Result<T, Stop> {
    if !stage.arrival.may_be_ours {
        return Err(Stop::ORIGIN_FOREIGN);
    }
    form.map(|Form(form)| form).map_err(|_| Stop::BODY_UNREADABLE)
}

/// The act of a button that was made in this session; none when the page has to be looked at again.
fn act_of(stage: &Stage<'_>, owner: &Owner, sealed: &str) -> Result<Option<Act>, Stop> {
    let arrival = stage.arrival;
    open_act(stage.app.sealer(), arrival.organisation.id, owner.session(), sealed, arrival.now)
}

/// A page of the portal as an answer.
fn shown(view: &impl Template) -> Response {
    rendered(StatusCode::OK, &Reach::OwnForms, view)
}

/// What follows a factor that was just set up: codes for the day on which it is lost, when there were none before, or a
/// page of the portal; and the session under its new secret.
fn after_set_up(
    stage: &Stage<'_>,
    owner: &ProvenOwner,
    codes: Option<RecoveryCodes>,
    session: &NewSession,
    next: PortalPage,
) -> Response {
    let response = match codes {
        Some(codes) => shown(&CodesPage::of(stage, owner.owner(), codes)),
        None => see_other(path_of(next)),
    };
    stage.with_session(response, session)
}

/// An act as its button carries it.
fn button(stage: &Stage<'_>, owner: &Owner, act: Act) -> Result<String, Stop> {
    let arrival = stage.arrival;
    Ok(seal_act(stage.app.sealer(), arrival.organisation.id, owner, act, arrival.now)?)
}
