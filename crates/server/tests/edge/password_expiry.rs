//! What Microsoft 365 is told of a password that ends soon, and of no other.

use chrono::TimeDelta;
use model::ActiveRoad;

use crate::active::sent_by_ada;
use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{BASE_URL, House};
use crate::key::Key;

const NAMES: [&str; 3] = ["passwordexpirationtime", "passwordexpirationdays", "passwordchangeurl"];

/// The policy of Ada's organisation: her password was set when the test began.
async fn house(days: u8) -> House {
    let house = House::open_to_programs(ActiveRoad::Windows).await;
    house.decree(&format!("passwords.max-age-days = {days}")).await;
    house.restarted().await
}

/// The value of an attribute of a token.
fn value<'t>(token: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = token.split_once(&format!("AttributeName=\"{name}\""))?;
    let (_, rest) = rest.split_once("AttributeValue>")?;
    rest.split("</").next()
}

fn token(page: &Page) -> String {
    page.field("wresult").expect("a token")
}

/// TOK-11: told at the sign-in and by single sign-on; the address that is told is the page itself.
#[tokio::test]
async fn a_browser_takes_along_when_the_password_ends_and_where_it_is_changed() {
    let house = house(24).await;
    let mut ada = Browser::new(&house);
    let early = token(&ada.sign_in().await);
    assert_eq!(NAMES.map(|name| value(&early, name)), [None; 3]);

    house.clock.pass(TimeDelta::days(10) + TimeDelta::hours(1));
    let mut ada = Browser::new(&house);
    let given = token(&ada.sign_in().await);
    let again = token(&ada.get(SIGN_IN).await);
    let [time, days, address] = NAMES.map(|name| value(&given, name).unwrap());
    assert_eq!((time, days), ("2026-12-12T11:06:40.000Z", "13"));
    assert_eq!(NAMES.map(|name| value(&again, name)), [Some(time), Some(days), Some(address)]);

    let page = ada.get(address.strip_prefix(BASE_URL).unwrap()).await;
    assert!(page.text.contains("name=\"new_password\""), "{}", page.text);
}

/// TOK-11: Outlook shows it, so a program's token says it too.
#[tokio::test]
async fn a_program_takes_it_along_as_well() {
    let house = house(10).await;
    let answer = sent_by_ada(&house).await;
    assert_eq!(value(&answer.text, "passwordexpirationdays"), Some("10"), "{}", answer.text);
}

/// TOK-11: whoever signs in with a passkey does not have to think of the password.
#[tokio::test]
async fn a_passkey_takes_nothing_of_it_along() {
    let house = house(10).await;
    let (mut ada, mut key) = (Browser::new(&house), Key::new());
    assert!(token(&ada.sign_in().await).contains("passwordexpiration"));
    key.enrol(&mut ada).await;
    let mut elsewhere = Browser::new(&house);
    let page = elsewhere.get(SIGN_IN).await;
    let given = token(&key.sign_in(&mut elsewhere, &page).await);
    assert_eq!(NAMES.map(|name| value(&given, name)), [None; 3]);
}
