use axum::http::StatusCode;

use crate::browser::{Browser, SIGN_IN, escaped};
use crate::house::{House, LOGIN_SRF};

#[tokio::test]
async fn a_person_signs_in_and_the_token_goes_where_it_belongs() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let page = ada.sign_in().await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&format!("action=\"{LOGIN_SRF}\"")));
    assert_eq!(page.field("wa").as_deref(), Some("wsignin1.0"));
    assert_eq!(page.field("wctx").as_deref(), Some("LoginOptions=3&estsredirect=2"));
    assert!(page.field("wresult").unwrap().contains("ada@contoso.example"));
    assert!(!page.text.contains("form-action"));
}

#[tokio::test]
async fn somebody_who_is_signed_in_is_not_asked_again() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    assert!(ada.get(SIGN_IN).await.has_token());
    assert!(!ada.get(&format!("{SIGN_IN}&wfresh=0")).await.has_token(), "WSF-06");
    assert!(!Browser::new(&house).get(SIGN_IN).await.has_token());
}

#[tokio::test]
async fn the_start_page_says_who_is_signed_in() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    assert!(ada.get("/").await.text.contains("Sign in to Contoso"));
    ada.sign_in().await;
    assert!(ada.get("/").await.text.contains("to Contoso as ada@contoso.example"));
    ada.get("/adfs/ls/?wa=wsignout1.0").await;
    assert!(!ada.get("/").await.text.contains("ada@"));
}

/// WSF-02, WSF-09, S01-S06
#[tokio::test]
async fn a_request_that_cannot_be_met_gets_a_page_and_nothing_else() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    let realm = "wa=wsignin1.0&wtrealm=urn%3afederation%3aMicrosoftOnline";
    for (query, code) in [
        (String::new(), "action_missing"),
        ("wa=wsignin1.0".into(), "realm_missing"),
        ("wa=wsignin1.0&wtrealm=urn:nobody".into(), "realm_unknown"),
        (format!("{realm}&wa=wsignin1.0"), "parameter_repeated"),
        (format!("{realm}&wctx=a%0d%0ab"), "parameter_hostile"),
        (format!("{realm}&wctx=%ff"), "parameter_not_utf8"),
        (format!("{realm}&wauth=urn:unknown"), "method_unknown"),
        (format!("{realm}&wreply="), "reply_address_not_registered"),
        (
            format!("{realm}&wreply=https://login.microsoftonline.com.evil.example/"),
            "reply_address_not_registered",
        ),
    ] {
        ada.get(&format!("/adfs/ls/?{query}")).await.assert_refused(code);
    }
}

/// WSF-04, WSF-16, S08
#[tokio::test]
async fn a_context_comes_back_as_it_was() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    let long = "x%".repeat(7_500);
    for context in ["\"><script>alert(1)</script>'", "a+b c&d=%e\t", "😀\u{301}", "{{wresult}}$result", &long]
    {
        let address =
            format!("/wsfed?wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline&wctx={}", escaped(context));
        let page = ada.get(&address).await;
        assert_eq!(page.field("wctx").as_deref(), Some(context));
        assert_eq!(page.text.matches("<script").count(), 1);
    }
}

/// S08, S14
#[tokio::test]
async fn the_headers_are_those_of_the_page() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let form = ada.get(SIGN_IN).await;
    assert!(form.header("content-security-policy").contains("form-action 'self'"));
    assert_eq!(form.header("referrer-policy"), "same-origin");
    let handed_over = ada.sign_in().await;
    assert!(!handed_over.header("content-security-policy").contains("form-action"));
    assert_eq!(handed_over.header("referrer-policy"), "no-referrer");
    for page in [form, handed_over, ada.get("/adfs/ls/").await] {
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
}

/// A cross-site POST carries no Lax cookie; the page's GET does.
#[tokio::test]
async fn a_posted_request_continues_as_a_get() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    ada.sign_in().await;
    let fields = [("wa", "wsignin1.0"), ("wtrealm", "urn:federation:MicrosoftOnline"), ("wctx", "a\"b&c d")];

    let page = Browser::new(&house).post("/adfs/ls/", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    let (_, rest) = page.text.split_once("content=\"0;url=").unwrap();
    let address = rest.split('"').next().unwrap().replace("&#38;", "&");
    let answered = ada.get(&address).await;
    assert_eq!(answered.field("wctx").as_deref(), Some("a\"b&c d"));

    assert!(ada.post("/adfs/ls/", &fields).await.has_token(), "with its cookie there is no detour");
    let broken = [("wa", "wsignin1.0"), ("wtrealm", "urn:nobody")];
    Browser::new(&house).post("/adfs/ls/", &broken).await.assert_refused("realm_unknown");
}

/// WSF-15
#[tokio::test]
async fn pages_speak_the_language_asked_for_and_name_the_request() {
    let house = House::open().await;
    let mut ada = Browser::new(&house);
    let id = "6f0c0a52-8f3e-4d0b-9d5a-0a1b2c3d4e5f";
    let page = ada.get(&format!("/adfs/ls/?wa=x&mkt=de-DE&client-request-id={id}")).await;
    assert!(page.text.contains("<html lang=\"de\">") && page.text.contains(id));
    assert!(ada.get(&format!("{SIGN_IN}&ui_locales=de")).await.text.contains("Passwort"));
    ada.headers.push(("accept-language", "de-AT,en;q=0.5"));
    assert!(ada.get("/").await.text.contains("<html lang=\"de\">"));
}

/// S31: an address that a proxy of ours states unclearly is nobody's.
#[tokio::test]
async fn an_unclear_way_to_us_is_refused() {
    let house = House::open_behind(&["203.0.113.0/24"]).await;
    let mut browser = Browser::new(&house);
    browser.get(SIGN_IN).await.assert_refused("client_address_unclear");
    browser.headers.push(("x-forwarded-for", "198.51.100.7"));
    assert_eq!(browser.get(SIGN_IN).await.status, StatusCode::OK);
    browser.headers.push(("forwarded", "for=198.51.100.7"));
    browser.get(SIGN_IN).await.assert_refused("client_address_unclear");
}
