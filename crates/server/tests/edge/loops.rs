use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::browser::{Browser, SIGN_IN};
use crate::house::House;

#[tokio::test]
async fn a_browser_that_keeps_coming_back_is_stopped_with_a_diagnosis() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    for _ in 0..6 {
        assert!(ada.get(SIGN_IN).await.has_token());
    }
    let stopped = ada.get(SIGN_IN).await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!stopped.has_token() && stopped.text.contains("6 sign-ins from this browser within 30 seconds"));

    let state = stopped.field("state").unwrap();
    let again = ada.post("/sign-in/again", &[("state", &state)]).await;
    assert_eq!(again.field("wctx").as_deref(), Some("LoginOptions=3&estsredirect=2"));
    assert!(ada.get(SIGN_IN).await.has_token(), "the count began anew");
}

#[tokio::test]
async fn a_loop_counts_one_browser_and_one_window() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    for _ in 0..6 {
        ada.get(SIGN_IN).await;
    }
    let mut elsewhere = Browser::new(&house);
    elsewhere.sign_in().await;
    assert!(elsewhere.get(SIGN_IN).await.has_token(), "the same person in another browser");
    house.clock.pass(TimeDelta::seconds(30));
    assert!(ada.get(SIGN_IN).await.has_token());
}

#[tokio::test]
async fn a_forged_trail_is_no_trail() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    ada.cookies.insert("__Host-countersign-trail".into(), "AAAA".into());
    assert!(ada.get(SIGN_IN).await.has_token());
}
