//! Rules about places, from an address to a page or a token.

use std::fs;
use std::sync::Arc;

use axum::http::StatusCode;
use geography::{Files, Geography, sample};
use serde_json::json;

use crate::browser::{Browser, SIGN_IN};
use crate::house::{Equipment, House, PASSWORD};

const GEOLOCK: &str = "[geolock]\ncountries = ['AU', 'NZ']\n";
/// An address in Portugal, and one behind a carrier's NAT.
const PORTUGAL: [u8; 4] = [198, 51, 100, 7];
const NOWHERE: [u8; 4] = [100, 64, 0, 1];

/// A house under this policy, which knows where some documentation ranges are.
async fn house(document: &str) -> House {
    let house = House::open().await;
    house.decree(document).await;
    let folder = tempfile::tempdir().unwrap();
    let (countries, networks) = (folder.path().join("country.mmdb"), folder.path().join("network.mmdb"));
    let at = [("203.0.113.0/24", "AU"), ("198.51.100.0/24", "PT")];
    fs::write(&countries, sample::countries(&at).unwrap()).unwrap();
    fs::write(&networks, sample::autonomous_systems(&[("198.51.100.0/24", 64_497)]).unwrap()).unwrap();
    let files = Files { countries: Some(countries), autonomous_systems: Some(networks) };
    house.restarted_with(Equipment { geography: Arc::new(Geography::open(files)), outbox: None }).await
}

/// S97: what can be decided without the person is decided before a password is asked for.
#[tokio::test]
async fn geolock_lets_in_from_its_countries_and_asks_nobody_elsewhere_for_a_password() {
    let house = house(GEOLOCK).await;
    assert!(Browser::new(&house).sign_in().await.has_token());
    let refused = Browser::new(&house).from(PORTUGAL).get(SIGN_IN).await;
    refused.assert_refused("rule");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// S32: an address whose country nobody knows is refused by default, and so is everybody while there is no database.
#[tokio::test]
async fn geolock_refuses_whom_it_cannot_place_unless_it_says_otherwise() {
    let strict = house(GEOLOCK).await;
    Browser::new(&strict).from(NOWHERE).get(SIGN_IN).await.assert_refused("rule");
    let without_files = strict.restarted().await;
    Browser::new(&without_files).get(SIGN_IN).await.assert_refused("rule");

    let lenient = house(&format!("{GEOLOCK}allow-unknown = true\n")).await;
    assert!(Browser::new(&lenient).from(NOWHERE).sign_in().await.has_token());
    Browser::new(&lenient).from(PORTUGAL).get(SIGN_IN).await.assert_refused("rule");
}

/// S27: the place counts for every token, not for the sign-in alone.
#[tokio::test]
async fn a_session_that_travels_is_judged_where_it_is() {
    let house = house(GEOLOCK).await;
    let mut ada = Browser::new(&house);
    assert!(ada.sign_in().await.has_token());
    assert!(ada.get(SIGN_IN).await.has_token());
    let mut ada = ada.from(PORTUGAL);
    ada.get(SIGN_IN).await.assert_refused("rule");
}

#[tokio::test]
async fn a_rule_may_name_an_autonomous_system() {
    let document =
        "[[rules]]\nname = 'That operator'\nwhen = { autonomous-systems = ['AS64497'] }\nthen = 'deny'\n";
    let house = house(document).await;
    Browser::new(&house).from(PORTUGAL).get(SIGN_IN).await.assert_refused("rule");
    assert!(Browser::new(&house).sign_in().await.has_token());
    assert!(Browser::new(&house).from(NOWHERE).sign_in().await.has_token(), "unknown is not that operator");
}

/// What was known of the place stands in the row of the refusal.
#[tokio::test]
async fn a_refusal_is_explained_by_the_place() {
    let house = house(GEOLOCK).await;
    Browser::new(&house).from(PORTUGAL).get(SIGN_IN).await.assert_refused("rule");
    let (_, detail) = house.newest_row().await;
    assert_eq!(detail["code"], json!("rule"));
    assert!(detail["policy"].to_string().contains("Geolock"), "{detail}");
    assert!(!detail.to_string().contains(PASSWORD));
}
