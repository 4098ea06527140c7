use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use policy::Mechanism;
use serde::Deserialize;
use sts::{Destination, HalfWay, SignIn};

use super::posted::{Posted, SealedForm};
use super::sign_in::ask_again;
use crate::app::App;
use crate::edge::{Opened, Standing};
use crate::stage::Stage;
use crate::stop::Stop;

/// What the buttons send that ask for a code by mail.
#[derive(Deserialize)]
pub(crate) struct MailCodeForm {
    state: String,
}

impl SealedForm for MailCodeForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// Sends a code to somebody who is half-way. Nothing is sent by looking at a page (S95).
pub(crate) async fn mail_code(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, .. }: Posted<MailCodeForm>,
) -> Response {
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let answered = match standing {
        Standing::HalfWay(half_way) => send(&stage, &destination, half_way).await,
        Standing::Fresh | Standing::Stale => ask_again(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// Sends the code, and shows the page that asks for it.
pub(super) async fn send(
    stage: &Stage<'_>,
    destination: &Destination,
    half_way: HalfWay,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    match stage.app.sts().send_code(&visit, destination, half_way).await? {
        SignIn::SecondFactor(challenge) => {
            stage.second_factor_by(Mechanism::EmailCode, &challenge, destination)
        }
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, destination),
        outcome => stage.answer(outcome, destination),
    }
}
