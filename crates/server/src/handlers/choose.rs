use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use policy::Mechanism;
use serde::Deserialize;
use sts::{Destination, HalfWay, SignIn};

use super::mail_code::send;
use super::posted::{Posted, SealedForm};
use super::sign_in::ask_again;
use crate::app::App;
use crate::edge::{Opened, Standing};
use crate::stage::Stage;
use crate::stop::Stop;

/// What the button "another method" sends, and the buttons that it leads to.
#[derive(Deserialize)]
pub(crate) struct ChooseForm {
    state: String,
    #[serde(default)]
    method: String,
}

impl SealedForm for ChooseForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// Shows somebody who is half-way the methods that will do, or the form of the one that they chose.
pub(crate) async fn choose(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, form }: Posted<ChooseForm>,
) -> Response {
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let answered = match standing {
        Standing::HalfWay(half_way) => offer(&stage, &destination, half_way, &form.method).await,
        Standing::Fresh | Standing::Stale => ask_again(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn offer(
    stage: &Stage<'_>,
    destination: &Destination,
    half_way: HalfWay,
    method: &str,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    match stage.app.sts().second_factors(&visit, destination, half_way).await? {
        SignIn::SecondFactor(challenge) => {
            match Mechanism::from_name(method).filter(|kind| challenge.offered.has(*kind)) {
                Some(Mechanism::EmailCode) => send(stage, destination, challenge.half_way).await,
                Some(kind) => stage.second_factor_by(kind, &challenge, destination),
                None => stage.choose(&challenge, destination),
            }
        }
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, destination),
        outcome => stage.answer(outcome, destination),
    }
}
