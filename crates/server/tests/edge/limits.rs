use std::convert::Infallible;

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use futures_util::{future::poll_immediate, stream};
use tokio::time::Instant;

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

/// Whatever goes wrong in the middle of a request, the person reads a page with a reference, and nothing of what
/// the panic said; the next request is answered as if nothing had been.
#[tokio::test]
async fn a_panic_becomes_a_page() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let fault = stream::poll_fn(|_| -> std::task::Poll<Option<Result<Bytes, Infallible>>> {
        panic!("what somebody typed")
    });
    let page = ada.send(Method::POST, "/sign-in", Body::from_stream(fault)).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.text.contains("Something went wrong on our side") && !page.text.contains("typed"));
    let (_, reference) = page.text.split_once("<dd class=\"key\">").unwrap();
    assert_eq!(reference.split('<').next().unwrap().len(), "7K4M-2QXD".len());
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(ada.sign_in().await.has_token());
}

/// A request that never comes to its end is given up after 30 s, by a clock that stands still for everybody else.
#[tokio::test]
async fn a_request_without_end_is_answered_in_time() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    tokio::time::pause();
    let begun = Instant::now();
    let page = ada.send(Method::POST, "/sign-in", endless()).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert!((Duration::from_secs(30)..Duration::from_secs(31)).contains(&begun.elapsed()));
}
