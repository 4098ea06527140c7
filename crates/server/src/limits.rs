//! What keeps one request from harming others: a bounded number at a time, a bounded time for each, and a page
//! where a handler panics.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::stage::stopped_early;
use crate::stop::Stop;

/// The longest that a request may take. A password behind a full lane is refused long before.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Puts the limits around routes.
pub(crate) fn around(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    let behind_panics = Arc::clone(app);
    let panicked = move |_| {
        // The payload of a panic may quote what a person sent: it goes nowhere.
        tracing::error!("a handler panicked");
        stopped_early(&behind_panics, None, &Stop::FAILED)
    };
    routes.layer(CatchPanicLayer::custom(panicked)).layer(from_fn_with_state(Arc::clone(app), in_its_place))
}

/// Answers a request when there is a place for it, within the time limit. Probes always have a place, or a busy
/// server would be taken for a dead one.
async fn in_its_place(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if ["/healthz", "/readyz"].contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let Ok(_place) = app.places().try_acquire() else {
        let (parts, _) = request.into_parts();
        return stopped_early(&app, Some(&parts), &Stop::BUSY);
    };
    match tokio::time::timeout(TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => stopped_early(&app, None, &Stop::BUSY),
    }
}
