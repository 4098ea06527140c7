//! Rules of the organisation's policy, from a request to a page, a fault or a token.

use axum::http::StatusCode;
use model::ActiveRoad;
use serde_json::json;
use storage::EntryKind;

use crate::active::sent_by_ada;
use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD};

/// Somewhere else than the network `street`, where browsers of these tests are.
const ELSEWHERE: [u8; 4] = [198, 51, 100, 7];

const ADA: &str = "ada@contoso.example";

/// Everybody is refused outside the street.
const STREET_ONLY: &str = "[[rules]]
name = 'Only in our street'
when = { not-networks = ['street'] }
then = 'deny'
message = 'Contoso <works> in its street.'
";

/// Ada is refused outside the street, by her role.
const ADA_STAYS: &str = "[[rules]]
name = 'Staff stay in the street'
when = { roles = ['M365 Users'], not-networks = ['street'] }
then = 'deny'
message = 'Staff sign in from our street.'
";

async fn house(document: &str) -> House {
    let house = House::open().await;
    house.decree(document).await;
    house.restarted().await
}

/// What a failed sign-in shows, without what differs from page to page anyway: seals, the challenge for a passkey, and the
/// reference.
fn words(page: &Page) -> String {
    let state = page.field("state").unwrap_or_default();
    let text = page.text.replace(&crate::browser::escaped(&state), "");
    let (before, after) = text.split_once("Reference ").unwrap();
    let text = format!("{before}{}", after.get("7K4M-2QXD".len()..).unwrap());
    text.lines().filter(|line| !line.contains("data-options")).collect::<Vec<_>>().join("\n")
}

/// S97: refused before the password is looked at, alike for every name, in the organisation's own words.
#[tokio::test]
async fn what_concerns_everybody_is_refused_before_any_password_is_looked_at() {
    let house = house(STREET_ONLY).await;
    let mut stranger = Browser::new(&house).from(ELSEWHERE);
    let page = stranger.get(SIGN_IN).await;
    page.assert_refused("rule");
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("You cannot sign in from here") && page.text.contains("198.51.100.7"));
    assert!(page.text.contains("Contoso &#60;works&#62; in its street."), "{}", page.text);

    // The form was made in the street and is sent from elsewhere.
    let mut traveller = Browser::new(&house);
    let form = traveller.get(SIGN_IN).await;
    let mut traveller = traveller.from(ELSEWHERE);
    let hashes = house.hashes();
    for (name, password) in [(ADA, PASSWORD), (ADA, "wrong"), ("nobody@contoso.example", PASSWORD)] {
        traveller.fill_in(&form, name, password).await.assert_refused("rule");
    }
    assert_eq!(house.hashes(), hashes);
}

/// S97: a right password is not told from a wrong one by a rule that refuses its owner; nor by what follows, because
/// both count.
#[tokio::test]
async fn what_depends_on_the_person_does_not_show_that_a_password_was_right() {
    let house = house(ADA_STAYS).await;
    let mut tries = Vec::new();
    for password in [PASSWORD, "wrong"] {
        let mut stranger = Browser::new(&house).from(ELSEWHERE);
        let form = stranger.get(SIGN_IN).await;
        tries.push(stranger.fill_in(&form, ADA, password).await);
    }
    assert_eq!(tries[0].status, tries[1].status);
    assert_eq!(words(&tries[0]), words(&tries[1]));
    assert!(!tries[0].has_token() && !tries[0].text.contains("street"));

    // Two failures so far, and a third: from now on strangers wait, whatever they type.
    let mut stranger = Browser::new(&house).from(ELSEWHERE);
    let form = stranger.get(SIGN_IN).await;
    stranger.fill_in(&form, ADA, PASSWORD).await;
    let waiting = stranger.fill_in(&form, ADA, PASSWORD).await;
    assert_eq!(waiting.status, StatusCode::TOO_MANY_REQUESTS);
}

/// S97: the ledger has the reason all the same, so that an admin can explain the reference.
#[tokio::test]
async fn the_ledger_names_the_rule_that_a_page_kept_to_itself() {
    let house = house(ADA_STAYS).await;
    let mut stranger = Browser::new(&house).from(ELSEWHERE);
    let form = stranger.get(SIGN_IN).await;
    stranger.fill_in(&form, ADA, PASSWORD).await;
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::SignInRefused, &json!("rule")));
    assert_eq!(detail["policy"], json!({ "version": 1, "matched": "Staff stay in the street" }));
}

