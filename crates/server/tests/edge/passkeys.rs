//! Passkeys over HTTP, with a key in software.

use axum::http::StatusCode;
use chrono::TimeDelta;
use storage::EntryKind;

use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD};
use crate::key::{Key, ORIGIN, options_of, send};

const ADA: &str = "ada@contoso.example";
const ACCEPTED: &str = "multipleauthn";
const REFUSED: &str = "That passkey was not accepted.";

/// Ada's key, enrolled at her account after name and password.
async fn adas_key(house: &House) -> Key {
    let (mut browser, mut key) = (Browser::new(house), Key::new());
    let page = browser.get("/account/passkeys").await;
    let page = browser.fill_in(&page, ADA, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let page = key.enrol(&mut browser).await;
    assert!(page.text.contains("Keep your recovery codes"), "{}", page.text);
    key
}

async fn assert_not_accepted(house: &House, page: &Page, why: &str) {
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(page.text.contains(REFUSED) && !page.has_token(), "{}", page.text);
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, detail["why"].as_str()), (EntryKind::SignInFailed, Some(why)), "{detail}");
}

/// S35, TOK-10: whose it is, the passkey says; it is two factors, and the token says so.
#[tokio::test]
async fn a_passkey_signs_in_without_a_name_and_counts_as_two_factors() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let done = key.sign_in(&mut browser, &page).await;
    assert!(done.has_token() && done.text.contains(ACCEPTED), "{}", done.text);
    let (kind, detail) = house.newest_row().await;
    assert_eq!(kind, EntryKind::TokenIssued);
    assert_eq!(
        (detail["factor"].as_str(), detail["second_factor"].as_str()),
        (Some("passkey"), Some("passkey"))
    );
    assert!(
        browser
            .get(&format!("{SIGN_IN}&wauth=http://schemas.microsoft.com/claims/multipleauthn"))
            .await
            .has_token()
    );
    assert_eq!(browser.cookies.get("__Host-countersign-method").map(String::as_str), Some("passkey"));
}

/// S35: a challenge is answered once, whoever brings the answer.
#[tokio::test]
async fn an_answer_works_once() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let binding = browser.cookies.clone();
    let answer = key.answer(&page);
    assert!(send(&mut browser, &page, &answer).await.has_token());
    browser.cookies = binding;
    let again = send(&mut browser, &page, &answer).await;
    // The counter shows it before anything is written; a key that does not count is stopped by its challenge.
    assert!(again.text.contains(REFUSED) && !again.has_token(), "{}", again.text);
}

/// S35, S21: a challenge is bound to the browser that it was made for.
#[tokio::test]
async fn a_challenge_of_another_browser_is_not_answered() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let (mut mallory, mut victim) = (Browser::new(&house), Browser::new(&house));
    let page = mallory.get(SIGN_IN).await;
    victim.get(SIGN_IN).await;
    let answer = key.answer(&page);
    let refused = send(&mut victim, &page, &answer).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(!refused.has_token() && refused.text.contains("open for too long"), "{}", refused.text);
    // Nor is a challenge of one page answered by the form of another.
    let another = mallory.get(SIGN_IN).await;
    let answer = key.answer(&page);
    assert_not_accepted(&house, &send(&mut mallory, &another, &answer).await, "passkey_answer_wrong").await;
}

/// S35: the origin counts exactly, and user verification is not the page's to give away.
#[tokio::test]
async fn an_answer_from_elsewhere_or_without_verification_is_refused() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    for origin in
        ["https://sign-in.contoso.example:8443", "https://contoso.example", "http://sign-in.contoso.example"]
    {
        let mut browser = Browser::new(&house);
        let page = browser.get(SIGN_IN).await;
        let answer = key.answer_to(options_of(&page), origin);
        assert_not_accepted(&house, &send(&mut browser, &page, &answer).await, "passkey_answer_wrong").await;
    }
    // Three wrong answers are as many as this house bears.
    house.clock.pass(TimeDelta::minutes(20));
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let mut options = options_of(&page);
    options["userVerification"] = "discouraged".into();
    let answer = key.answer_to(options, ORIGIN);
    assert_not_accepted(&house, &send(&mut browser, &page, &answer).await, "passkey_answer_wrong").await;
}

/// S35: to somebody half-way only their own passkeys are named, and only those count.
#[tokio::test]
async fn another_persons_passkey_completes_nobodys_sign_in() {
    let house = House::open().await;
    let mut adas = adas_key(&house).await;
    let mut bobs = Key::new();
    let mut browser = Browser::new(&house);
    let page = browser.get("/account/passkeys").await;
    let page = browser.fill_in(&page, "bob@contoso.example", PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    bobs.enrol(&mut browser).await;

    let mut browser = Browser::new(&house);
    let first = browser.get(SIGN_IN).await;
    assert_eq!(options_of(&first)["allowCredentials"], serde_json::json!([]), "it tells nobody's");
    let half_way = browser.fill_in(&first, ADA, PASSWORD).await;
    assert!(half_way.text.contains("Use your passkey"), "{}", half_way.text);
    assert_eq!(options_of(&half_way)["allowCredentials"].as_array().map(Vec::len), Some(1));
    let answer = bobs.answer(&half_way);
    assert_not_accepted(&house, &send(&mut browser, &half_way, &answer).await, "passkey_of_another_user")
        .await;
    let half_way = browser.get(SIGN_IN).await;
    let half_way = browser.fill_in(&half_way, ADA, PASSWORD).await;
    let done = adas.sign_in(&mut browser, &half_way).await;
    assert!(done.has_token() && done.text.contains(ACCEPTED), "{}", done.text);
}

/// S35, S30: a passkey that was taken away, and one whose owner is disabled, read like any other that is not known.
#[tokio::test]
async fn a_removed_passkey_and_a_disabled_owner_open_nothing() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let account = house.account("ada").await;
    let mut change = house.store.begin().await.unwrap();
    let disabled = model::User { active: false, ..account.user.clone() };
    change.update_user(&disabled).await.unwrap();
    change.commit().await.unwrap();
    let answer = key.answer(&page);
    assert_not_accepted(&house, &send(&mut browser, &page, &answer).await, "user_disabled").await;

    let mut change = house.store.begin().await.unwrap();
    change.update_user(&account.user).await.unwrap();
    change.remove_second_factors(account.user.organisation, account.user.id).await.unwrap();
    change.commit().await.unwrap();
    let page = browser.get(SIGN_IN).await;
    let answer = key.answer(&page);
    assert_not_accepted(&house, &send(&mut browser, &page, &answer).await, "passkey_unknown").await;
}

