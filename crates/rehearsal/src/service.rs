use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use url::Url;

use crate::come_from::COOKIE;
use crate::pages::{ResultPage, SignInPage};
use crate::{Departure, DepartureError, Pretence, StandIn, conditional_access, native_client};

/// The largest form that is read, in bytes.
const FORM_LIMIT: usize = 512 * 1024;

/// A picture of one transparent point, the usual answer to a clean-up (protocol.md §1.4).
const POINT: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\
    !\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The routes of the stand-in.
pub fn router(stand_in: StandIn) -> Router {
    let policy = content_policy(&stand_in.settings().passive_url);
    let protect = move |mut response: Response| {
        let policy = policy.clone();
        async move {
            protect(response.headers_mut(), policy);
            response
        }
    };
    Router::new()
        .route("/", get(home))
        .route("/start", get(start))
        .route("/login.srf", get(enter).post(receive))
        .route("/style.css", get(style))
        .merge(conditional_access::routes())
        .merge(native_client::routes())
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(axum::middleware::map_response(protect))
        .with_state(Arc::new(stand_in))
}

/// The sign-in page.
async fn home(State(stand_in): State<Arc<StandIn>>, headers: HeaderMap) -> Response {
    sign_in_page(&stand_in, "", &kept(&headers), None)
}

/// What the sign-in page asks for.
#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    username: String,
    fresh: Option<String>,
    mfa: Option<String>,
    come_from: Option<String>,
    #[serde(default)]
    extra: String,
}

/// Realm discovery: the domain of the name decides who is asked (protocol.md §4.1).
async fn start(
    State(stand_in): State<Arc<StandIn>>,
    headers: HeaderMap,
    Query(start): Query<Start>,
) -> Response {
    let username = start.username.trim();
    let come_from = match come_from(start.come_from.as_deref(), &headers) {
        Ok(come_from) => come_from,
        Err(error) => {
            let typed = start.come_from.unwrap_or_default();
            return sign_in_page(&stand_in, username, &typed, Some(error));
        }
    };
    let domain = username.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let departure = Departure {
        domain: domain.to_owned(),
        username: Some(username.to_owned()),
        fresh: start.fresh.is_some(),
        multifactor: start.mfa.is_some(),
        come_from,
        extra: start.extra,
        target: None,
    };
    let mut response = match stand_in.depart(&departure) {
        Ok(address) => found(&address),
        Err(error) => sign_in_page(&stand_in, username, &kept(&headers), Some(error)),
    };
    if let Some(cookie) = come_from.and_then(|pretence| pretence.cookie(COOKIE)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Where the browser is to come from, when the identity provider has to be told: what was typed now, or before.
fn come_from(typed: Option<&str>, headers: &HeaderMap) -> Result<Option<Pretence>, DepartureError> {
    let (typed, kept) = (typed.map(Pretence::parse).transpose()?, Pretence::kept(headers, COOKIE));
    // Whoever comes from this machine and always did takes the straight way.
    Ok(typed.filter(|pretence| pretence.address().is_some() || kept.is_some()).or(kept))
}

/// What the field says before anything is typed.
fn kept(headers: &HeaderMap) -> String {
    Pretence::kept(headers, COOKIE).map(|pretence| pretence.to_string()).unwrap_or_default()
}

/// What a browser brings to the reply address by itself.
#[derive(Deserialize)]
struct Entry {
    wa: Option<String>,
    #[serde(default)]
    whr: String,
    login_hint: Option<String>,
    wreply: Option<String>,
}

/// A SmartLink (protocol.md §1.6), the clean-up of a sign-out (§1.4), or the way back from one.
async fn enter(
    State(stand_in): State<Arc<StandIn>>,
    headers: HeaderMap,
    Query(entry): Query<Entry>,
) -> Response {
    match entry.wa.as_deref() {
        Some("wsignoutcleanup1.0") => ([(header::CONTENT_TYPE, "image/gif")], POINT).into_response(),
        Some("wsignin1.0") => {
            let departure = Departure {
                domain: entry.whr,
                username: entry.login_hint,
                come_from: Pretence::kept(&headers, COOKIE),
                target: entry.wreply,
                ..Departure::default()
            };
            match stand_in.depart(&departure) {
                Ok(address) => found(&address),
                Err(error) => sign_in_page(&stand_in, "", &kept(&headers), Some(error)),
            }
        }
        _ => Redirect::to("/").into_response(),
    }
}

/// The answer of the identity provider, for a person or, on request, for a program.
async fn receive(State(stand_in): State<Arc<StandIn>>, headers: HeaderMap, body: Bytes) -> Response {
    let report = stand_in.examine(&body);
    let status = if report.accepted { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    tracing::info!(accepted = report.accepted, code = report.code, "examined a sign-in");
    let wants_json = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if wants_json.is_some_and(|accept| accept.contains("application/json")) {
        return (status, Json(report)).into_response();
    }
    (status, page(&ResultPage::new(&stand_in, &report))).into_response()
}

async fn style(State(stand_in): State<Arc<StandIn>>) -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], stand_in.settings().stylesheet.clone())
        .into_response()
}

fn sign_in_page(
    stand_in: &StandIn,
    username: &str,
    come_from: &str,
    problem: Option<DepartureError>,
) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    (status, page(&SignInPage::new(stand_in, username, come_from, problem))).into_response()
}

pub(crate) fn page(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// 302, as Entra answers.
fn found(address: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, address)]).into_response()
}

/// Nothing from elsewhere, no script, no frame but for the clean-up's picture. A form of ours ends at the
/// identity provider, and browsers hold redirects against `form-action` too.
fn content_policy(passive_url: &str) -> HeaderValue {
    let identity_provider = Url::parse(passive_url).map(|url| url.origin().ascii_serialization());
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        identity_provider.unwrap_or_default()
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn protect(headers: &mut HeaderMap, policy: HeaderValue) {
    const OF_ALL: [(HeaderName, HeaderValue); 3] = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ];
    headers.extend(OF_ALL);
    // A clean-up has to load inside the identity provider's page.
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "image/gif") {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
