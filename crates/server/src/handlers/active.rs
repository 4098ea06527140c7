use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use policy::Endpoint;
use sts::{ActiveAddresses, ActiveSignIn, StsError};
use url::form_urlencoded;
use wstrust::{Delivery, Fault, MetadataExchange, REQUEST_LIMIT, TokenRequest, Version};

use crate::app::App;
use crate::edge::{Arrival, host};
use crate::stage::stopped_early;
use crate::stop::Stop;

/// What the published addresses begin with, and the short ones do not.
const LONG: &str = "/adfs/services";

/// Says where and how active requestors are answered (MEX-05). Where no domain has that switched on, there is no such
/// address.
pub(crate) async fn metadata_exchange(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match addresses(&app, &parts).await.and_then(document) {
        Ok(document) => {
            let mut response = Response::new(Body::from(document));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response
        }
        Err(stop) => stopped_early(&app, Some(&parts), &stop),
    }
}

/// Answers a request of WS-Trust February 2005.
pub(crate) async fn trust_2005(State(app): State<Arc<App>>, request: Request) -> Response {
    trust(&app, request, Version::Trust2005).await
}

/// Answers a request of WS-Trust 1.3.
pub(crate) async fn trust_13(State(app): State<Arc<App>>, request: Request) -> Response {
    trust(&app, request, Version::Trust13).await
}

async fn trust(app: &App, request: Request, version: Version) -> Response {
    let (parts, body) = request.into_parts();
    let arrived = match addresses(app, &parts).await {
        Ok(addresses) => Arrival::read(app, &parts).map(|arrival| (addresses, arrival)),
        Err(stop) => Err(stop),
    };
    let (addresses, arrival) = match arrived {
        Ok(arrived) => arrived,
        Err(stop) => return stopped_early(app, Some(&parts), &stop),
    };
    let envelope = Envelope { version, relates_to: None, arrival: &arrival };
    // What is longer is refused before it is read to its end (WST-06).
    let Ok(body) = axum::body::to_bytes(body, REQUEST_LIMIT).await else {
        return envelope.fault(StatusCode::PAYLOAD_TOO_LARGE, Fault::InvalidRequest);
    };
    answer(app, &parts, addresses, &body, envelope).await
}

async fn answer(
    app: &App,
    parts: &Parts,
    addresses: &ActiveAddresses,
    body: &Bytes,
    mut envelope: Envelope<'_>,
) -> Response {
    let (version, arrival) = (envelope.version, envelope.arrival);
    let endpoint = match version {
        Version::Trust2005 => Endpoint::Active2005,
        Version::Trust13 => Endpoint::Active13,
    };
    let visit = arrival.visit_to(endpoint, correlation(parts));
    let published = match version {
        Version::Trust2005 => &addresses.trust_2005,
        Version::Trust13 => &addresses.trust_13,
    };
    let delivery = Delivery {
        version,
        content_type: text(&parts.headers, CONTENT_TYPE.as_str()),
        soap_action: text(&parts.headers, "soapaction"),
        addresses: &[published, &published.replace(LONG, "")],
        now: arrival.now,
    };
    let request = match TokenRequest::read(body, &delivery) {
        Ok(request) => request,
        Err(refused) => {
            app.sts().broken_request(&visit, refused.code());
            envelope.relates_to.clone_from(&refused.message_id);
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            return envelope.fault(status, refused.fault());
        }
    };
    envelope.relates_to.clone_from(&request.message_id);
    match app.sts().sign_in_active(&visit, version, request).await {
        Ok(ActiveSignIn::Issued(response)) => envelope.response(&response),
        Ok(ActiveSignIn::Refused(fault)) => envelope.fault(StatusCode::INTERNAL_SERVER_ERROR, fault),
        Ok(ActiveSignIn::Hidden) => envelope.fault(StatusCode::NOT_FOUND, Fault::AccessDenied),
        Err(error) => envelope.failure(&error),
    }
}

/// Where active requestors of this organisation are answered, if they are at all, and over TLS alone.
async fn addresses<'a>(app: &'a App, parts: &Parts) -> Result<&'a ActiveAddresses, Stop> {
    let organisation =
        app.sts().organisation_for_host(host(&parts.uri, &parts.headers)).ok_or(Stop::PAGE_NOT_FOUND)?;
    let addresses = app.sts().active_addresses(organisation.id).await?;
    let is_secure = app.edge().base_url.scheme() == "https";
    addresses.filter(|_| is_secure).ok_or(Stop::PAGE_NOT_FOUND)
}

fn document(addresses: &ActiveAddresses) -> Result<Vec<u8>, Stop> {
    let exchange = MetadataExchange::new(&addresses.trust_2005, &addresses.trust_13).map_err(|error| {
        tracing::error!(%error, "the active addresses cannot be published");
        Stop::UNAVAILABLE
    })?;
    Ok(exchange.document())
}

/// What goes around everything that is answered to a program.
struct Envelope<'a> {
    version: Version,
    /// The message that is answered.
    relates_to: Option<String>,
    arrival: &'a Arrival,
}

impl Envelope<'_> {
    fn response(&self, response: &[u8]) -> Response {
        let relates_to = self.relates_to.as_deref();
        let body = wstrust::response_envelope(self.version, relates_to, self.arrival.now, response);
        soap(StatusCode::OK, body)
    }

    fn fault(&self, status: StatusCode, fault: Fault) -> Response {
        soap(status, fault.envelope(self.version, self.relates_to.as_deref(), self.arrival.now))
    }

    /// The answer when nothing could be decided. The cause is for the log.
    fn failure(&self, error: &StsError) -> Response {
        tracing::warn!(reference = %self.arrival.reference, %error, "an active request could not be answered");
        let mut response = self.fault(StatusCode::SERVICE_UNAVAILABLE, Fault::Receiver);
        if let StsError::Busy { retry_after } = error {
            response.headers_mut().insert(RETRY_AFTER, retry_after.as_secs().max(1).into());
        }
        response
    }
}

fn soap(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(wstrust::CONTENT_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    response
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The client's id of its request, from the address or a header (WSF-15).
fn correlation(parts: &Parts) -> Option<String> {
    const NAME: &str = "client-request-id";
    let query = parts.uri.query().unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == NAME);
    match asked {
        Some((_, id)) => wsfed::correlation_id(&id),
        None => text(&parts.headers, NAME).and_then(wsfed::correlation_id),
    }
}
