//! A new password before anything begins, and one of one's own will.

use authn::TotpSecret;
use axum::http::StatusCode;
use chrono::TimeDelta;
use model::{ActiveRoad, Clock};
use serde_json::json;
use storage::{EntryKind, ledger};
use totp_rs::Builder;

use crate::active::sent_by_ada;
use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD, start};

const SESSION: &str = "__Host-countersign";
const NEW: &str = "four words in row";

/// A house where Ada has to change her password.
async fn house() -> House {
    let house = House::open().await;
    demand(&house).await;
    house
}

async fn demand(house: &House) {
    let ada = house.account("ada").await.user;
    let mut change = house.store.begin().await.unwrap();
    change.require_new_password(ada.organisation, ada.id).await.unwrap();
    change.commit().await.unwrap();
}

async fn choose(browser: &mut Browser, page: &Page, new: &str, again: &str) -> Page {
    let state = page.field("state").expect("a form");
    browser.post("/sign-in/new-password", &[("state", &state), ("new_password", new), ("again", again)]).await
}

fn asks(page: &Page) -> bool {
    page.text.contains("Choose a new password") && !page.has_token()
}

/// S20, S23: whoever has to change the password gets neither session nor token before, and both with the new one.
#[tokio::test]
async fn a_sign_in_goes_on_with_the_new_password() {
    let house = house().await;
    let mut elsewhere = Browser::new(&house);
    let mut ada = Browser::new(&house);
    let page = ada.sign_in().await;
    assert!(page.status == StatusCode::OK && asks(&page), "{}", page.text);
    assert!(!ada.cookies.contains_key(SESSION));

    let page = choose(&mut ada, &page, NEW, NEW).await;
    assert!(page.has_token() && ada.cookies.contains_key(SESSION));
    let rows = ledger::tail(&house.store, 5).await.unwrap();
    let changed = rows.iter().find(|row| row.entry.kind == EntryKind::AccountChanged).unwrap();
    assert_eq!(changed.entry.detail["change"], json!("password"));
    assert_eq!(changed.entry.detail["why"], json!("demanded"));

    assert_eq!(elsewhere.sign_in().await.status, StatusCode::FORBIDDEN, "the former one is wrong now");
    let page = elsewhere.get(SIGN_IN).await;
    assert!(elsewhere.fill_in(&page, "ada@contoso.example", NEW).await.has_token());
}

#[tokio::test]
async fn a_password_that_breaks_a_rule_is_asked_for_again_with_the_reason() {
    let house = house().await;
    let mut ada = Browser::new(&house);
    let mut page = ada.sign_in().await;
    for (new, again, says) in [
        (NEW, "four words in a row", "The two do not match"),
        ("seven77", "seven77", "at least 8 characters"),
        ("", "", "at least 8 characters"),
        ("Contoso-2026", "Contoso-2026", "easy to guess"),
        (PASSWORD, PASSWORD, "You had that password before"),
        (&"x".repeat(129), &"x".repeat(129), "at most 128 characters"),
    ] {
        page = choose(&mut ada, &page, new, again).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(asks(&page) && page.text.contains(says), "{new}: {}", page.text);
        assert!(new.is_empty() || !page.text.contains(new), "{new} is on the page");
    }
    assert!(house.account("ada").await.password.unwrap().must_change);
    assert!(choose(&mut ada, &page, NEW, NEW).await.has_token());
}

/// S22, S23: the page's form is of one browser, for ten minutes, and opens no other way.
#[tokio::test]
async fn the_form_for_a_new_password_is_good_for_its_browser_and_its_time() {
    let house = house().await;
    let mut ada = Browser::new(&house);
    let page = ada.sign_in().await;
    let state = page.field("state").unwrap();

    let mut thief = Browser::new(&house);
    thief.get(SIGN_IN).await;
    let stolen = choose(&mut thief, &page, NEW, NEW).await;
    assert!(!stolen.has_token() && stolen.status == StatusCode::BAD_REQUEST);
    let code = ada.post("/sign-in/code", &[("state", &state), ("code", "123456")]).await;
    assert!(!code.has_token() && !ada.cookies.contains_key(SESSION));

    house.clock.pass(TimeDelta::minutes(10));
    let late = choose(&mut ada, &page, NEW, NEW).await;
    assert!(!late.has_token() && late.status == StatusCode::BAD_REQUEST);
    let fresh = ada.get(SIGN_IN).await;
    let early = choose(&mut ada, &fresh, NEW, NEW).await;
    assert!(!early.has_token(), "nobody is half-way");
    assert!(house.account("ada").await.password.unwrap().must_change);
}

