use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;

use super::metadata;
use crate::app::App;
use crate::routes::METADATA;
use crate::stage::stopped_early;
use crate::stop::Stop;

/// Answers at every address without a handler: the metadata's in another letter case, as readers spell it
/// differently, or the page that says there is none.
pub(crate) async fn other_address(State(app): State<Arc<App>>, request: Request) -> Response {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    if is_read && request.uri().path().eq_ignore_ascii_case(METADATA) {
        return metadata(State(app), request).await;
    }
    let (parts, _) = request.into_parts();
    stopped_early(&app, Some(&parts), &Stop::PAGE_NOT_FOUND)
}

/// Answers where an address is known, but not by that method.
pub(crate) async fn other_method(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    stopped_early(&app, Some(&parts), &Stop::METHOD_NOT_ALLOWED)
}
