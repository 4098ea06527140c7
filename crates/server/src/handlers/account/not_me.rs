use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use sts::PortalPage;

use super::{ActForm, act_of, button, proven_owner, sent, shown};
use crate::app::App;
use crate::edge::{Act, Arrival};
use crate::page::see_other;
use crate::routes::path_of;
use crate::stage::Stage;
use crate::stop::Stop;
use crate::views::{NotMePage, Who};

/// Says what happens when somebody reports a stranger at their account.
pub(crate) async fn ask_stranger(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let asked = async {
        let (_, owner) = match proven_owner(&stage, PortalPage::NotMe).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        Ok(shown(&NotMePage {
            face: &stage.arrival.face,
            language: stage.language(),
            who: Who::of(owner.owner()),
            has_password: owner.owner().account().password.is_some(),
            act: button(&stage, owner.owner(), Act::ReportStranger)?,
        }))
    };
    asked.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}

/// Takes the report, and goes on to the page for another password.
pub(crate) async fn report_stranger(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<ActForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let reported = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::NotMe).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::ReportStranger) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::NotMe)));
        };
        app.sts().report_stranger(&visit, &owner).await?;
        let has_password = owner.owner().account().password.is_some();
        Ok(see_other(path_of(if has_password { PortalPage::Password } else { PortalPage::Account })))
    };
    reported.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}
