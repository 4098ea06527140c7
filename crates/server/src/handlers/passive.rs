use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use model::Realm;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use sts::{Destination, SignIn};
use wsfed::{Message, Parameters, RequestError, SignOutRequest};

use crate::app::App;
use crate::edge::{Arrival, CookieName};
use crate::stage::Stage;
use crate::stop::Stop;

/// The longest request that is continued as a GET; proxies and servers before us may stop longer ones.
const ADDRESS_LIMIT: usize = 16 * 1024;

/// Bytes of a form body that must not stand in a query as they are.
const OUTSIDE_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'`').add(b'\'');

/// One transparent pixel: what a clean-up answers.
const PIXEL: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\
                       \x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// Answers a WS-Federation message in the query: sign-in, sign-out, clean-up.
pub(crate) async fn passive(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&app, &arrival, query.unwrap_or_default().as_bytes(), None).await
}

/// Answers a WS-Federation message in a form. Another site's form carries no cookie of ours (`SameSite=Lax`): where
/// the answer depends on one, a page continues with GET by itself.
pub(crate) async fn passive_posted(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return Stage::new(&app, &arrival, &[], None).stopped(&Stop::BODY_UNREADABLE);
    };
    let as_get = if arrival.has_session_cookie() { None } else { address(&body) };
    answer(&app, &arrival, &body, as_get.as_deref()).await
}

async fn answer(app: &App, arrival: &Arrival, raw: &[u8], as_get: Option<&str>) -> Response {
    let parameters = match Parameters::parse(raw) {
        Ok(parameters) => parameters,
        Err(error) => return broken(app, arrival, &Parameters::default(), error),
    };
    let message = match Message::parse(&parameters) {
        Ok(message) => message,
        Err(error) => return broken(app, arrival, &parameters, error),
    };
    match message {
        Message::SignIn(request) => {
            let realm = request.realm.clone();
            let destination = Destination::from(request);
            let stage = Stage::new(app, arrival, destination.languages(), destination.correlation());
            let answered = sign_in(&stage, &realm, &destination, as_get).await;
            answered.unwrap_or_else(|stop| stage.stopped(&stop))
        }
        Message::SignOut(request) => {
            let stage = Stage::new(app, arrival, &request.languages, request.correlation.as_deref());
            let answered = sign_out(&stage, &request, as_get).await;
            answered.unwrap_or_else(|stop| stage.stopped(&stop))
        }
        Message::CleanUp => {
            let stage = Stage::new(app, arrival, &[], None);
            clean_up(&stage).await.unwrap_or_else(|stop| stage.stopped(&stop))
        }
    }
}

/// Answers `wa=wsignin1.0` with a token posted to the relying party, a challenge, or a refusal.
async fn sign_in(
    stage: &Stage<'_>,
    realm: &Realm,
    destination: &Destination,
    as_get: Option<&str>,
) -> Result<Response, Stop> {
    let (app, arrival) = (stage.app, stage.arrival);
    let visit = arrival.visit(app, destination.correlation().map(str::to_owned)).await?;
    let trail = stage.trail();
    if visit.session.is_some() && trail.is_loop(realm, visit.now, app.edge().loop_limits) {
        let cause = app.sts().loop_stopped(&visit, realm).await?;
        return stage.loop_stopped(destination, cause);
    }
    match (app.sts().sign_in(&visit, destination).await?, as_get) {
        (SignIn::Issued(answer), _) => stage.post_back(&answer, trail),
        (SignIn::Challenge(_), Some(address)) => Ok(stage.continue_at(address)),
        (outcome, _) => stage.answer(outcome, destination),
    }
}

/// Answers `wa=wsignout1.0`: the session ends, whoever asks (WSF-12, S11).
async fn sign_out(
    stage: &Stage<'_>,
    request: &SignOutRequest,
    as_get: Option<&str>,
) -> Result<Response, Stop> {
    if let Some(address) = as_get {
        return Ok(stage.continue_at(address));
    }
    let visit = stage.arrival.visit(stage.app, request.correlation.clone()).await?;
    let signed_out = stage.app.sts().sign_out(&visit, request).await?;
    Ok(stage.signed_out(&signed_out))
}

/// Answers `wa=wsignoutcleanup1.0`: quietly, as often as asked, inside a frame of anybody (WSF-13).
async fn clean_up(stage: &Stage<'_>) -> Result<Response, Stop> {
    let visit = stage.arrival.visit(stage.app, None).await?;
    stage.app.sts().clean_up(&visit).await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/gif")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, PIXEL).into_response();
    if let Some(cookie) = stage.app.edge().cookies.forget(CookieName::Session) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Refuses what is no message. It is counted, not written down each time, so that nobody fills the disk.
fn broken(app: &App, arrival: &Arrival, parameters: &Parameters, error: RequestError) -> Response {
    let correlation = parameters.correlation();
    let visit = arrival.visit_without_session(correlation.clone());
    app.sts().broken_request(&visit, error.code());
    Stage::new(app, arrival, &parameters.languages(), correlation.as_deref()).stopped(&error.into())
}

/// The request of a form body as an address of ours, if it is not too long for one.
fn address(body: &[u8]) -> Option<String> {
    let address = format!("/adfs/ls/?{}", percent_encode(body, OUTSIDE_QUERY));
    (address.len() <= ADDRESS_LIMIT).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_body_becomes_an_address_that_says_the_same() {
        let body = b"wa=wsignin1.0&wctx=a%26b+c&whr=\"><script>\xff";
        let address = address(body).unwrap();
        assert_eq!(address, "/adfs/ls/?wa=wsignin1.0&wctx=a%26b+c&whr=%22%3E%3Cscript%3E%FF");
    }

    #[test]
    fn a_long_form_body_becomes_none() {
        assert!(address("a".repeat(17 * 1024).as_bytes()).is_none());
    }

    #[test]
    fn the_pixel_is_a_gif() {
        assert_eq!(PIXEL.len(), 43);
        assert!(PIXEL.starts_with(b"GIF89a") && PIXEL.ends_with(&[0x3b]));
    }
}
