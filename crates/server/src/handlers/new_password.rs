use std::sync::Arc;

use authn::Password;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sts::{Destination, HalfWay, SignIn, TypedPassword};

use super::posted::{Posted, SealedForm};
use super::sign_in::ask_again;
use crate::app::App;
use crate::edge::{Opened, Standing};
use crate::stage::Stage;
use crate::stop::Stop;

/// What the page for a new password sends.
#[derive(Deserialize)]
pub(crate) struct NewPasswordForm {
    state: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    again: String,
}

impl SealedForm for NewPasswordForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// Takes a new password of somebody who proved everything else, and answers the request that the form was made for. A form
/// that knows of nobody half-way begins at the beginning, whatever is typed into it (S23).
pub(crate) async fn new_password(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, form }: Posted<NewPasswordForm>,
) -> Response {
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let answered = match standing {
        Standing::HalfWay(half_way) => set(&stage, &destination, half_way, form).await,
        Standing::Fresh | Standing::Stale => ask_again(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn set(
    stage: &Stage<'_>,
    destination: &Destination,
    half_way: HalfWay,
    form: NewPasswordForm,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    let typed = typed(form.new_password, form.again);
    match stage.app.sts().sign_in_with_new_password(&visit, destination, half_way, typed).await? {
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, destination),
        outcome => stage.answer(outcome, destination),
    }
}

/// A new password as two fields of a form have it.
pub(super) fn typed(new: String, again: String) -> TypedPassword {
    let is_empty = new.is_empty();
    TypedPassword { new: Password::parse(new).ok(), again: Password::parse(again).ok(), is_empty }
}
