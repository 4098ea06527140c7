//! The second factor, from the password to the token, at a clock of the test's own.

use authn::{RecoveryCode, TotpSecret};
use axum::http::StatusCode;
use chrono::TimeDelta;
use model::{ActiveRoad, Clock, User};
use serde_json::json;
use storage::EntryKind;
use totp_rs::Builder;

use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD, start};

const SESSION: &str = "__Host-countersign";
const MULTIFACTOR: &str = "&wauth=http://schemas.microsoft.com/claims/multipleauthn";
const MULTIPLE: &str = "http://schemas.microsoft.com/claims/multipleauthn";

/// An authenticator app on somebody's phone.
struct App(TotpSecret);

impl App {
    /// The code of the present step, or of so many later, by another implementation than the server's window.
    fn code(&self, house: &House, later: i64) -> String {
        let at = house.clock.now().timestamp() + 30 * later;
        let totp = Builder::new().with_secret(self.0.as_bytes().to_vec()).build().unwrap();
        totp.generate(at.try_into().unwrap()).to_string()
    }
}

async fn user(house: &House, name: &str) -> User {
    let organisation = house.store.organisations().await.unwrap().remove(0).id;
    let upn = format!("{name}@contoso.example").parse().unwrap();
    house.store.account(organisation, &upn).await.unwrap().unwrap().user
}

/// Gives somebody an app.
async fn enrol(house: &House, name: &str) -> App {
    let user = user(house, name).await;
    let secret = TotpSecret::random().unwrap();
    let mut change = house.store.begin().await.unwrap();
    change.begin_totp(user.organisation, user.id, secret.as_bytes(), start()).await.unwrap();
    change.confirm_totp(user.organisation, user.id, 0, start()).await.unwrap();
    change.commit().await.unwrap();
    App(secret)
}

/// Ada's browser after the password, in front of the page that asks for a code.
async fn half_way(browser: &mut Browser, address: &str) -> Page {
    let page = browser.get(address).await;
    let page = browser.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("autocomplete=\"one-time-code\"") && !page.has_token(), "{}", page.text);
    page
}

async fn give(browser: &mut Browser, page: &Page, code: &str) -> Page {
    let state = page.field("state").expect("a form");
    browser.post("/sign-in/code", &[("state", &state), ("code", code)]).await
}

fn token(page: &Page) -> String {
    page.field("wresult").expect("a token")
}

/// S20, S24, WSF-07, TOK-10: a session begins with the second factor and not before, and its tokens say so.
#[tokio::test]
async fn a_password_and_a_code_make_a_session_whose_tokens_say_so() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada, SIGN_IN).await;
    assert!(!ada.cookies.contains_key(SESSION));

    house.clock.pass(TimeDelta::seconds(90));
    let page = give(&mut ada, &page, &app.code(&house, 0)).await;
    let first = token(&page);
    assert_eq!(first.matches(&format!("<saml:AttributeValue>{MULTIPLE}<")).count(), 2, "{first}");
    assert!(first.contains("AuthenticationMethod=\"urn:oasis:names:tc:SAML:1.0:am:password\""));
    let at = |seconds| (start() + TimeDelta::seconds(seconds)).format("%Y-%m-%dT%H:%M:%S").to_string();
    let instant = first.split("multifactorauthenticationinstant").nth(1).unwrap();
    assert!(instant.split("</saml:Attribute>").next().unwrap().contains(&at(90)));
    assert!(first.contains(&format!("AuthenticationInstant=\"{}", at(0))), "the first factor's time stays");
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["second_factor"]), (EntryKind::TokenIssued, &json!("totp")));

    assert!(token(&ada.get(&format!("{SIGN_IN}{MULTIFACTOR}")).await).contains(MULTIPLE), "no second prompt");
}

/// S21: a sign-in that changed networks before its password is flagged at its second factor too, where the token is made.
#[tokio::test]
async fn a_second_factor_remembers_where_the_sign_in_began() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = ada.get(SIGN_IN).await;
    let mut ada = ada.from([198, 51, 100, 7]);
    let page = ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert!(give(&mut ada, &page, &app.code(&house, 0)).await.has_token());
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["network_changed"]), (EntryKind::TokenIssued, &json!(true)));
}

/// S24: whoever has no second factor has no claim of one.
#[tokio::test]
async fn a_password_alone_claims_nothing() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    assert!(!token(&ada.sign_in().await).contains("multi"));
    assert!(!ada.get(&format!("{SIGN_IN}{MULTIFACTOR}")).await.has_token());
}