/// S97: in a browser that Ada has signed in with before, the reason is told. S27: her session does not outlive the rule.
#[tokio::test]
async fn whoever_signed_in_with_the_browser_before_is_told_the_reason() {
    let house = house(ADA_STAYS).await;
    let mut ada = Browser::new(&house);
    assert!(ada.sign_in().await.has_token());
    let mut ada = ada.from(ELSEWHERE);
    let refused = ada.get(SIGN_IN).await;
    refused.assert_refused("rule");
    assert!(refused.text.contains("Staff sign in from our street."));

    // The session's cookie gone, the browser is still known.
    ada.forget("__Host-countersign");
    let form = ada.get(SIGN_IN).await;
    let refused = ada.fill_in(&form, ADA, PASSWORD).await;
    refused.assert_refused("rule");
    assert!(refused.text.contains("Staff sign in from our street."));
}

/// Rows of those who are let in say which rule decided, and which ones only report.
#[tokio::test]
async fn a_token_s_row_says_what_the_rules_said() {
    let watched = format!("{}report-only = true\n", STREET_ONLY.replace("not-networks", "networks"));
    let house = house(&watched).await;
    assert!(Browser::new(&house).sign_in().await.has_token());
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["policy_version"]), (EntryKind::TokenIssued, &json!(1)));
    assert_eq!(detail["policy"], json!({ "version": 1, "reported": ["Only in our street"] }));
}

/// The built-in policy leaves rows as small as they were.
#[tokio::test]
async fn without_rules_rows_say_nothing_of_them() {
    let house = House::open().await;
    assert!(Browser::new(&house).sign_in().await.has_token());
    let (_, detail) = house.newest_row().await;
    assert_eq!((&detail["policy_version"], detail.get("policy")), (&json!(0), None));
}

/// A profile that demands a second factor is met by nobody who has none.
#[tokio::test]
async fn a_profile_that_demands_a_second_factor_lets_nobody_in_without() {
    let house = house("[profiles.p]\nchallenge-2 = ['totp']\n[[rules]]\nname = 'all'\nprofile = 'p'\n").await;
    let page = Browser::new(&house).sign_in().await;
    assert!(!page.has_token());
}

/// S54, CAF-02: programs are refused by the same rules: by a fault, before the password where it concerns everybody.
#[tokio::test]
async fn programs_are_refused_by_the_same_rules() {
    let programs = "[[rules]]\nname = 'No programs'\nwhen = { endpoints = ['active-13'] }\nthen = 'deny'\n";
    let opened = async |document: &str| {
        let house = House::open_to_programs(ActiveRoad::Windows).await;
        house.decree(document).await;
        house.restarted().await
    };
    let house = opened(programs).await;
    let fault = sent_by_ada(&house).await;
    assert!(fault.text.contains("Fault") && !fault.text.contains("Assertion"), "{}", fault.text);
    assert_eq!(house.hashes(), 0);
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::SignInRefused, &json!("rule")));

    // What depends on the person is the fault for a wrong password, with the reason in the ledger.
    let by_role = programs.replace("endpoints = ['active-13']", "roles = ['M365 Users']");
    let house = opened(&by_role).await;
    let fault = sent_by_ada(&house).await;
    assert!(fault.text.contains("FailedAuthentication"), "{}", fault.text);
    assert_eq!(house.hashes(), 1);
    assert_eq!(house.newest_row().await.1["policy"]["matched"], json!("No programs"));
}

/// S88: a break-glass account gets no token for Microsoft 365, and a password is not enough for anything.
#[tokio::test]
async fn a_break_glass_account_does_not_get_in_by_password() {
    let house = house("[break-glass]\nusers = ['ada@contoso.example']\n").await;
    let page = Browser::new(&house).sign_in().await;
    assert!(!page.has_token());
    let page = Browser::new(&house).get("/account").await;
    assert!(!page.has_token());
}

/// A policy that cannot be read any more lets nobody in, rather than everybody past what it refused.
#[tokio::test]
async fn a_policy_that_cannot_be_read_lets_nobody_in() {
    let house = house("[[rules]]\nname = 'a'\nwhen = { networks = ['gone'] }\nthen = 'deny'\n").await;
    let page = Browser::new(&house).get(SIGN_IN).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
}
