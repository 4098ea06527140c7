use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;
use sts::SignIn;
use zeroize::Zeroizing;

use super::sign_in::{ask_again, open, unreadable};
use crate::app::App;
use crate::edge::{Arrival, Opened, Standing};
use crate::stage::Stage;

/// What the pages of an enrolment send.
#[derive(Deserialize)]
pub(crate) struct EnrolForm {
    state: String,
    #[serde(default)]
    code: String,
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

type Sent = Result<Form<EnrolForm>, FormRejection>;

/// Takes the first code of an app that is being set up.
pub(crate) async fn enrol(State(app): State<Arc<App>>, mut arrival: Arrival, form: Sent) -> Response {
    answer(&app, &mut arrival, form, Step::GiveCode).await
}

/// Goes on with the sign-in once an app is set up.
pub(crate) async fn enrolled(State(app): State<Arc<App>>, mut arrival: Arrival, form: Sent) -> Response {
    answer(&app, &mut arrival, form, Step::GoOn).await
}

/// Goes on with the sign-in without an app, while there are days left.
pub(crate) async fn later(State(app): State<Arc<App>>, mut arrival: Arrival, form: Sent) -> Response {
    answer(&app, &mut arrival, form, Step::Later).await
}

async fn answer(app: &App, arrival: &mut Arrival, form: Sent, act: Step) -> Response {
    let Ok(Form(form)) = form else {
        return unreadable(app, arrival);
    };
    let Opened { destination, standing, .. } = match open(app, arrival, &form.state) {
        Ok(opened) => opened,
        Err(stop) => return Stage::new(app, arrival, &[], None).stopped(&stop),
    };
    let stage = Stage::new(app, arrival, destination.languages(), destination.correlation());
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
