use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;
use storage::EntryKind;

use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, PASSWORD};

const SESSION: &str = "__Host-countersign";
const BINDING: &str = "__Host-countersign-browser";

/// S30: the same words for a wrong password and an unknown name.
#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_read_alike() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let mut notices = Vec::new();
    for (name, password) in [("ada@contoso.example", "wrong"), ("nobody@contoso.example", "wrong"), ("", "")]
    {
        let refused = browser.fill_in(&page, name, password).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(!refused.has_token());
        let (_, rest) = refused.text.split_once("role=\"alert\">").unwrap();
        notices.push(rest.split("Reference").next().unwrap().to_owned());
    }
    assert!(notices.iter().all(|notice| *notice == notices[0]), "{notices:?}");
    assert!(browser.fill_in(&page, "ada@contoso.example", PASSWORD).await.has_token());
}

#[tokio::test]
async fn too_many_failures_wait() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.get(SIGN_IN).await;
    let mut last = browser.fill_in(&page, "ada@contoso.example", "wrong").await;
    for _ in 0..4 {
        last = browser.fill_in(&page, "ada@contoso.example", "wrong").await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert!(last.text.contains("Wait before the next try."));
}

/// S20
#[tokio::test]
async fn cookies_change_with_the_sign_in() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.get(SIGN_IN).await;
    assert!(ada.cookies.contains_key(BINDING) && !ada.cookies.contains_key(SESSION));
    let page = ada.sign_in().await;
    let set = page.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let session = set.into_iter().find(|cookie| cookie.starts_with("__Host-countersign=")).unwrap();
    assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{session}");
    let first = ada.cookies[SESSION].clone();
    assert!(!ada.cookies.contains_key(BINDING), "what bound the form has ended");

    let page = ada.get(&format!("{SIGN_IN}&wfresh=0")).await;
    ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    let mut thief = Browser::new(&house);
    thief.cookies.insert(SESSION.into(), first);
    assert!(!thief.get(SIGN_IN).await.has_token(), "the earlier session is dead");
}

/// S21: a form that an attacker fetched for himself signs nobody else in.
#[tokio::test]
async fn a_form_of_another_browser_is_only_good_for_asking_again() {
    let house = House::open().await;
    let page = Browser::new(&house).get(SIGN_IN).await;
    for mut victim in [Browser::new(&house), {
        let mut other = Browser::new(&house);
        other.get(SIGN_IN).await;
        other
    }] {
        let answer = victim.fill_in(&page, "ada@contoso.example", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.has_token() && answer.text.contains("This page was open for too long."));
        assert!(victim.fill_in(&answer, "ada@contoso.example", PASSWORD).await.has_token());
    }
}

/// S21: the mark of a phishing proxy or of a stolen form. It is in every row of such a request and refuses nobody.
#[tokio::test]
async fn a_form_sent_from_another_network_than_its_page_is_flagged() {
    let house = House::open().await;
    for (address, flag) in [([203, 0, 113, 24], None), ([198, 51, 100, 7], Some(&json!(true)))] {
        let mut browser = Browser::new(&house);
        let page = browser.get(SIGN_IN).await;
        let mut browser = browser.from(address);
        for (name, password, told) in [
            ("bob", "wrong", EntryKind::SignInFailed),
            ("bob", PASSWORD, EntryKind::SignInRefused),
            ("ada", PASSWORD, EntryKind::TokenIssued),
        ] {
            let answer = browser.fill_in(&page, &format!("{name}@contoso.example"), password).await;
            assert_eq!(answer.has_token(), told == EntryKind::TokenIssued, "{name} from {address:?}");
            let (kind, detail) = house.newest_row().await;
            assert_eq!((kind, detail.get("network_changed")), (told, flag), "{name} from {address:?}");
        }
        browser.get(SIGN_IN).await;
        let (_, detail) = house.newest_row().await;
        assert_eq!(detail.get("network_changed"), None, "a session sends no form");
    }
}

