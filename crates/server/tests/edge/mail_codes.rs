//! A code by mail as second factor, with a real mail server, at a clock of the test's own.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::TimeDelta;
use mail::{Outbox, OutboxLimits, Relay, RelaySettings, Security};
use serde_json::json;
use storage::EntryKind;
use sts::MAILBOX_ATTRIBUTE;
use testkit::{MailSecurity, MailServer};

use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{Equipment, House, PASSWORD};

/// Everybody needs a second factor, and a code by mail is one.
const MAILED: &str = "[profiles.mail]\nchallenge-2 = ['email-code', 'totp']\n\
                      [[rules]]\nname = 'All'\nprofile = 'mail'\n";
const SESSION: &str = "__Host-countersign";

/// A house under this policy in which Ada has another address, and its mail server.
async fn house(document: &str, other: &str) -> (House, MailServer) {
    let house = House::open().await;
    house.decree(document).await;
    let mut user = house.account("ada").await.user;
    user.attributes.set(MAILBOX_ATTRIBUTE, [other]).unwrap();
    let mut change = house.store.begin().await.unwrap();
    change.update_user(&user).await.unwrap();
    change.commit().await.unwrap();

    let server = MailServer::start(MailSecurity::None).await.unwrap();
    let relay = Relay::new(RelaySettings {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        security: Security::None,
        credentials: None,
        authority: None,
        from: "sign-in@contoso.example".to_owned(),
        timeout: Duration::from_secs(30),
    });
    let outbox = Some(Outbox::new(relay.unwrap(), OutboxLimits::default()));
    (house.restarted_with(Equipment { outbox, ..Equipment::default() }).await, server)
}

/// Ada after her password, in front of the page that offers a code.
async fn half_way(browser: &mut Browser) -> Page {
    let page = browser.get(SIGN_IN).await;
    let page = browser.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(page.text.contains("action=\"/sign-in/mail-code\"") && !page.has_token(), "{}", page.text);
    page
}

async fn send(browser: &mut Browser, page: &Page) -> Page {
    let state = page.field("state").expect("a form");
    browser.post("/sign-in/mail-code", &[("state", &state)]).await
}

async fn give(browser: &mut Browser, page: &Page, code: &str) -> Page {
    let state = page.field("state").expect("a form");
    browser.post("/sign-in/code", &[("state", &state), ("mail_code", code)]).await
}

async fn code(server: &mut MailServer) -> String {
    let mail = server.next().await.unwrap();
    assert_eq!(mail.to, ["ada@home.example"]);
    mail.code(8).expect("a code").to_owned()
}

/// Neither a token nor a code by mail: something else is asked for.
fn assert_offers_none(page: &Page) {
    assert!(!page.has_token() && !page.text.contains("mail-code"), "{}", page.text);
}

/// S20, S95: nothing is sent by looking at the page; a session begins with the code and not before.
#[tokio::test]
async fn a_code_is_sent_when_asked_for_and_opens_once() {
    let (house, mut server) = house(MAILED, "ada@home.example").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada).await;
    assert!(page.text.contains("a…@h…") && !page.text.contains("ada@home.example"), "{}", page.text);
    let page = send(&mut ada, &page).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("We sent a code to a…@h…"), "{}", page.text);
    let (kind, detail) = house.newest_row().await;
    assert_eq!(kind, EntryKind::CodeSent);
    let code = code(&mut server).await;
    assert!(!detail.to_string().contains(&code) && !page.text.contains(&code));
    assert!(!ada.cookies.contains_key(SESSION));

    let token = give(&mut ada, &page, &code).await;
    assert!(token.has_token(), "{}", token.text);
    assert!(token.text.contains("multipleauthn"), "a profile takes it, so that it is claimed");
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["second_factor"]), (EntryKind::TokenIssued, &json!("email-code")));

    let mut thief = Browser::new(&house);
    let page = half_way(&mut thief).await;
    let again = give(&mut thief, &page, &code).await;
    assert_eq!((again.status, again.has_token()), (StatusCode::FORBIDDEN, false));
}

