use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::assets::{PASSKEY_SCRIPT, SIGN_IN_SCRIPT, SIGNED_OUT_SCRIPT};
use crate::edge::host;
use crate::stage::stopped_early;
use crate::stop::Stop;

/// Serves the stylesheet of the organisation that this host is, and the scripts.
pub(crate) async fn asset(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let organisation = app.sts().organisation_for_host(host(&parts.uri, &parts.headers));
    let face = app.faces().of(organisation.as_ref());
    let nobody = app.faces().of(None);
    let scripts = [&*PASSKEY_SCRIPT, &*SIGN_IN_SCRIPT, &*SIGNED_OUT_SCRIPT];
    let assets = [&face.stylesheet, &nobody.stylesheet].into_iter().chain(scripts);
    match assets.into_iter().find(|asset| asset.path == parts.uri.path()) {
        Some(asset) => asset.into_response(),
        None => stopped_early(&app, Some(&parts), &Stop::PAGE_NOT_FOUND),
    }
}
