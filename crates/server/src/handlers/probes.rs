use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// Says that the process answers.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Says whether the server can do its work: whether the database answers.
pub(crate) async fn readiness(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.sts().is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
    }
}
