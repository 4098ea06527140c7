//! A second factor is demanded of somebody who has none: it is set up during the sign-in.

use authn::AccessCode;
use axum::http::StatusCode;
use chrono::TimeDelta;
use model::{Application, Clock, User};
use serde_json::json;
use storage::{EntryKind, PolicyVersion};

use crate::account::{code_of, secret_of};
use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD, start};

const SESSION: &str = "__Host-countersign";
const MULTIFACTOR: &str = "&wauth=http://schemas.microsoft.com/claims/multipleauthn";

/// A house in which Microsoft 365 demands a second factor of everybody, to be set up within so many days.
async fn demanding(grace_days: u16) -> House {
    let house = House::open().await;
    let organisation = house.store.organisations().await.unwrap().remove(0).id;
    let microsoft_365 = house.store.applications(organisation).await.unwrap().remove(0);
    let mut change = house.store.begin().await.unwrap();
    change.update_application(&Application { second_factor: true, ..microsoft_365 }).await.unwrap();
    let policy = PolicyVersion {
        version: 1,
        document: format!("[enrolment]\ngrace-days = {grace_days}\n"),
        note: None,
        saved_by: "a test".to_owned(),
        saved_at: start(),
    };
    change.save_policy(organisation, &policy).await.unwrap();
    change.commit().await.unwrap();
    house.restarted().await
}

async fn user(house: &House, name: &str) -> User {
    let organisation = house.store.organisations().await.unwrap().remove(0).id;
    let upn = format!("{name}@contoso.example").parse().unwrap();
    house.store.account(organisation, &upn).await.unwrap().unwrap().user
}

/// A browser in front of the page that follows Ada's password.
async fn after_password(browser: &mut Browser, address: &str) -> Page {
    let page = browser.get(address).await;
    browser.fill_in(&page, "ada@contoso.example", PASSWORD).await
}

async fn post(browser: &mut Browser, address: &str, page: &Page, code: &str) -> Page {
    let state = page.field("state").expect("a form");
    browser.post(address, &[("state", &state), ("code", code)]).await
}

/// Gives the app's first code, keeps the recovery codes, and goes on.
async fn enrol(house: &House, browser: &mut Browser, page: &Page) -> Page {
    let code = code_of(house, &secret_of(page), 0);
    let session = browser.cookies.get(SESSION).cloned();
    let codes = post(browser, "/sign-in/enrol", page, &code).await;
    assert_eq!(codes.text.matches("<li class=\"mono\">").count(), 10, "{}", codes.text);
    assert!(!codes.has_token() && browser.cookies.get(SESSION) == session.as_ref());
    post(browser, "/sign-in/enrolled", &codes, "").await
}

/// WSF-07, decision 0012: who gave the password for this request sets up a factor in it, and the token says what was
/// given.
#[tokio::test]
async fn a_demanded_factor_is_set_up_and_counts() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = after_password(&mut ada, &format!("{SIGN_IN}{MULTIFACTOR}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Set up your authenticator app") && !page.text.contains("id=\"later\""));
    assert!(!page.has_token() && !ada.cookies.contains_key(SESSION));

    let wrong = post(&mut ada, "/sign-in/enrol", &page, "000000").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert_eq!(secret_of(&wrong), secret_of(&page), "what was scanned stays");
    house.clock.pass(TimeDelta::seconds(31));
    let done = enrol(&house, &mut ada, &wrong).await;
    assert!(done.has_token() && done.text.contains("multipleauthn"), "{}", done.text);
    let later = (start() + TimeDelta::seconds(31)).format("%Y-%m-%dT%H:%M:%S").to_string();
    assert!(done.text.contains(&later), "the second factor has its own time");
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["second_factor"]), (EntryKind::TokenIssued, &json!("totp")));

    let asked = after_password(&mut Browser::new(&house), SIGN_IN).await;
    assert!(asked.text.contains("Enter your code"), "from now on it is asked for");
}

