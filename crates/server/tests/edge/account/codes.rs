//! Recovery codes are made by their owner.

use axum::http::StatusCode;

use super::{ada, set_up};
use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD};

fn codes_on(page: &Page) -> Vec<String> {
    let codes = page.text.split("<li class=\"mono\">").skip(1);
    codes.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

async fn signs_in(house: &House, code: &str) -> bool {
    let mut browser = Browser::new(house);
    let page = browser.get(SIGN_IN).await;
    let asked = browser.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    let state = asked.field("state").unwrap();
    browser.post("/sign-in/code", &[("state", &state), ("recovery_code", code)]).await.has_token()
}

/// S33: they are shown once; the former are void.
#[tokio::test]
async fn new_codes_take_the_place_of_the_former() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let (_, done) = set_up(&house, &mut ada).await;
    let former = codes_on(&done);
    let offer = ada.get("/account/recovery-codes").await;
    assert!(offer.text.contains("10 of 10 left") && codes_on(&offer).is_empty());

    let act = offer.field("act").unwrap();
    let page = ada.post("/account/recovery-codes", &[("act", &act)]).await;
    let fresh = codes_on(&page);
    assert_eq!((page.status, fresh.len()), (StatusCode::OK, 10));
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!signs_in(&house, &former[0]).await);
    assert!(signs_in(&house, &fresh[0]).await);
    assert!(ada.get("/account").await.text.contains("9 of 10 left"));
}

/// Without a second factor there is nothing that they could stand in for.
#[tokio::test]
async fn codes_come_with_an_app() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    assert_eq!(ada.get("/account/recovery-codes").await.header("location"), "/account");
    assert!(!ada.get("/account").await.text.contains("Recovery codes"));
}
