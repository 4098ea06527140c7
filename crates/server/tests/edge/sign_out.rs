use axum::http::StatusCode;

use crate::browser::{Browser, SIGN_IN};
use crate::house::{House, LOGIN_SRF};

/// WSF-12
#[tokio::test]
async fn a_sign_out_ends_the_session_and_tells_the_applications() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    let before = ada.cookies.clone();
    let page = ada.get("/adfs/ls/?wa=wsignout1.0").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&format!("src=\"{LOGIN_SRF}?wa=wsignoutcleanup1.0\"")));
    assert!(
        page.header("content-security-policy").contains("frame-src https://login.microsoftonline.com https:")
    );
    assert!(!ada.cookies.contains_key("__Host-countersign"));
    ada.cookies = before;
    assert!(!ada.get(SIGN_IN).await.has_token(), "the cookie alone opens nothing");
}

/// WSF-05, S11
#[tokio::test]
async fn only_a_registered_address_is_gone_on_to() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.get(&format!("/adfs/ls/?wa=wsignout1.0&wreply={LOGIN_SRF}")).await;
    assert!(page.text.contains(&format!("content=\"5;url={LOGIN_SRF}\"")));
    for evil in ["https://evil.example/", "https://login.microsoftonline.com/", "javascript:alert(1)"] {
        let page = ada.get(&format!("/adfs/ls/?wa=wsignout1.0&wreply={evil}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.header("location").is_empty() && !page.text.contains(evil), "{evil}");
    }
}

/// WSF-13
#[tokio::test]
async fn a_clean_up_is_quiet_frameable_and_repeatable() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    for _ in 0..2 {
        let page = ada.get("/adfs/ls/?wa=wsignoutcleanup1.0&wreply=https://evil.example/").await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "image/gif"));
        assert!(page.header("x-frame-options").is_empty() && page.header("location").is_empty());
        assert!(!ada.get(SIGN_IN).await.has_token());
    }
}

#[tokio::test]
async fn the_start_page_offers_what_can_be_done() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    assert!(ada.get("/").await.text.contains("Sign in to Contoso"));
    ada.sign_in().await;
    let page = ada.get("/").await;
    assert!(page.text.contains("Open Microsoft 365") && page.text.contains("Sign out"));
    let (_, rest) = page.text.split_once("<a class=\"btn primary full\" href=\"").unwrap();
    let address = rest.split('"').next().unwrap().replace("&#38;", "&");
    assert!(ada.get(&address).await.has_token(), "WSF-14");
}
