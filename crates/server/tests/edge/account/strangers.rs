//! Somebody else was at the account, or says on the telephone that they are its owner.

use axum::http::StatusCode;
use chrono::TimeDelta;
use model::Clock;
use serde_json::json;
use storage::{CallerAnswer, CallerCheck, EntryKind, ledger};

use super::ada;
use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, PASSWORD};

/// "This was not me": the others are out, the password has to be another, and an alarm sounds. By a POST alone (S95).
#[tokio::test]
async fn a_reported_stranger_is_out() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let mut stranger = Browser::new(&house);
    assert!(stranger.sign_in().await.has_token());
    let page = ada.get("/account/not-me").await;
    assert!(page.text.contains("Was somebody else at your account?"));
    assert!(stranger.get(SIGN_IN).await.has_token(), "looking at the page does nothing");

    house.clock.pass(TimeDelta::seconds(1));
    let act = page.field("act").unwrap();
    let reported = ada.post("/account/not-me", &[("act", &act)]).await;
    assert_eq!((reported.status, reported.header("location")), (StatusCode::SEE_OTHER, "/account/password"));
    assert!(!stranger.get(SIGN_IN).await.has_token());
    let rows = ledger::tail(&house.store, 20).await.unwrap();
    let alarm = rows.iter().find(|row| row.entry.kind == EntryKind::Alarm).expect("an alarm");
    assert_eq!(alarm.entry.detail["code"], json!("stranger_reported"));

    let page = stranger.get(SIGN_IN).await;
    let next = stranger.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(!next.has_token(), "the password alone is not enough any more");
    assert_eq!(ada.get("/account").await.status, StatusCode::OK, "whoever reported it stays");
}

/// A report changes how somebody signs in: it needs a fresh sign-in.
#[tokio::test]
async fn a_report_needs_a_fresh_sign_in() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let act = ada.get("/account/not-me").await.field("act").unwrap();
    house.clock.pass(TimeDelta::minutes(11));
    let asked = ada.post("/account/not-me", &[("act", &act)]).await;
    assert!(asked.text.contains("name=\"password\""));
    let rows = ledger::tail(&house.store, 20).await.unwrap();
    assert!(rows.iter().all(|row| row.entry.kind != EntryKind::Alarm));
}

/// Two numbers at the account: by one the owner knows the help desk, by the other the help desk knows the owner.
#[tokio::test]
async fn a_caller_sees_both_numbers_at_the_account() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    assert!(!ada.get("/account").await.text.contains("id=\"caller\""));
    let organisation = house.store.organisations().await.unwrap().remove(0).id;
    let user = house.store.account(organisation, &"ada@contoso.example".parse().unwrap()).await.unwrap();
    let user = user.unwrap().user.id;
    let check = CallerCheck { question: "417".into(), answer: "9023".into() };
    let mut change = house.store.begin().await.unwrap();
    change.begin_caller_check(organisation, user, &check, house.clock.now()).await.unwrap();
    change.commit().await.unwrap();

    let page = ada.get("/account").await;
    assert!(page.text.contains("It says 417") && page.text.contains("Your answer is 9023"), "{}", page.text);
    let mut bob = Browser::new(&house);
    let form = bob.get("/account").await;
    bob.fill_in(&form, "bob@contoso.example", PASSWORD).await;
    assert!(!bob.get("/account").await.text.contains("417"));

    let mut change = house.store.begin().await.unwrap();
    let answered = change.answer_caller_check(organisation, user, "9023", house.clock.now()).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(answered, CallerAnswer::Right);
    assert!(!ada.get("/account").await.text.contains("417"), "it was answered");
}