/// S23: whoever has a second factor gives it first; the form of that page changes no password.
#[tokio::test]
async fn the_second_factor_comes_before_the_new_password() {
    let house = house().await;
    let ada = house.account("ada").await.user;
    let secret = TotpSecret::random().unwrap();
    let mut change = house.store.begin().await.unwrap();
    change.begin_totp(ada.organisation, ada.id, secret.as_bytes(), start()).await.unwrap();
    change.confirm_totp(ada.organisation, ada.id, 0, start()).await.unwrap();
    change.commit().await.unwrap();
    let mut browser = Browser::new(&house);
    let page = browser.sign_in().await;
    assert!(page.text.contains("one-time-code"));

    let skipped = choose(&mut browser, &page, NEW, NEW).await;
    assert!(skipped.text.contains("one-time-code") && !skipped.has_token());
    assert!(house.account("ada").await.password.unwrap().must_change);

    let at = house.clock.now().timestamp().try_into().unwrap();
    let app = Builder::new().with_secret(secret.as_bytes().to_vec()).build().unwrap();
    let state = skipped.field("state").unwrap();
    let code = app.generate(at).to_string();
    let page = browser.post("/sign-in/code", &[("state", &state), ("code", &code)]).await;
    assert!(asks(&page), "{}", page.text);
    let page = choose(&mut browser, &page, NEW, NEW).await;
    assert!(page.field("wresult").unwrap().contains("claims/multipleauthn"));
}

/// S30: to a program, a password that has to be changed is a wrong one, counted as one; the ledger has the reason.
#[tokio::test]
async fn a_program_is_told_that_the_password_is_wrong() {
    let house = House::open_to_programs(ActiveRoad::Windows).await;
    demand(&house).await;
    let right = sent_by_ada(&house).await;
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::SignInRefused, &json!("new_password_needed")));
    assert!(right.text.contains("FailedAuthentication"), "{}", right.text);
    // The house lets three failures pass.
    for _ in 0..2 {
        sent_by_ada(&house).await;
    }
    let (kind, detail) = {
        sent_by_ada(&house).await;
        house.newest_row().await
    };
    assert_eq!((kind, &detail["too_soon"]), (EntryKind::SignInFailed, &json!(true)));
}

/// Somebody changes their own password at the account: they stay, everybody else goes.
#[tokio::test]
async fn the_owner_changes_the_password_and_other_sessions_end() {
    let house = House::open().await;
    let mut other = Browser::new(&house);
    assert!(other.sign_in().await.has_token());
    let mut ada = Browser::new(&house);
    assert!(ada.sign_in().await.has_token());
    let session = ada.cookies[SESSION].clone();

    let page = ada.get("/account/password").await;
    let act = page.field("act").expect("a form");
    let fields = |new| [("act", act.as_str()), ("new_password", new), ("again", new)];
    let refused = ada.post("/account/password", &fields(PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let act = refused.field("act").unwrap();
    let done = ada.post("/account/password", &[("act", &act), ("new_password", NEW), ("again", NEW)]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert_ne!(ada.cookies[SESSION], session, "another secret");
    assert_eq!(ada.get("/account").await.status, StatusCode::OK);
    assert!(!other.get(SIGN_IN).await.has_token());
}

/// S60, S95: nothing changes without the page's own form, nor for whoever proved themselves long ago.
#[tokio::test]
async fn a_password_is_changed_by_the_pages_own_form_alone() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    assert!(ada.sign_in().await.has_token());
    let page = ada.get("/account/password").await;
    let act = page.field("act").unwrap();
    for act in ["", "forged"] {
        let page =
            ada.post("/account/password", &[("act", act), ("new_password", NEW), ("again", NEW)]).await;
        assert_ne!(page.header("location"), "/account", "{act:?}");
    }
    ada.headers.push(("sec-fetch-site", "cross-site"));
    let foreign =
        ada.post("/account/password", &[("act", &act), ("new_password", NEW), ("again", NEW)]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    ada.headers.clear();
    house.clock.pass(TimeDelta::minutes(11));
    let late = ada.post("/account/password", &[("act", &act), ("new_password", NEW), ("again", NEW)]).await;
    assert!(late.text.contains("name=\"password\""), "asked to sign in again: {}", late.text);
    assert!(Browser::new(&house).sign_in().await.has_token(), "nothing changed");
}
