use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use policy::Mechanism;
use serde::Deserialize;
use sts::{Destination, HalfWay, PasskeyCredentials, SignIn};

use super::posted::{Posted, SealedForm};
use super::sign_in::ask_again;
use crate::app::App;
use crate::edge::{Ceremony, Opened, Standing};
use crate::stage::Stage;
use crate::stop::Stop;

/// What a page that asks for a passkey sends.
#[derive(Deserialize)]
pub(crate) struct PasskeyForm {
    state: String,
    /// What the authenticator answered, as JSON.
    #[serde(default)]
    answer: String,
    #[serde(default)]
    keep: String,
}

impl SealedForm for PasskeyForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// Takes a passkey's answer, and answers the request that the form was made for.
pub(crate) async fn passkey(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, form }: Posted<PasskeyForm>,
) -> Response {
    let Opened { destination, standing, ceremony, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let half_way = match standing {
        Standing::HalfWay(half_way) => Some(half_way),
        Standing::Fresh | Standing::Stale => None,
    };
    let answered = match ceremony {
        Some(ceremony) => with_passkey(&stage, &destination, ceremony, half_way, form).await,
        // A form that asked for no passkey, or of another browser: there is nothing that it could answer (S35).
        None => ask_again(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn with_passkey(
    stage: &Stage<'_>,
    destination: &Destination,
    Ceremony::SignIn(challenge): Ceremony,
    half_way: Option<HalfWay>,
    form: PasskeyForm,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    let credentials = PasskeyCredentials {
        origin: &stage.arrival.face.origin,
        answer: &form.answer,
        challenge,
        half_way,
        keep: !form.keep.is_empty(),
    };
    match stage.app.sts().sign_in_with_passkey(&visit, destination, credentials).await? {
        SignIn::Challenge(challenge) if challenge.failure.is_none() => {
            stage.sign_in_again(&challenge, destination)
        }
        outcome => stage.answer_to(Mechanism::Passkey, outcome, destination),
    }
}