/// S24: a session from before is no reason to take a factor for given; the password comes first.
#[tokio::test]
async fn a_session_alone_sets_up_nothing() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    house.clock.pass(TimeDelta::minutes(5));
    let page = ada.get(&format!("{SIGN_IN}{MULTIFACTOR}")).await;
    assert!(page.text.contains("name=\"password\"") && !page.text.contains("id=\"secret\""));
    let page = ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(enrol(&house, &mut ada, &page).await.text.contains("multipleauthn"));
}

/// S23: no step can be left out, and none is good in another browser or after its time.
#[tokio::test]
async fn no_step_of_an_enrolment_can_be_left_out() {
    let house = demanding(3).await;
    let mut ada = Browser::new(&house);
    let form = ada.get(SIGN_IN).await;
    for address in ["/sign-in/enrol", "/sign-in/enrolled", "/sign-in/later"] {
        let skipped = post(&mut ada, address, &form, "").await;
        assert!(skipped.text.contains("name=\"password\"") && !skipped.has_token(), "{address}");
        ada.post(address, &[("state", "AAAA")]).await.assert_refused("form_broken");
    }
    let page = after_password(&mut ada, SIGN_IN).await;
    let skipped = post(&mut ada, "/sign-in/enrolled", &page, "").await;
    assert!(skipped.text.contains("name=\"password\"") && !skipped.has_token());
    let code = code_of(&house, &secret_of(&page), 0);
    let elsewhere = post(&mut Browser::new(&house), "/sign-in/enrol", &page, &code).await;
    assert!(elsewhere.text.contains("name=\"password\""));

    house.clock.pass(TimeDelta::minutes(10));
    for address in ["/sign-in/enrol", "/sign-in/later"] {
        let late = post(&mut ada, address, &page, &code_of(&house, &secret_of(&page), 0)).await;
        assert!(late.text.contains("name=\"password\"") && !late.has_token(), "{address}");
    }
    assert!(
        house
            .store
            .totp(user(&house, "ada").await.organisation, user(&house, "ada").await.id)
            .await
            .unwrap()
            .is_none()
    );
}

/// Whoever has an app cannot set up another one by the form that was made before there was one.
#[tokio::test]
async fn a_form_of_before_replaces_nothing() {
    let house = House::open().await;
    let (mut ada, mut thief) = (Browser::new(&house), Browser::new(&house));
    let stolen = after_password(&mut thief, &format!("{SIGN_IN}{MULTIFACTOR}")).await;
    let page = after_password(&mut ada, &format!("{SIGN_IN}{MULTIFACTOR}")).await;
    enrol(&house, &mut ada, &page).await;
    let refused = post(&mut thief, "/sign-in/enrol", &stolen, &code_of(&house, &secret_of(&stolen), 0)).await;
    assert!(refused.text.contains("name=\"password\"") && !refused.has_token());
}

/// The days of grace count from the first demand; until they are over it may be put off, afterwards it may not.
#[tokio::test]
async fn a_demand_of_the_firm_may_be_put_off_for_the_days_of_grace() {
    let house = demanding(3).await;
    let mut ada = Browser::new(&house);
    let page = after_password(&mut ada, SIGN_IN).await;
    assert!(page.text.contains("Not now: 3 days left"), "{}", page.text);
    let later = post(&mut ada, "/sign-in/later", &page, "").await;
    assert!(later.has_token() && !later.text.contains("multipleauthn"));
    assert!(ada.get(SIGN_IN).await.has_token(), "a session of these days is not asked again and again");

    house.clock.pass(TimeDelta::days(2) + TimeDelta::hours(1));
    let page = after_password(&mut ada, SIGN_IN).await;
    assert!(page.text.contains("Not now: one day left"));
    assert!(post(&mut ada, "/sign-in/later", &page, "").await.has_token());

    house.clock.pass(TimeDelta::hours(24));
    let page = ada.get(SIGN_IN).await;
    assert!(page.text.contains("name=\"password\""), "the session of before ends its ease with the grace");
    let page = ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(page.text.contains("Set up your authenticator app") && !page.text.contains("id=\"later\""));
    let refused = post(&mut ada, "/sign-in/later", &page, "").await;
    assert!(!refused.has_token());
}