/// S28: a code works once, in whatever browser; the step before and the one after are accepted, two are not.
#[tokio::test]
async fn a_code_works_once_and_near_its_time() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    for later in -2_i64..=2 {
        // Failures of before are not what this is about.
        house.clock.pass(TimeDelta::minutes(20));
        let mut ada = Browser::new(&house);
        let page = half_way(&mut ada, SIGN_IN).await;
        let code = app.code(&house, later);
        let answer = give(&mut ada, &page, &code).await;
        assert_eq!(answer.has_token(), later.abs() <= 1, "{later}");
        if answer.has_token() {
            let mut thief = Browser::new(&house);
            let page = half_way(&mut thief, SIGN_IN).await;
            let replayed = give(&mut thief, &page, &code).await;
            assert_eq!(replayed.status, StatusCode::FORBIDDEN);
            assert!(replayed.text.contains("or was used before") && !thief.cookies.contains_key(SESSION));
        }
    }
}

/// Somebody else's code, nonsense and nothing at all are no code, and each counts.
#[tokio::test]
async fn wrong_codes_are_refused_and_counted_with_the_passwords() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let bobs = enrol(&house, "bob").await;
    let mut ada = Browser::new(&house);
    let mut page = half_way(&mut ada, SIGN_IN).await;
    for wrong in [bobs.code(&house, 0), "nonsense".to_owned(), String::new()] {
        page = give(&mut ada, &page, &wrong).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{wrong}");
        let (kind, detail) = house.newest_row().await;
        assert_eq!((kind, &detail["second_factor"]), (EntryKind::SignInFailed, &json!("totp")));
    }
    let waiting = give(&mut ada, &page, &app.code(&house, 0)).await;
    assert_eq!(waiting.status, StatusCode::TOO_MANY_REQUESTS, "the right one waits as well");
    assert!(waiting.header("retry-after").parse::<u64>().unwrap() >= 1);
}

/// S29: whoever knows the password cannot guess codes without end by giving it again and again.
#[tokio::test]
async fn a_right_password_forgives_no_wrong_code() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada, SIGN_IN).await;
    assert!(give(&mut ada, &page, &app.code(&house, 0)).await.has_token(), "the address is familiar");
    ada.cookies.clear();
    let mut last = StatusCode::OK;
    for _ in 0..3 {
        let page = half_way(&mut ada, SIGN_IN).await;
        last = give(&mut ada, &page, "000000").await.status;
    }
    assert_eq!(last, StatusCode::FORBIDDEN);
    let page = ada.get(SIGN_IN).await;
    let page = ada.fill_in(&page, "ada@contoso.example", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

/// S23: no step can be left out, and none is good in another browser or after its time.
#[tokio::test]
async fn a_code_without_the_password_is_not_looked_at() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let form = ada.get(SIGN_IN).await;
    let skipped = give(&mut ada, &form, &app.code(&house, 0)).await;
    assert_eq!(skipped.status, StatusCode::BAD_REQUEST);
    assert!(skipped.text.contains("name=\"password\"") && !skipped.has_token());
    ada.post("/sign-in/code", &[("state", "AAAA"), ("code", &app.code(&house, 0))])
        .await
        .assert_refused("form_broken");

    let page = half_way(&mut ada, SIGN_IN).await;
    let elsewhere = give(&mut Browser::new(&house), &page, &app.code(&house, 0)).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
    assert!(elsewhere.text.contains("name=\"password\""));

    house.clock.pass(TimeDelta::minutes(10));
    let late = give(&mut ada, &page, &app.code(&house, 0)).await;
    assert!(late.text.contains("name=\"password\"") && !late.has_token());
    let page = half_way(&mut ada, SIGN_IN).await;
    assert!(give(&mut ada, &page, &app.code(&house, 0)).await.has_token(), "none of these used the code up");
}

/// S23: whoever was disabled, or given another password, between the steps is not half-way any more.
#[tokio::test]
async fn what_changes_between_the_steps_counts() {
    for disabled in [true, false] {
        let house = House::open().await;
        let app = enrol(&house, "ada").await;
        let ada = user(&house, "ada").await;
        let mut browser = Browser::new(&house);
        let page = half_way(&mut browser, SIGN_IN).await;
        let mut change = house.store.begin().await.unwrap();
        if disabled {
            change.update_user(&User { active: false, ..ada }).await.unwrap();
        } else {
            let later = start() + TimeDelta::seconds(1);
            change.set_password(ada.organisation, ada.id, "$argon2id$", later).await.unwrap();
        }
        change.commit().await.unwrap();
        let refused = give(&mut browser, &page, &app.code(&house, 0)).await;
        assert!(refused.text.contains("name=\"password\"") && !refused.has_token());
    }
}

