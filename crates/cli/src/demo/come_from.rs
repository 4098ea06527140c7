//! A browser's pretence to come from elsewhere, so that rules about places can be tried at one machine. It exists in the
//! demo alone (S83).
//!
//! The stand-in and Countersign are two sites for a browser, and neither sees the other's cookies. So the stand-in,
//! which has the field, sends the browser to sign in by way of a page of the demo's, and that keeps the address in a
//! cookie of Countersign's site. A parameter of the sign-in request would not do: the forms that follow it would
//! arrive from another address. The pretended address takes the place of the socket's before anybody reads it, so
//! that the edge knows one address as in earnest, and forwarded headers are ignored here as everywhere without a proxy.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rehearsal::Pretence;
use serde::Deserialize;

/// The page that keeps an address.
pub const PAGE: &str = "/demo/come-from";

/// The cookie of Countersign's site.
const COOKIE: &str = "countersign-come-from";

/// The same routes, for browsers that come from where they say.
pub fn pretending(routes: Router) -> Router {
    routes.route(PAGE, get(keep)).layer(from_fn(pretend))
}

/// An address, and the sign-in to go on with.
#[derive(Deserialize)]
struct Way {
    #[serde(default)]
    address: String,
    #[serde(default)]
    to: String,
}

/// Keeps the address for this browser, or forgets it, and goes on to the sign-in: nowhere else, whatever is asked.
async fn keep(Query(way): Query<Way>) -> Response {
    let Ok(pretence) = Pretence::parse(&way.address) else {
        return (StatusCode::BAD_REQUEST, "address is no address\n").into_response();
    };
    let Ok(location) = HeaderValue::from_str(&format!("/adfs/ls/?{}", way.to)) else {
        return (StatusCode::BAD_REQUEST, "to is no query\n").into_response();
    };
    let mut headers = HeaderMap::new();
    headers.extend(pretence.cookie(COOKIE).map(|cookie| (header::SET_COOKIE, cookie)));
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (StatusCode::FOUND, headers).into_response()
}

async fn pretend(mut request: Request, next: Next) -> Response {
    if let Some(address) = Pretence::kept(request.headers(), COOKIE).and_then(Pretence::address) {
        arrive_from(&mut request, address);
    }
    next.run(request).await
}

fn arrive_from(request: &mut Request, address: IpAddr) {
    if let Some(ConnectInfo(peer)) = request.extensions_mut().get_mut::<ConnectInfo<SocketAddr>>() {
        peer.set_ip(address);
    }
}
