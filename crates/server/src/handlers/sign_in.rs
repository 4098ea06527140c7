use std::sync::Arc;

use authn::Password;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sts::{Challenge, Code, Credentials, Destination, HalfWay, SignIn};
use zeroize::Zeroizing;

use super::posted::{Posted, SealedForm};
use crate::app::App;
use crate::edge::{Opened, Standing, Trail};
use crate::stage::Stage;
use crate::stop::Stop;

/// What the sign-in page sends.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    state: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    keep: Option<String>,
}

impl SealedForm for SignInForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// What the page for a code sends.
#[derive(Deserialize)]
pub(crate) struct CodeForm {
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    mail_code: String,
    #[serde(default)]
    recovery_code: String,
}

impl SealedForm for CodeForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// What the buttons "try again" and "use a different account" send.
#[derive(Deserialize)]
pub(crate) struct AgainForm {
    state: String,
}

impl SealedForm for AgainForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// Takes name and password, and answers the request that the form was made for.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, form }: Posted<SignInForm>,
) -> Response {
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let answered = match standing {
        Standing::Fresh | Standing::HalfWay(_) => with_password(&stage, &destination, form).await,
        Standing::Stale => ask_again(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// Takes a code of somebody who is half-way, and answers the request that the form was made for. A form that knows of
/// nobody half-way begins at the beginning, whatever is typed into it (S23).
pub(crate) async fn code(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, form }: Posted<CodeForm>,
) -> Response {
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let answered = match standing {
        Standing::HalfWay(half_way) => with_code(&stage, &destination, half_way, form).await,
        Standing::Fresh | Standing::Stale => ask_again(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// Forgets the trail of a loop, and answers its request once more; or begins at the beginning for somebody who is
/// half-way and wants to be somebody else.
pub(crate) async fn again(
    State(app): State<Arc<App>>,
    Posted { arrival, opened, .. }: Posted<AgainForm>,
) -> Response {
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(&app, &arrival, destination.languages(), destination.correlation());
    let answered = match standing {
        Standing::Fresh | Standing::Stale => without_trail(&stage, &destination).await,
        Standing::HalfWay(_) => as_somebody_else(&stage, &destination).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn with_password(
    stage: &Stage<'_>,
    destination: &Destination,
    form: SignInForm,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    let credentials = Credentials {
        username: form.username.trim().to_owned(),
        password: Password::parse(form.password).ok(),
        keep: form.keep.is_some(),
    };
    let outcome = stage.app.sts().sign_in_with_password(&visit, destination, credentials).await?;
    stage.answer(outcome, destination)
}

async fn with_code(
    stage: &Stage<'_>,
    destination: &Destination,
    half_way: HalfWay,
    form: CodeForm,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    // An app may fill in its field by itself; the others are only ever filled in on purpose.
    let code = if !form.mail_code.trim().is_empty() {
        Code::Email(Zeroizing::new(form.mail_code))
    } else if form.recovery_code.trim().is_empty() {
        Code::Totp(Zeroizing::new(form.code))
    } else {
        Code::Recovery(Zeroizing::new(form.recovery_code))
    };
    let kind = code.kind();
    match stage.app.sts().sign_in_with_code(&visit, destination, half_way, code).await? {
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, destination),
        outcome => stage.answer_to(kind, outcome, destination),
    }
}

async fn as_somebody_else(stage: &Stage<'_>, destination: &Destination) -> Result<Response, Stop> {
    let visit = stage.arrival.visit_without_session(destination.correlation().map(str::to_owned));
    match stage.app.sts().sign_in(&visit, destination).await? {
        // The name that the application sent along is the one that is not wanted.
        SignIn::Challenge(challenge) => {
            stage.sign_in(&Challenge { username: None, ..challenge }, destination)
        }
        SignIn::Refused(refusal) => Err(refusal.into()),
        _ => Err(Stop::FAILED),
    }
}

/// What was typed into a form of yesterday, or of another browser, is not looked at. Nor does a session count: it
/// may be somebody else's by now (S22).
pub(super) async fn ask_again(stage: &Stage<'_>, destination: &Destination) -> Result<Response, Stop> {
    let visit = stage.arrival.visit_without_session(destination.correlation().map(str::to_owned));
    match stage.app.sts().sign_in(&visit, destination).await? {
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, destination),
        SignIn::Refused(refusal) => Err(refusal.into()),
        _ => Err(Stop::FAILED),
    }
}

async fn without_trail(stage: &Stage<'_>, destination: &Destination) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, destination.correlation().map(str::to_owned)).await?;
    match stage.app.sts().sign_in(&visit, destination).await? {
        SignIn::Issued(answer) => stage.post_back(&answer, Trail::default()),
        outcome => stage.answer(outcome, destination),
    }
}