/// S21: whoever fills in a form that was made for somebody elsewhere is asked again, and the token's row still tells.
#[tokio::test]
async fn a_stolen_form_is_flagged_though_it_is_only_good_for_asking_again() {
    let house = House::open().await;
    let stolen = Browser::new(&house).from([198, 51, 100, 7]).get(SIGN_IN).await;
    let mut victim = Browser::new(&house);
    let page = victim.fill_in(&stolen, "ada@contoso.example", PASSWORD).await;
    assert!(victim.fill_in(&page, "ada@contoso.example", PASSWORD).await.has_token());
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["network_changed"]), (EntryKind::TokenIssued, &json!(true)));
}

/// S21: what another site sends is not looked at, whatever it holds.
#[tokio::test]
async fn a_form_sent_by_another_site_is_refused() {
    let house = House::open().await;
    for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let mut ada = Browser::new(&house);
        let page = ada.get(SIGN_IN).await;
        ada.headers.push(header);
        ada.fill_in(&page, "ada@contoso.example", PASSWORD).await.assert_refused("origin_foreign");
    }
    let mut old_engine = Browser::new(&house);
    let page = old_engine.get(SIGN_IN).await;
    old_engine.headers.push(("origin", "null"));
    assert!(old_engine.fill_in(&page, "ada@contoso.example", PASSWORD).await.has_token());
}

/// S22: two tabs, two people; each token is for whom its own form was filled in by.
#[tokio::test]
async fn two_tabs_never_mix_two_people() {
    let house = House::open().await;
    let mut shared = Browser::new(&house);
    let first = shared.get(SIGN_IN).await;
    let second = shared.get(SIGN_IN).await;
    assert!(shared.fill_in(&first, "ada@contoso.example", PASSWORD).await.has_token());
    let late = shared.fill_in(&second, "bob@contoso.example", PASSWORD).await;
    assert!(!late.has_token(), "neither Bob's, nor Ada's for Bob");
    let refused = shared.fill_in(&late, "bob@contoso.example", PASSWORD).await;
    refused.assert_refused("application_not_granted");
}

/// S23
#[tokio::test]
async fn a_form_without_its_parts_signs_nobody_in() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.get(SIGN_IN).await;
    let state = page.field("state").unwrap();
    ada.post("/sign-in", &[]).await.assert_refused("body_unreadable");
    ada.post("/sign-in", &[("state", "x"), ("username", "ada@contoso.example"), ("password", PASSWORD)])
        .await
        .assert_refused("form_broken");
    assert!(!ada.post("/sign-in", &[("state", &state)]).await.has_token());
}

#[tokio::test]
async fn a_form_of_an_hour_ago_asks_again() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.get(SIGN_IN).await;
    house.clock.pass(TimeDelta::hours(1));
    let late = ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(!late.has_token() && late.text.contains("This page was open for too long."));
    let answered = ada.fill_in(&late, "ada@contoso.example", PASSWORD).await;
    assert_eq!(answered.field("wctx").as_deref(), Some("LoginOptions=3&estsredirect=2"));
}

/// S34: a megabyte is not read, let alone hashed.
#[tokio::test]
async fn a_huge_form_is_refused() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.get(SIGN_IN).await;
    ada.fill_in(&page, "ada@contoso.example", &"x".repeat(1 << 20)).await.assert_refused("body_unreadable");
    let long = ada.fill_in(&page, "ada@contoso.example", &"x".repeat(1 << 12)).await;
    assert!(long.text.contains("That name and password do not match."));
}

#[tokio::test]
async fn a_person_who_wants_to_stay_signed_in_gets_a_lasting_cookie() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.get(SIGN_IN).await;
    let state = page.field("state").unwrap();
    let fields = [
        ("state", state.as_str()),
        ("username", "ada@contoso.example"),
        ("password", PASSWORD),
        ("keep", "yes"),
    ];
    let page = ada.post("/sign-in", &fields).await;
    let lasting = page.headers.get_all("set-cookie").iter().any(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.starts_with("__Host-countersign=") && cookie.ends_with("; Max-Age=1209600")
    });
    assert!(lasting);
}
