use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use futures_util::{future::poll_immediate, stream};

use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, PLACES};

/// A form whose end never comes.
fn endless() -> Body {
    Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())
}

/// S34: who holds all places keeps nobody from an answer, and probes from none.
#[tokio::test]
async fn a_full_house_tells_people_to_come_back() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    assert_eq!(ada.get(SIGN_IN).await.status, StatusCode::OK);
    let mut held = Vec::new();
    for _ in 0..PLACES {
        let mut browser = Browser::new(&house);
        let mut request = Box::pin(async move { browser.send(Method::POST, "/sign-in", endless()).await });
        assert!(poll_immediate(&mut request).await.is_none(), "it waits for its body");
        held.push(request);
    }

    let page = ada.get(SIGN_IN).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert!(page.text.contains("Many people are signing in at the moment"));
    assert_eq!(ada.get("/healthz").await.text, "ok\n");

    drop(held);
    assert_eq!(ada.get(SIGN_IN).await.status, StatusCode::OK);
}
