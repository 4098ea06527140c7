//! Limits on failed tries that cannot be turned against the owner of an account.

use axum::http::StatusCode;
use chrono::TimeDelta;
use model::Clock;
use storage::EntryKind;

use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{House, PASSWORD};

const SESSION: &str = "__Host-countersign";
const DEVICE: &str = "__Host-countersign-device";
const ADA: &str = "ada@contoso.example";

/// Somebody elsewhere who guesses at Ada's password until they have to wait.
async fn guess_until_waiting(house: &House) -> Page {
    let mut thief = Browser::new(house).from([198, 51, 100, 66]);
    loop {
        let page = thief.get(SIGN_IN).await;
        let answer = thief.fill_in(&page, ADA, "not the password").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return answer;
        }
    }
}

/// Ada's browser, which signed in once from her own network and carries no session any more.
async fn signed_in_before(house: &House) -> Browser {
    let mut ada = Browser::new(house);
    assert!(ada.sign_in().await.has_token());
    ada.cookies.remove(SESSION);
    ada
}

/// S29: while a stranger is slowed, the owner's browser signs in from wherever it is, and another browser there does not.
#[tokio::test]
async fn a_known_browser_signs_in_while_strangers_wait() {
    let house = House::open().await;
    let ada = signed_in_before(&house).await;
    guess_until_waiting(&house).await;

    let mut stranger = Browser::new(&house).from([192, 0, 2, 7]);
    assert_eq!(stranger.sign_in().await.status, StatusCode::TOO_MANY_REQUESTS);
    let mut on_the_road = ada.from([192, 0, 2, 7]);
    assert!(on_the_road.sign_in().await.has_token());
}

/// S29: what was familiar before a restart is familiar after it.
#[tokio::test]
async fn a_restart_forgets_no_browser() {
    let house = House::open().await;
    let ada = signed_in_before(&house).await;
    let house = house.restarted().await;
    guess_until_waiting(&house).await;
    let mut ada = ada.at(&house).from([192, 0, 2, 7]);
    assert!(ada.sign_in().await.has_token());
}

/// S29: a network that the owner signed in from stays good for browsers that keep no cookies, after a restart too.
#[tokio::test]
async fn a_restart_forgets_no_network() {
    let house = House::open().await;
    signed_in_before(&house).await;
    let house = house.restarted().await;
    guess_until_waiting(&house).await;
    assert!(Browser::new(&house).sign_in().await.has_token());
    let page = Browser::new(&house).from([192, 0, 2, 7]).sign_in().await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

/// S30: one browser is another's stranger: what it is known for tells nothing of other accounts.
#[tokio::test]
async fn a_browser_is_known_to_its_own_account_alone() {
    let house = House::open().await;
    let mut ada = signed_in_before(&house).await.from([192, 0, 2, 7]);
    for name in ["bob", "nobody"] {
        let name = format!("{name}@contoso.example");
        let mut thief = Browser::new(&house).from([198, 51, 100, 66]);
        for _ in 0..3 {
            let page = thief.get(SIGN_IN).await;
            thief.fill_in(&page, &name, "not the password").await;
        }
        let page = ada.get(SIGN_IN).await;
        let answer = ada.fill_in(&page, &name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
    }
}

/// What a browser is known by stays when its owner signs out, opens nothing by itself, and is made for one sign-in alone
/// when there was none.
#[tokio::test]
async fn what_a_browser_is_known_by_outlives_the_session_and_is_none() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.get(SIGN_IN).await;
    assert!(!ada.cookies.contains_key(DEVICE), "nobody has signed in");
    let page = ada.sign_in().await;
    let set: Vec<_> =
        page.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    let device = set.iter().find(|cookie| cookie.starts_with(DEVICE)).unwrap();
    assert!(device.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=34560000"), "{device}");
    let known_by = ada.cookies[DEVICE].clone();

    ada.get("/adfs/ls/?wa=wsignout1.0").await;
    assert_eq!(ada.cookies.get(DEVICE), Some(&known_by));
    assert!(!ada.get(SIGN_IN).await.has_token());
    house.clock.pass(TimeDelta::days(2));
    ada.sign_in().await;
    assert_eq!(ada.cookies[DEVICE], known_by, "the same browser is not another one");
    ada.cookies.insert(SESSION.to_owned(), known_by);
    assert!(!ada.get(SIGN_IN).await.has_token());
}

/// S29: what failed before a restart counts after it, alike for an account that exists and for one that does not.
#[tokio::test]
async fn a_restart_is_no_way_around_a_wait() {
    let house = House::open().await;
    for name in [ADA, "nobody@contoso.example"] {
        let mut thief = Browser::new(&house).from([198, 51, 100, 66]);
        for _ in 0..4 {
            let page = thief.get(SIGN_IN).await;
            thief.fill_in(&page, name, "not the password").await;
        }
    }
    let house = house.restarted().await;
    for name in [ADA, "nobody@contoso.example"] {
        let mut stranger = Browser::new(&house).from([192, 0, 2, 7]);
        let page = stranger.get(SIGN_IN).await;
        let answer = stranger.fill_in(&page, name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
    }
}

/// An administrator's unlock opens the way for strangers at once, and only for that account.
#[tokio::test]
async fn an_unlocked_account_takes_strangers_again() {
    let house = House::open().await;
    guess_until_waiting(&house).await;
    let ada = house.account("ada").await.user;
    let mut change = house.store.begin().await.unwrap();
    change.unlock(ada.organisation, ada.id, house.clock.now()).await.unwrap();
    change.commit().await.unwrap();
    let house = house.restarted().await;
    let mut stranger = Browser::new(&house).from([192, 0, 2, 7]);
    assert!(stranger.sign_in().await.has_token());
}

/// One password at many accounts, from many addresses, one try each: the sixth stranger waits with it, right or wrong,
/// known or unknown alike; who was here before does not, and the alarm is raised once.
#[tokio::test]
async fn a_sprayed_password_keeps_strangers_waiting_and_owners_not() {
    let house = House::open().await;
    let ada = signed_in_before(&house).await;
    let try_from = async |last, name: &str, password: &str| {
        let mut stranger = Browser::new(&house).from([198, 51, 100, last]);
        let page = stranger.get(SIGN_IN).await;
        stranger.fill_in(&page, &format!("{name}@contoso.example"), password).await
    };
    for (last, name) in (1..).zip(["dan", "nobody", "noone", "somebody", "bob-by-chance"]) {
        assert_eq!(try_from(last, name, PASSWORD).await.status, StatusCode::FORBIDDEN, "{name}");
    }
    let (kind, detail) = house.row_before_newest().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::Alarm, &serde_json::json!("password_spray")));
    for (last, name) in (20..).zip(["ada", "nobody-else"]) {
        assert_eq!(try_from(last, name, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
    }
    assert_eq!(try_from(30, "ada", "not the password").await.status, StatusCode::FORBIDDEN);
    let mut on_the_road = ada.from([198, 51, 100, 40]);
    assert!(on_the_road.sign_in().await.has_token());
    house.clock.pass(TimeDelta::minutes(16));
    assert!(try_from(50, "ada", PASSWORD).await.has_token(), "it is over");
}