/// S20, S25, WSF-08: an old second factor is asked for alone, and the session is another one afterwards.
#[tokio::test]
async fn a_second_factor_that_is_too_old_is_asked_for_alone() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada, SIGN_IN).await;
    give(&mut ada, &page, &app.code(&house, 0)).await;
    let before = ada.cookies[SESSION].clone();
    house.clock.pass(TimeDelta::seconds(301));
    let demanded = |age: u32| format!("{SIGN_IN}{MULTIFACTOR}&mfa_max_age={age}");
    assert!(ada.get(&demanded(301)).await.has_token());

    let page = ada.get(&demanded(300)).await;
    assert!(page.text.contains("name=\"code\"") && !page.text.contains("name=\"password\""));
    let page = give(&mut ada, &page, &app.code(&house, 0)).await;
    let expected = (start() + TimeDelta::seconds(301)).format("%Y-%m-%dT%H:%M:%S").to_string();
    assert!(token(&page).contains(&expected));
    assert!(token(&page).contains(&start().format("AuthenticationInstant=\"%Y-%m-%dT%H:%M:%S").to_string()));
    assert_ne!(ada.cookies[SESSION], before, "another session");
    let mut thief = Browser::new(&house);
    thief.cookies.insert(SESSION.into(), before);
    assert!(!thief.get(SIGN_IN).await.has_token(), "the former is dead");
}

/// S22: half-way from a session leads nowhere once the session has ended.
#[tokio::test]
async fn a_step_up_ends_with_its_session() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada, SIGN_IN).await;
    give(&mut ada, &page, &app.code(&house, 0)).await;
    house.clock.pass(TimeDelta::seconds(60));
    let page = ada.get(&format!("{SIGN_IN}{MULTIFACTOR}&mfa_max_age=5")).await;
    assert!(page.text.contains("name=\"code\""));
    ada.get("/adfs/ls/?wa=wsignout1.0").await;
    let refused = give(&mut ada, &page, &app.code(&house, 0)).await;
    assert!(refused.text.contains("name=\"password\"") && !refused.has_token());
}

/// S25: with `wfresh=0` one pass through both factors answers both demands.
#[tokio::test]
async fn a_fresh_sign_in_with_two_factors_is_one_pass() {
    let house = House::open().await;
    let app = enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada, SIGN_IN).await;
    give(&mut ada, &page, &app.code(&house, 0)).await;
    house.clock.pass(TimeDelta::seconds(60));
    let page = half_way(&mut ada, &format!("{SIGN_IN}{MULTIFACTOR}&wfresh=0")).await;
    assert!(token(&give(&mut ada, &page, &app.code(&house, 0)).await).contains(MULTIPLE));
}

/// A recovery code stands in for the app, once.
#[tokio::test]
async fn a_recovery_code_works_once() {
    let house = House::open().await;
    enrol(&house, "ada").await;
    let ada = user(&house, "ada").await;
    let code = RecoveryCode::random().unwrap();
    let mut change = house.store.begin().await.unwrap();
    change.replace_recovery_codes(ada.organisation, ada.id, &[code.hash(ada.id)], start()).await.unwrap();
    change.commit().await.unwrap();
    for (status, works) in [(StatusCode::OK, true), (StatusCode::FORBIDDEN, false)] {
        let mut browser = Browser::new(&house);
        let page = half_way(&mut browser, SIGN_IN).await;
        let typed = code.written().to_lowercase().replace('-', " ");
        let fields = [("state", page.field("state").unwrap()), ("recovery_code", typed)];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = browser.post("/sign-in/code", &fields).await;
        assert_eq!((answer.status, answer.has_token()), (status, works));
        let (_, detail) = house.newest_row().await;
        assert_eq!(detail["second_factor"], "recovery-code");
    }
}

/// Whoever is half-way can be somebody else instead.
#[tokio::test]
async fn another_account_begins_at_the_beginning() {
    let house = House::open().await;
    enrol(&house, "ada").await;
    let mut ada = Browser::new(&house);
    let page = half_way(&mut ada, SIGN_IN).await;
    let again = ada.post("/sign-in/again", &[("state", &page.field("state").unwrap())]).await;
    assert!(again.text.contains("name=\"password\"") && !again.text.contains("ada@contoso.example"));
}

/// WST-10, protocol.md §4.8: with a second factor enrolled the password alone opens no active door.
#[tokio::test]
async fn a_program_is_refused_for_somebody_with_a_second_factor() {
    let house = House::open_to_programs(ActiveRoad::Windows).await;
    assert_eq!(crate::active::sent_by_ada(&house).await.status, StatusCode::OK);
    enrol(&house, "ada").await;
    let refused = crate::active::sent_by_ada(&house).await;
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(refused.text.contains("FailedAuthentication"), "{}", refused.text);
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::SignInRefused, &json!("entra_mfa_demand_not_known")));
}
