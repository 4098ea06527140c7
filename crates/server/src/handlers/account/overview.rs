use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use sts::PortalPage;

use super::owner;
use crate::app::App;
use crate::edge::Arrival;
use crate::stage::Stage;
use crate::stop::Stop;

/// Shows how somebody signs in, and where.
pub(crate) async fn show(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    account(&stage).await.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn account(stage: &Stage<'_>) -> Result<Response, Stop> {
    let (_, owner) = match owner(stage, PortalPage::Account).await? {
        Ok(found) => found,
        Err(sign_in) => return Ok(sign_in),
    };
    let methods = stage.app.sts().methods(&owner).await?;
    Ok(stage.account(&owner, &methods))
}
