use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use model::Upn;

use crate::app::App;
use crate::edge::Arrival;
use crate::stage::Stage;
use crate::stop::Stop;

/// Shows the start page: who is signed in, the way to Microsoft 365, and out.
pub(crate) async fn home(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    match who(&app, &arrival).await {
        Ok(person) => stage.home(person.as_ref()),
        Err(stop) => stage.stopped(&stop),
    }
}

async fn who(app: &App, arrival: &Arrival) -> Result<Option<Upn>, Stop> {
    let visit = arrival.visit(app, None).await?;
    Ok(app.sts().signed_in_as(&visit).await?)
}