/// S35: two devices that answer for one passkey are noticed, and somebody is told.
#[tokio::test]
async fn a_counter_that_goes_back_raises_an_alarm() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let (mut owner, mut thief) = (Browser::new(&house), Browser::new(&house));
    let (owners, thiefs) = (owner.get(SIGN_IN).await, thief.get(SIGN_IN).await);
    let of_the_copy = key.answer(&thiefs);
    assert!(key.sign_in(&mut owner, &owners).await.has_token());
    assert_not_accepted(&house, &send(&mut thief, &thiefs, &of_the_copy).await, "passkey_copied").await;
    let rows = storage::ledger::tail(&house.store, 2).await.unwrap();
    let alarm = rows.iter().map(|row| &row.entry).find(|entry| entry.kind == EntryKind::Alarm).unwrap();
    assert_eq!(alarm.detail["code"], "passkey_copied");
}

/// S29: failures of passkeys are counted with those of passwords.
#[tokio::test]
async fn wrong_answers_are_counted_with_wrong_passwords() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let mut browser = Browser::new(&house).from([198, 51, 100, 7]);
    for _ in 0..3 {
        let page = browser.get(SIGN_IN).await;
        let answer = key.answer_to(options_of(&page), "https://evil.contoso.example");
        assert_eq!(send(&mut browser, &page, &answer).await.status, StatusCode::FORBIDDEN);
    }
    let page = browser.get(SIGN_IN).await;
    let page = browser.fill_in(&page, ADA, PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.text);
    let page = browser.get(SIGN_IN).await;
    assert_eq!(key.sign_in(&mut browser, &page).await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// S35: a challenge is short-lived; whoever comes too late is asked again, and nothing is counted.
#[tokio::test]
async fn a_page_that_stood_open_for_too_long_asks_again() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let answer = key.answer(&page);
    house.clock.pass(TimeDelta::minutes(10));
    let late = send(&mut browser, &page, &answer).await;
    assert!(
        late.status == StatusCode::BAD_REQUEST && late.text.contains("open for too long"),
        "{}",
        late.text
    );
    assert!(key.sign_in(&mut browser, &late).await.has_token());
}

/// S23: an answer without a page that asked for one begins at the beginning; so does one that is none.
#[tokio::test]
async fn what_is_no_answer_opens_nothing() {
    let house = House::open().await;
    let mut key = adas_key(&house).await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    for nonsense in ["", "{}", "null"] {
        let refused = send(&mut browser, &page, nonsense).await;
        assert_not_accepted(&house, &refused, "passkey_unknown").await;
    }
    let half_way = browser.fill_in(&page, ADA, PASSWORD).await;
    let state = half_way.field("state").unwrap();
    let choose = browser.post("/sign-in/choose", &[("state", &state)]).await;
    let answer = key.answer(&half_way);
    let refused = send(&mut browser, &choose, &answer).await;
    assert!(!refused.has_token() && refused.text.contains("id=\"password\""), "{}", refused.text);
}

/// S35, S60: a new passkey answers a page of the same session, once, from our own origin, and is its owner's.
#[tokio::test]
async fn a_passkey_is_enrolled_only_by_its_own_page() {
    let house = House::open().await;
    let (mut browser, mut key) = (Browser::new(&house), Key::new());
    let page = browser.get("/account/passkeys").await;
    browser.fill_in(&page, ADA, PASSWORD).await;
    let page = browser.get("/account/passkeys").await;

    let elsewhere = key.register(&page, "https://evil.contoso.example");
    let refused = key.send_new(&mut browser, &page, &elsewhere).await;
    assert!(
        refused.status == StatusCode::FORBIDDEN && refused.text.contains("was not added"),
        "{}",
        refused.text
    );

    let answer = key.register(&page, ORIGIN);
    let mut stranger = Browser::new(&house);
    let theirs = stranger.get("/account/passkeys").await;
    stranger.fill_in(&theirs, "bob@contoso.example", PASSWORD).await;
    let foreign = key.send_new(&mut stranger, &page, &answer).await;
    assert_eq!(foreign.status, StatusCode::SEE_OTHER, "{}", foreign.text);
    assert!(!house.account("bob").await.has_passkey && !house.account("ada").await.has_passkey);

    let added = key.send_new(&mut browser, &page, &answer).await;
    assert!(added.text.contains("Keep your recovery codes"), "{}", added.text);
    assert!(house.account("ada").await.has_passkey);
    let rows = storage::ledger::tail(&house.store, 10).await.unwrap();
    let changed = rows.iter().map(|row| &row.entry).find(|entry| entry.kind == EntryKind::AccountChanged);
    assert_eq!(changed.unwrap().detail["change"], "passkey added");
    let twice = key.send_new(&mut browser, &page, &answer).await;
    assert!(!twice.text.contains("Keep your recovery codes"), "{}", twice.text);
}
