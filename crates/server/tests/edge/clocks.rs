use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, PASSWORD};

/// A clock that jumps ahead ends sessions early; whoever signs in again is served.
#[tokio::test]
async fn a_clock_that_jumps_ahead_asks_people_again() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    house.clock.pass(TimeDelta::days(60));
    let page = ada.get(SIGN_IN).await;
    assert!(page.status == StatusCode::OK && !page.has_token(), "{}", page.text);
    assert!(ada.sign_in().await.has_token());
}

/// A clock that is set back leaves sessions, forms and trails of the future: nobody is locked out by them, and no
/// token says that somebody signed in after it was issued (TOK-07).
#[tokio::test]
async fn a_clock_that_is_set_back_locks_nobody_out() {
    let house = House::open().await;
    let (mut ada, mut late) = (Browser::new(&house), Browser::new(&house));
    ada.sign_in().await;
    let form = late.get(SIGN_IN).await;
    house.clock.pass(TimeDelta::days(-1));
    let page = ada.get(SIGN_IN).await;
    assert!(
        page.status == StatusCode::OK && !page.has_token(),
        "a session of tomorrow is none: {}",
        page.text
    );
    assert!(ada.sign_in().await.has_token());
    assert!(late.fill_in(&form, "ada@contoso.example", PASSWORD).await.has_token());
}
