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
use crate::views::{CodesPage, OfferCodesPage, Who};

/// Says what new recovery codes mean, and offers to make them.
pub(crate) async fn offer_codes(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let offered = async {
        let (_, owner) = match proven_owner(&stage, PortalPage::RecoveryCodes).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let left = app.sts().methods(owner.owner()).await?;
        if left.app_since.is_none() && left.passkeys == 0 {
            return Ok(see_other(path_of(PortalPage::Account)));
        }
        Ok(shown(&OfferCodesPage {
            face: &stage.arrival.face,
            language: stage.language(),
            who: Who::of(owner.owner()),
            left: left.recovery_codes,
            act: button(&stage, owner.owner(), Act::RenewRecoveryCodes)?,
        }))
    };
    offered.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}

/// Makes new recovery codes, and shows them once.
pub(crate) async fn renew_codes(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<ActForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let renewed = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match proven_owner(&stage, PortalPage::RecoveryCodes).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        let Some(Act::RenewRecoveryCodes) = act_of(&stage, owner.owner(), &form.act)? else {
            return Ok(see_other(path_of(PortalPage::RecoveryCodes)));
        };
        let codes = app.sts().renew_recovery_codes(&visit, &owner).await?;
        Ok(shown(&CodesPage::of(&stage, owner.owner(), codes)))
    };
    renewed.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}
