//! Sessions and happenings, as their owner sees them.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;
use storage::EntryKind;

use super::{act_before, ada};
use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, PASSWORD};

const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";

/// Ada's other browser, signed in at Microsoft 365 a minute later.
async fn elsewhere(house: &House) -> Browser {
    house.clock.pass(TimeDelta::minutes(1));
    let mut edge = Browser::new(house);
    edge.headers.push(("user-agent", EDGE));
    assert!(edge.sign_in().await.has_token());
    edge
}

#[tokio::test]
async fn an_owner_sees_where_they_are_signed_in() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    elsewhere(&house).await;
    let page = ada.get("/account").await;
    assert!(page.text.contains("this browser") && page.text.contains("Edge, Windows"), "{}", page.text);
    assert!(page.text.contains("203.0.113.24"));
    assert!(page.text.find("this browser") < page.text.find("Edge, Windows"), "this one first");
}

/// Whoever signs out another browser keeps their own session, and the other is dead at once.
#[tokio::test]
async fn a_session_ends_in_another_browser() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    for button in ["aria-label=\"Sign out: Edge, Windows\"", "id=\"end-others\""] {
        let mut edge = elsewhere(&house).await;
        assert!(edge.get(SIGN_IN).await.has_token());
        house.clock.pass(TimeDelta::seconds(1));
        let act = act_before(&ada.get("/account").await, button);
        let ended = ada.post("/account/sessions", &[("act", &act)]).await;
        assert_eq!(ended.header("location"), "/account");
        assert!(!edge.get(SIGN_IN).await.has_token(), "{button}");
        let (kind, _) = house.newest_row().await;
        assert_eq!(kind, EntryKind::AccountChanged);
        assert!(!ada.get("/account").await.text.contains("Edge, Windows</b>"), "{button}");
    }
}

/// S60: a button works in the session that it was made for, sent by our own page, as it was made.
#[tokio::test]
async fn nobody_elses_button_does_anything() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let mut edge = elsewhere(&house).await;
    let act = act_before(&ada.get("/account").await, "id=\"end-others\"");

    let mut bob = Browser::new(&house);
    let page = bob.get("/account").await;
    bob.fill_in(&page, "bob@contoso.example", PASSWORD).await;
    assert_eq!(bob.post("/account/sessions", &[("act", &act)]).await.header("location"), "/account");
    ada.post("/account/sessions", &[("act", "AAAA")]).await.assert_refused("form_broken");
    ada.headers.push(("origin", "https://evil.example"));
    ada.post("/account/sessions", &[("act", &act)]).await.assert_refused("origin_foreign");
    ada.headers.pop();
    let mut nobody = Browser::new(&house);
    assert!(nobody.post("/account/sessions", &[("act", &act)]).await.text.contains("name=\"password\""));
    assert!(edge.get(SIGN_IN).await.has_token(), "nothing has ended");

    house.clock.pass(TimeDelta::hours(1));
    assert_eq!(ada.post("/account/sessions", &[("act", &act)]).await.status, StatusCode::SEE_OTHER);
    assert!(edge.get(SIGN_IN).await.has_token(), "an old page does nothing");
}

/// What happened with an account is there for its owner and nobody else: sign-ins, refusals, wrong codes, changes.
#[tokio::test]
async fn an_owner_sees_what_happened() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    elsewhere(&house).await;
    ada.get(&format!("{SIGN_IN}{}", super::MULTIFACTOR)).await;
    let page = ada.get("/account").await;
    assert!(page.text.contains("Signed in to Microsoft 365") && page.text.contains("Signed in to this page"));

    let mut bob = Browser::new(&house);
    let page = bob.get("/account").await;
    bob.fill_in(&page, "bob@contoso.example", PASSWORD).await;
    let page = bob.get("/account").await;
    assert!(!page.text.contains("Microsoft 365</td>"), "that was somebody else");
}

#[tokio::test]
async fn all_that_happened_is_shown_a_page_at_a_time() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    for _ in 0..60 {
        house.clock.pass(TimeDelta::seconds(31));
        ada.get(SIGN_IN).await;
    }
    let first = ada.get("/account/activity").await;
    assert_eq!(first.text.matches("<tr><td").count(), 50);
    assert!(first.text.contains("?page=1") && !first.text.contains("rel=\"prev\""));
    let second = ada.get("/account/activity?page=1").await;
    assert_eq!(second.text.matches("<tr><td").count(), 11);
    assert!(second.text.contains("rel=\"prev\"") && !second.text.contains("rel=\"next\""));
    assert_eq!(ada.get("/account/activity?page=x").await.status, StatusCode::OK);
    assert_eq!(house.newest_row().await.1["endpoint"], json!("passive"));
}
