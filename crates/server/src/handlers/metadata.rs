use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sts::Document;
use url::form_urlencoded;

use crate::app::App;
use crate::edge::host;
use crate::stage::stopped_early;
use crate::stop::Stop;

/// Answers with the signed federation metadata of the organisation that this host is, for the domain of the query
/// or its first (MD-01, protocol.md §3). Without one organisation to this host there is none (S74).
pub(crate) async fn metadata(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match document(&app, &parts).await {
        Ok(document) => served(&document, &parts),
        Err(stop) => stopped_early(&app, Some(&parts), &stop),
    }
}

async fn document(app: &App, parts: &Parts) -> Result<Arc<Document>, Stop> {
    let organisation =
        app.sts().organisation_for_host(host(&parts.uri, &parts.headers)).ok_or(Stop::PAGE_NOT_FOUND)?;
    let query = parts.uri.query().unwrap_or_default();
    let domain = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "domain");
    let domain = domain.map(|(_, domain)| domain.to_ascii_lowercase());
    let document = app.sts().metadata(organisation.id, domain.as_deref()).await?;
    document.ok_or(Stop::PAGE_NOT_FOUND)
}

fn served(document: &Document, parts: &Parts) -> Response {
    let tag = HeaderValue::try_from(document.etag.as_str()).ok();
    let is_known = parts.headers.get_all(IF_NONE_MATCH).iter().any(|known| names(known, &document.etag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = HeaderValue::from_static("application/samlmetadata+xml");
        ([(CONTENT_TYPE, content_type)], Bytes::from_owner(Arc::clone(&document.bytes))).into_response()
    };
    let headers = response.headers_mut();
    if let Some(tag) = tag {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Whether an `If-None-Match` names this tag, strong or weak (RFC 9110 §13.1.2).
fn names(known: &HeaderValue, tag: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_may_name_several_tags() {
        let names = |known: &'static str| names(&HeaderValue::from_static(known), "\"a\"");
        assert!(names("\"a\"") && names("\"b\", W/\"a\"") && names("*"));
        assert!(!names("\"b\"") && !names("") && !names("a"));
    }
}
