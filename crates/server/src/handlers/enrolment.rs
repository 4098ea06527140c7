use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sts::SignIn;
use zeroize::Zeroizing;

use super::posted::{Posted, SealedForm};
use super::sign_in::ask_again;
use crate::app::App;
use crate::edge::{Opened, Standing};
use crate::stage::Stage;

/// What the pages of an enrolment send.
#[derive(Deserialize)]
pub(crate) struct EnrolForm {
    state: String,
    #[serde(default)]
    code: String,
}

impl SealedForm for EnrolForm {
    fn state(&self) -> &str {
        &self.state
    }
}

/// What somebody does who is half-way and sets up a second factor.
enum Step {
    /// Gives the first code of the app.
    GiveCode,
    /// Has it, and goes on.
    GoOn,
    /// Puts it off.
    Later,
}

/// Takes the first code of an app that is being set up.
pub(crate) async fn enrol(State(app): State<Arc<App>>, posted: Posted<EnrolForm>) -> Response {
    answer(&app, posted, Step::GiveCode).await
}

/// Goes on with the sign-in once an app is set up.
pub(crate) async fn enrolled(State(app): State<Arc<App>>, posted: Posted<EnrolForm>) -> Response {
    answer(&app, posted, Step::GoOn).await
}

/// Goes on with the sign-in without an app, while there are days left.
pub(crate) async fn later(State(app): State<Arc<App>>, posted: Posted<EnrolForm>) -> Response {
    answer(&app, posted, Step::Later).await
}

async fn answer(app: &App, posted: Posted<EnrolForm>, act: Step) -> Response {
    let Posted { arrival, opened, form } = posted;
    let Opened { destination, standing, .. } = opened;
    let stage = Stage::new(app, &arrival, destination.languages(), destination.correlation());
    let answered = async {
        let Standing::HalfWay(half_way) = standing else { return ask_again(&stage, &destination).await };
        let visit = arrival.visit(app, destination.correlation().map(str::to_owned)).await?;
        let outcome = match act {
            Step::GiveCode => {
                let code = Zeroizing::new(form.code);
                app.sts().enrol_with_code(&visit, &destination, half_way, &code).await?
            }
            Step::GoOn => app.sts().go_on_enrolled(&visit, &destination, half_way).await?,
            Step::Later => app.sts().put_off_enrolment(&visit, &destination, half_way).await?,
        };
        match outcome {
            SignIn::Challenge(challenge) => stage.sign_in_again(&challenge, &destination),
            outcome => stage.answer(outcome, &destination),
        }
    };
    answered.await.unwrap_or_else(|stop| stage.stopped(&stop))
}