/// S28: wrong, old and replaced codes open nothing.
#[tokio::test]
async fn wrong_old_and_replaced_codes_open_nothing() {
    let (house, mut server) = house(MAILED, "ada@home.example").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada).await;
    let page = send(&mut ada, &page).await;
    let first = code(&mut server).await;
    let wrong = give(&mut ada, &page, if first == "12345678" { "87654321" } else { "12345678" }).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.text.contains("aria-invalid"), "{}", wrong.text);

    house.clock.pass(TimeDelta::minutes(1));
    let page = send(&mut ada, &wrong).await;
    let second = code(&mut server).await;
    assert!(!give(&mut ada, &page, &first).await.has_token(), "only the latest works");

    house.clock.pass(TimeDelta::minutes(10));
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada).await;
    assert!(!give(&mut ada, &page, &second).await.has_token(), "ten minutes are over");
}

/// S29: one counter for all doors, the one that sends codes included.
#[tokio::test]
async fn wrong_codes_are_counted_where_passwords_are() {
    let (house, mut server) = house(MAILED, "ada@home.example").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada).await;
    let mut page = send(&mut ada, &page).await;
    let code = code(&mut server).await;
    for _ in 0..3 {
        page = give(&mut ada, &page, if code == "12345678" { "87654321" } else { "12345678" }).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(give(&mut ada, &page, &code).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(send(&mut ada, &page).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ada.sign_in().await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn nobody_is_flooded_with_codes() {
    let (house, mut server) = house(MAILED, "ada@home.example").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada).await;
    let page = send(&mut ada, &page).await;
    code(&mut server).await;
    let page = send(&mut ada, &page).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    for _ in 0..4 {
        house.clock.pass(TimeDelta::minutes(1));
        assert_eq!(send(&mut ada, &page).await.status, StatusCode::OK);
        code(&mut server).await;
    }
    house.clock.pass(TimeDelta::minutes(1));
    assert_eq!(send(&mut ada, &page).await.status, StatusCode::TOO_MANY_REQUESTS, "five in an hour");
}

/// S87: a mailbox that is read by signing in here proves nothing, and none is offered.
#[tokio::test]
async fn a_mailbox_that_signs_in_here_is_offered_to_nobody() {
    for other in ["ada@contoso.example", "ada@mail.contoso.example", "ada@contoso.onmicrosoft.com"] {
        let (house, _server) = house(MAILED, other).await;
        let mut ada = Browser::new(&house);
        assert_offers_none(&ada.sign_in().await);
    }
}

/// S87: where no profile names it, nobody is asked for a code by mail, and none meets a demand.
#[tokio::test]
async fn by_default_no_code_is_sent_to_anybody() {
    let house = house("", "ada@home.example").await.0;
    let mut ada = Browser::new(&house);
    assert!(ada.sign_in().await.has_token());
    let demand = format!("{SIGN_IN}&wauth=http://schemas.microsoft.com/claims/multipleauthn");
    assert_offers_none(&ada.get(&demand).await);
}

/// Whoever signs in with a browser that the owner never used is told of, and the first browser of all is not.
#[tokio::test]
async fn a_new_device_is_told_of_outside_the_mailbox_that_signs_in() {
    let (house, mut server) = house("", "ada@home.example").await;
    let mut first = Browser::new(&house);
    assert!(first.sign_in().await.has_token());
    let mut second = Browser::new(&house).from([198, 51, 100, 7]);
    assert!(second.sign_in().await.has_token());
    let mail = server.next().await.unwrap();
    assert_eq!(mail.to, ["ada@home.example"]);
    assert!(mail.header("subject").is_some_and(|subject| subject.contains("new device")));
    assert!(mail.text.contains("198.51.100.7") && mail.text.contains("ada@contoso.example"), "{}", mail.text);
}

/// S21, S23: a form of another browser, and one without anybody half-way, sends nothing.
#[tokio::test]
async fn only_the_browser_that_is_half_way_has_a_code_sent() {
    let (house, _server) = house(MAILED, "ada@home.example").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada).await;
    let elsewhere = send(&mut Browser::new(&house), &page).await;
    assert!(elsewhere.text.contains("name=\"password\""), "{}", elsewhere.text);
    let fresh = ada.get(SIGN_IN).await;
    let page = send(&mut ada, &fresh).await;
    assert!(page.text.contains("name=\"password\""), "{}", page.text);
    let ada = house.account("ada").await.user;
    assert!(house.store.email_code(ada.organisation, ada.id).await.unwrap().is_none(), "no code was made");
}
