use std::sync::Arc;

use authn::Password;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;
use sts::{Challenge, Code, Credentials, HalfWay, SignIn};
use wsfed::SignInRequest;
use zeroize::Zeroizing;

use crate::app::App;
use crate::edge::{Arrival, Opened, SealedRequest, Standing, Trail};
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

/// What the page for a code sends.
#[derive(Deserialize)]
pub(crate) struct CodeForm {
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    recovery_code: String,
}

/// What the buttons "try again" and "use a different account" send.
#[derive(Deserialize)]
pub(crate) struct AgainForm {
    state: String,
}

/// Takes name and password, and answers the request that the form was made for.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return unreadable(&app, &arrival);
    };
    let Opened { request, standing } = match open(&app, &arrival, &form.state) {
        Ok(opened) => opened,
        Err(stop) => return Stage::new(&app, &arrival, &[], None).stopped(&stop),
    };
    let stage = Stage::new(&app, &arrival, &request.languages, request.correlation.as_deref());
    let answered = match standing {
        Standing::Fresh | Standing::HalfWay(_) => with_password(&stage, &request, form).await,
        Standing::Stale => ask_again(&stage, &request).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// Takes a code of somebody who is half-way, and answers the request that the form was made for. A form that knows of
/// nobody half-way begins at the beginning, whatever is typed into it (S23).
pub(crate) async fn code(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return unreadable(&app, &arrival);
    };
    let Opened { request, standing } = match open(&app, &arrival, &form.state) {
        Ok(opened) => opened,
        Err(stop) => return Stage::new(&app, &arrival, &[], None).stopped(&stop),
    };
    let stage = Stage::new(&app, &arrival, &request.languages, request.correlation.as_deref());
    let answered = match standing {
        Standing::HalfWay(half_way) => with_code(&stage, &request, half_way, form).await,
        Standing::Fresh | Standing::Stale => ask_again(&stage, &request).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// Forgets the trail of a loop, and answers its request once more; or begins at the beginning for somebody who is
/// half-way and wants to be somebody else.
pub(crate) async fn again(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<AgainForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return unreadable(&app, &arrival);
    };
    let Opened { request, standing } = match open(&app, &arrival, &form.state) {
        Ok(opened) => opened,
        Err(stop) => return Stage::new(&app, &arrival, &[], None).stopped(&stop),
    };
    let stage = Stage::new(&app, &arrival, &request.languages, request.correlation.as_deref());
    let answered = match standing {
        Standing::Fresh | Standing::Stale => without_trail(&stage, &request).await,
        Standing::HalfWay(_) => as_somebody_else(&stage, &request).await,
    };
    answered.unwrap_or_else(|stop| stage.stopped(&stop))
}

/// The request that a form was made for, unless another site sent the form or somebody changed it (S21).
fn open(app: &App, arrival: &Arrival, state: &str) -> Result<Opened, Stop> {
    if !arrival.may_be_ours {
        return Err(Stop::ORIGIN_FOREIGN);
    }
    let binding = arrival.binding.as_ref();
    SealedRequest::open(app.sealer(), arrival.organisation.id, binding, state, arrival.now)
        .map_err(|_| Stop::FORM_BROKEN)
}

async fn with_password(
    stage: &Stage<'_>,
    request: &SignInRequest,
    form: SignInForm,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, request.correlation.clone()).await?;
    let credentials = Credentials {
        username: form.username.trim().to_owned(),
        password: Password::parse(form.password).ok(),
        keep: form.keep.is_some(),
    };
    match stage.app.sts().sign_in_with_password(&visit, request, credentials).await? {
        SignIn::Issued(answer) => stage.post_back(&answer, stage.trail()),
        SignIn::Challenge(challenge) => stage.sign_in(&challenge, request),
        SignIn::SecondFactor(challenge) => stage.second_factor(&challenge, request),
        SignIn::Refused(refusal) => Err(refusal.into()),
    }
}

async fn with_code(
    stage: &Stage<'_>,
    request: &SignInRequest,
    half_way: HalfWay,
    form: CodeForm,
) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, request.correlation.clone()).await?;
    // An app may fill in its field by itself; the other is only ever filled in on purpose.
    let code = if form.recovery_code.trim().is_empty() {
        Code::Totp(Zeroizing::new(form.code))
    } else {
        Code::Recovery(Zeroizing::new(form.recovery_code))
    };
    match stage.app.sts().sign_in_with_code(&visit, request, half_way, code).await? {
        SignIn::Issued(answer) => stage.post_back(&answer, stage.trail()),
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, request),
        SignIn::SecondFactor(challenge) => stage.second_factor(&challenge, request),
        SignIn::Refused(refusal) => Err(refusal.into()),
    }
}

async fn as_somebody_else(stage: &Stage<'_>, request: &SignInRequest) -> Result<Response, Stop> {
    let visit = stage.arrival.visit_without_session(request.correlation.clone());
    match stage.app.sts().sign_in(&visit, request).await? {
        // The name that the application sent along is the one that is not wanted.
        SignIn::Challenge(challenge) => stage.sign_in(&Challenge { username: None, ..challenge }, request),
        SignIn::Refused(refusal) => Err(refusal.into()),
        SignIn::Issued(_) | SignIn::SecondFactor(_) => Err(Stop::FAILED),
    }
}

/// What was typed into a form of yesterday, or of another browser, is not looked at. Nor does a session count: it
/// may be somebody else's by now (S22).
async fn ask_again(stage: &Stage<'_>, request: &SignInRequest) -> Result<Response, Stop> {
    let visit = stage.arrival.visit_without_session(request.correlation.clone());
    match stage.app.sts().sign_in(&visit, request).await? {
        SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, request),
        SignIn::Refused(refusal) => Err(refusal.into()),
        SignIn::Issued(_) | SignIn::SecondFactor(_) => Err(Stop::FAILED),
    }
}

async fn without_trail(stage: &Stage<'_>, request: &SignInRequest) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, request.correlation.clone()).await?;
    match stage.app.sts().sign_in(&visit, request).await? {
        SignIn::Issued(answer) => stage.post_back(&answer, Trail::default()),
        SignIn::Challenge(challenge) => stage.sign_in(&challenge, request),
        SignIn::SecondFactor(challenge) => stage.second_factor(&challenge, request),
        SignIn::Refused(refusal) => Err(refusal.into()),
    }
}

fn unreadable(app: &App, arrival: &Arrival) -> Response {
    Stage::new(app, arrival, &[], None).stopped(&Stop::BODY_UNREADABLE)
}
