//! An authenticator app is set up, replaced and removed by its owner.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;
use storage::EntryKind;

use super::{MULTIFACTOR, SESSION, act_before, ada, code_of, secret_of, set_up};
use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, PASSWORD};

/// S28: nothing counts before a code has proved it; the code that did signs nobody in.
#[tokio::test]
async fn an_app_counts_once_a_code_of_it_was_given() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let page = ada.get("/account/app").await;
    assert_eq!(page.status, StatusCode::OK);
    let secret = secret_of(&page);
    assert_ne!(
        secret_of(&ada.get("/account/app").await),
        secret,
        "each look is another secret, and changes nothing"
    );

    let act = page.field("act").unwrap();
    let wrong = ada.post("/account/app", &[("act", &act), ("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.text.contains("does not match") && wrong.text.contains("aria-invalid=\"true\""));
    assert_eq!(secret_of(&wrong), secret, "what was scanned stays");
    assert!(ada.get("/account").await.text.contains("Not set up."));

    house.clock.pass(TimeDelta::seconds(1));
    let before = ada.cookies[SESSION].clone();
    let act = wrong.field("act").unwrap();
    let code = code_of(&house, &secret, 0);
    let done = ada.post("/account/app", &[("act", &act), ("code", &code)]).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(done.text.matches("<li class=\"mono\">").count(), 10, "{}", done.text);
    assert_ne!(ada.cookies[SESSION], before, "another session");
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["change"]), (EntryKind::AccountChanged, &json!("authenticator app set up")));
    assert!(ada.get("/account").await.text.contains("Set up on"));

    let mut elsewhere = Browser::new(&house);
    let page = elsewhere.get(SIGN_IN).await;
    let asked = elsewhere.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    let state = asked.field("state").unwrap();
    let replayed = elsewhere.post("/sign-in/code", &[("state", &state), ("code", &code)]).await;
    assert!(!replayed.has_token(), "the code was used");
    let next = code_of(&house, &secret, 1);
    assert!(elsewhere.post("/sign-in/code", &[("state", &state), ("code", &next)]).await.has_token());
}

/// S24, decision 0012: the session in which an app was just set up has the second factor that was just given.
#[tokio::test]
async fn what_was_just_set_up_was_just_given() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    ada.get(&format!("{SIGN_IN}{MULTIFACTOR}")).await;
    set_up(&house, &mut ada).await;
    let page = ada.get(&format!("{SIGN_IN}{MULTIFACTOR}")).await;
    assert!(page.has_token() && page.text.contains("multipleauthn"), "{}", page.text);
}

/// Ten minutes after the sign-in, nothing about how somebody signs in is changed without another.
#[tokio::test]
async fn what_changes_the_way_in_asks_for_a_fresh_sign_in() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let form = ada.get("/account/app").await;
    let act = form.field("act").unwrap();
    let code = code_of(&house, &secret_of(&form), 20);
    house.clock.pass(TimeDelta::minutes(10) + TimeDelta::seconds(1));
    for address in ["/account/app", "/account/recovery-codes"] {
        let asked = ada.get(address).await;
        assert!(
            asked.text.contains("name=\"password\"") && asked.text.contains("before you change"),
            "{address}"
        );
    }
    let asked = ada.post("/account/app", &[("act", &act), ("code", &code)]).await;
    assert!(asked.text.contains("name=\"password\""), "a form that was open all the time is no way around");
    assert!(ada.get("/account").await.text.contains("How you sign in"), "looking is another thing");

    let back = ada.fill_in(&asked, "ada@contoso.example", PASSWORD).await;
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "/account/app"));
}

/// Whoever has an app gives its code again, too, before it is replaced.
#[tokio::test]
async fn a_fresh_sign_in_has_every_factor() {
    let house = House::open().await;
    let mut ada = ada(&house).await;
    let (secret, _) = set_up(&house, &mut ada).await;
    house.clock.pass(TimeDelta::minutes(11));
    let page = ada.get("/account/app").await;
    let asked = ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(asked.text.contains("name=\"code\"") && asked.text.contains("Enter your code"));
    let (state, code) = (asked.field("state").unwrap(), code_of(&house, &secret, 0));
    let back = ada.post("/sign-in/code", &[("state", &state), ("code", &code)]).await;
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "/account/app"));

    house.clock.pass(TimeDelta::seconds(60));
    let (other, replaced) = set_up(&house, &mut ada).await;
    assert_eq!(replaced.header("location"), "/account", "the codes of before stay");
    assert_ne!(other, secret);
}

#[tokio::test]
async fn an_app_is_removed_unless_it_is_demanded() {
    let house = House::open().await;
    let organisation = house.store.organisations().await.unwrap().remove(0).id;
    let microsoft_365 = house.store.applications(organisation).await.unwrap().remove(0);
    let mut ada = ada(&house).await;
    set_up(&house, &mut ada).await;
    let page = ada.get("/account/app").await;
    let removed = ada.post("/account/app/remove", &[("act", &act_before(&page, "id=\"remove-app\""))]).await;
    assert_eq!(removed.header("location"), "/account");
    assert!(ada.get("/account").await.text.contains("Not set up."));

    house.clock.pass(TimeDelta::seconds(60));
    set_up(&house, &mut ada).await;
    let mut change = house.store.begin().await.unwrap();
    change.update_application(&model::Application { second_factor: true, ..microsoft_365 }).await.unwrap();
    change.commit().await.unwrap();
    let house = house.restarted().await;
    let mut again = Browser::new(&house);
    again.cookies.clone_from(&ada.cookies);
    let page = again.get("/account/app").await;
    let refused =
        again.post("/account/app/remove", &[("act", &act_before(&page, "id=\"remove-app\""))]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("The app stays"));
    assert!(again.get("/account").await.text.contains("Set up on"));
}
