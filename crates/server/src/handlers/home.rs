use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::edge::Arrival;
use crate::stage::Stage;

/// Shows the start page: the way to Microsoft 365, and out.
pub(crate) async fn home(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    match arrival.visit(&app, None).await {
        Ok(visit) => stage.home(visit.session.is_some()),
        Err(stop) => stage.stopped(&stop),
    }
}
