//! Hosts that a request may be for.

use axum::http::StatusCode;

use crate::browser::{Browser, SIGN_IN};
use crate::house::House;

/// S31, S73: a request for a host that is none of ours is misdirected, and told nothing of who is here.
#[tokio::test]
async fn an_unknown_host_is_answered_421() {
    let house = House::open().await;
    for host in [
        "evil.example",
        "sign-in.contoso.example.evil.example",
        "contoso.example",
        "203.0.113.1",
        "[::1]:443",
        "",
    ] {
        let mut browser = Browser::new(&house).asking(host);
        for path in
            [SIGN_IN, "/", "/FederationMetadata/2007-06/FederationMetadata.xml", "/trust/mex", "/nothing"]
        {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            page.assert_refused("host_unknown");
            assert!(!page.text.contains("Contoso") && browser.cookies.is_empty(), "{}", page.text);
        }
    }
}

#[tokio::test]
async fn a_known_host_is_answered_whatever_its_port_and_letter_case() {
    let house = House::open().await;
    for host in ["sign-in.contoso.example:8443", "SIGN-IN.contoso.EXAMPLE", "127.0.0.1:8080"] {
        let mut browser = Browser::new(&house).asking(host);
        assert_eq!(browser.get(SIGN_IN).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn probes_answer_by_whatever_name() {
    let house = House::open().await;
    let mut browser = Browser::new(&house).asking("10.0.0.7");
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
}
