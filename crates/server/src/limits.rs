//! What keeps one request from harming others: a bounded number at a time, a bounded time and a bounded body for each,
//! and a page where a handler panics. And the first question of all: whether it is meant for this server.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt;
use http_body_util::Limited;
use tower::{Layer, Service};

use crate::app::App;
use crate::edge::host;
use crate::stage::stopped_early;
use crate::stop::Stop;

/// The longest that a request may take. A password behind a full lane is refused long before.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The longest form that is read, in bytes: a sealed request with the longest query, and what is typed beside it.
const BODY_LIMIT: usize = 128 * 1024;

/// Puts the limits around routes.
pub(crate) fn around(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    routes.layer(Limits { app: Arc::clone(app) })
}

/// All limits in one layer, because each layer costs every request its way in and out.
#[derive(Clone)]
struct Limits {
    app: Arc<App>,
}

impl<S> Layer<S> for Limits {
    type Service = Limiting<S>;

    fn layer(&self, inner: S) -> Limiting<S> {
        Limiting { app: Arc::clone(&self.app), inner }
    }
}

/// A service under the limits.
#[derive(Clone)]
struct Limiting<S> {
    app: Arc<App>,
    inner: S,
}

impl<S> Service<Request> for Limiting<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // Probes always have a place, or a busy server would be taken for a dead one; they come by whatever name.
        if ["/healthz", "/readyz"].contains(&request.uri().path()) {
            return Box::pin(self.inner.call(request));
        }
        let app = Arc::clone(&self.app);
        if !app.answers_at(host(request.uri(), request.headers())) {
            let (parts, _) = request.into_parts();
            return Box::pin(async move { Ok(stopped_early(&app, Some(&parts), &Stop::HOST_UNKNOWN)) });
        }
        let Ok(place) = Arc::clone(app.places()).try_acquire_owned() else {
            let (parts, _) = request.into_parts();
            return Box::pin(async move { Ok(stopped_early(&app, Some(&parts), &Stop::BUSY)) });
        };
        let answer = self.inner.call(request.map(bounded));
        Box::pin(async move {
            let _place = place;
            // What a handler that panicked leaves behind is its own: nothing is shared but what recovers from poison.
            let answer = AssertUnwindSafe(answer).catch_unwind();
            match tokio::time::timeout(TIME_LIMIT, answer).await {
                Ok(Ok(answered)) => answered,
                Ok(Err(_)) => {
                    // The payload of a panic may quote what a person sent: it goes nowhere.
                    tracing::error!("a handler panicked");
                    Ok(stopped_early(&app, None, &Stop::FAILED))
                }
                Err(_) => Ok(stopped_early(&app, None, &Stop::BUSY)),
            }
        })
    }
}

fn bounded(body: Body) -> Body {
    if body.is_end_stream() { body } else { Body::new(Limited::new(body, BODY_LIMIT)) }
}