/// WSF-07: what the request itself demands waits for nobody.
#[tokio::test]
async fn a_demand_of_the_request_cannot_be_put_off() {
    let house = demanding(30).await;
    let mut ada = Browser::new(&house);
    let page = after_password(&mut ada, &format!("{SIGN_IN}{MULTIFACTOR}")).await;
    assert!(page.text.contains("Set up your authenticator app") && !page.text.contains("id=\"later\""));
    assert!(!post(&mut ada, "/sign-in/later", &page, "").await.has_token());
}

/// Nobody enrols for an application that they may not use.
#[tokio::test]
async fn nobody_sets_up_a_factor_for_nothing() {
    let house = demanding(0).await;
    let mut bob = Browser::new(&house);
    let page = bob.get(SIGN_IN).await;
    bob.fill_in(&page, "bob@contoso.example", PASSWORD).await.assert_refused("application_not_granted");
}

/// Gives Ada an access code for an hour.
async fn access_code(house: &House) -> String {
    let (ada, code) = (user(house, "ada").await, AccessCode::random().unwrap());
    let now = house.clock.now();
    let mut change = house.store.begin().await.unwrap();
    let end = now + TimeDelta::hours(1);
    change.set_access_code(ada.organisation, ada.id, &code.hash(ada.id), now, end).await.unwrap();
    change.commit().await.unwrap();
    code.written().to_string()
}

async fn give_access_code(browser: &mut Browser, page: &Page, code: &str) -> Page {
    let state = page.field("state").expect("a form");
    browser.post("/sign-in/code", &[("state", &state), ("recovery_code", code)]).await
}

/// S86: an access code opens the enrolment of another factor, once, and is no evidence of anything.
#[tokio::test]
async fn an_access_code_opens_enrolment_and_nothing_else() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = after_password(&mut ada, &format!("{SIGN_IN}{MULTIFACTOR}")).await;
    let lost = secret_of(&page);
    enrol(&house, &mut ada, &page).await;
    let code = access_code(&house).await;

    let mut new_phone = Browser::new(&house);
    let page = after_password(&mut new_phone, SIGN_IN).await;
    let page = give_access_code(&mut new_phone, &page, &code.to_lowercase()).await;
    assert!(page.text.contains("Set up your authenticator app") && !page.has_token(), "{}", page.text);
    assert!(!new_phone.cookies.contains_key(SESSION) && !page.text.contains("id=\"later\""));
    assert!(!post(&mut new_phone, "/sign-in/later", &page, "").await.has_token());
    house.clock.pass(TimeDelta::seconds(31));
    let done = enrol(&house, &mut new_phone, &page).await;
    assert!(done.text.contains("name=\"password\"") && !done.has_token(), "the sign-in begins anew");
    assert!(!new_phone.cookies.contains_key(SESSION));
    assert!(!ada.get(SIGN_IN).await.has_token(), "whoever had the lost phone is signed out");

    let asked = after_password(&mut ada, SIGN_IN).await;
    house.clock.pass(TimeDelta::seconds(31));
    assert!(!post(&mut ada, "/sign-in/code", &asked, &code_of(&house, &lost, 0)).await.has_token());
    let again = give_access_code(&mut ada, &asked, &code).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "it was used");
}

/// S86: an hour, its owner, and nobody who did not give a password.
#[tokio::test]
async fn an_access_code_is_good_for_an_hour_and_one_person() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = after_password(&mut ada, &format!("{SIGN_IN}{MULTIFACTOR}")).await;
    enrol(&house, &mut ada, &page).await;
    let code = access_code(&house).await;
    let form = Browser::new(&house).get(SIGN_IN).await;
    let skipped = give_access_code(&mut Browser::new(&house), &form, &code).await;
    assert!(skipped.text.contains("name=\"password\""));

    house.clock.pass(TimeDelta::hours(1));
    let mut browser = Browser::new(&house);
    let page = after_password(&mut browser, SIGN_IN).await;
    let late = give_access_code(&mut browser, &page, &code).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.text.contains("Enter your code") && !late.text.contains("id=\"secret\""));
}
