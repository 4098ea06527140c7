//! The portal: who comes in, by what proof, and what they see.

mod app;
mod codes;
mod sessions;
mod strangers;

use axum::http::StatusCode;
use model::Clock;
use serde_json::json;
use storage::EntryKind;
use totp_rs::{Builder, Secret};

use crate::browser::{Browser, Page};
use crate::house::{House, PASSWORD};

const SESSION: &str = "__Host-countersign";
const MULTIFACTOR: &str = "&wauth=http://schemas.microsoft.com/claims/multipleauthn";

/// Ada's browser, at her account.
async fn ada(house: &House) -> Browser {
    let mut ada = Browser::new(house);
    let page = ada.get("/account").await;
    assert_eq!(ada.fill_in(&page, "ada@contoso.example", PASSWORD).await.status, StatusCode::SEE_OTHER);
    ada
}

/// The secret that a page shows, as somebody types it into an app.
pub fn secret_of(page: &Page) -> Vec<u8> {
    let (_, rest) = page.text.split_once("id=\"secret\">").expect("a secret");
    let text: String = rest.split('<').next().unwrap().split_whitespace().collect();
    Secret::try_from_base32(text).unwrap().as_bytes().to_vec()
}

/// What an app with a secret shows now, or so many steps later.
pub fn code_of(house: &House, secret: &[u8], later: i64) -> String {
    let at = house.clock.now().timestamp() + 30 * later;
    let totp = Builder::new().with_secret(secret.to_vec()).build().unwrap();
    totp.generate(at.try_into().unwrap()).to_string()
}

/// Sets up an app at the account; gives its secret and the page that follows.
async fn set_up(house: &House, browser: &mut Browser) -> (Vec<u8>, Page) {
    let page = browser.get("/account/app").await;
    let secret = secret_of(&page);
    let code = code_of(house, &secret, 0);
    let act = page.field("act").unwrap();
    let done = browser.post("/account/app", &[("act", &act), ("code", &code)]).await;
    (secret, done)
}

/// The sealed act in the form that holds a button.
fn act_before(page: &Page, button: &str) -> String {
    let (before, _) = page.text.split_once(button).expect("the button");
    let (_, act) = before.rsplit_once("name=\"act\" value=\"").expect("its act");
    act.split('"').next().unwrap().to_owned()
}

/// S07, S77: the sign-in page leads back to the page that was asked for, with a session and without a token.
#[tokio::test]
async fn somebody_without_a_session_signs_in_and_comes_back() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("name=\"password\"") && page.text.contains("to see how you sign in"));
    assert!(!page.text.contains("ada@contoso.example"), "nothing of anybody is shown before");

    let wrong = ada.fill_in(&page, "ada@contoso.example", "wrong").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(!ada.cookies.contains_key(SESSION));
    let entered = ada.fill_in(&wrong, "ada@contoso.example", PASSWORD).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert!(!entered.has_token() && ada.cookies.contains_key(SESSION));
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["to"]), (EntryKind::SignedIn, &json!("portal")));

    let account = ada.get("/account").await;
    assert_eq!(account.status, StatusCode::OK);
    assert!(account.text.contains("ada@contoso.example") && account.text.contains("How you sign in"));
}

/// Everybody has an account, whatever else they may use; a disabled user has none (S30).
#[tokio::test]
async fn the_portal_is_open_to_whoever_may_sign_in_at_all() {
    let house = House::open().await;
    let mut bob = Browser::new(&house);
    let page = bob.get("/account").await;
    let entered = bob.fill_in(&page, "bob@contoso.example", PASSWORD).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "he may use no application, and has an account");
    let mut dan = Browser::new(&house);
    let page = dan.get("/account").await;
    let refused = dan.fill_in(&page, "dan@contoso.example", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("do not match") && !dan.cookies.contains_key(SESSION));
}

/// S07: the portal's name in a request is no relying party's.
#[tokio::test]
async fn no_request_gets_a_token_for_the_portal() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    ada.get("/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3acountersign%3aportal")
        .await
        .assert_refused("realm_unknown");
}
