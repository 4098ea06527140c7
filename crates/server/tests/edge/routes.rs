use axum::body::Body;
use axum::http::{Method, StatusCode};
use server::{Access, ROUTES};

use crate::browser::Browser;
use crate::house::House;

/// A path as somebody asks for it.
fn asked(path: &str) -> String {
    path.replace("{file}", "nothing.css")
}

#[tokio::test]
async fn every_listed_address_answers_its_methods_and_no_other() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for route in ROUTES {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let page = browser.send(method.clone(), &asked(route.path), Body::empty()).await;
            let is_listed = route.methods.contains(&method.as_str());
            assert_eq!(page.status != StatusCode::METHOD_NOT_ALLOWED, is_listed, "{method} {}", route.path);
        }
    }
}

/// S23, S82: what is not on the list is not there.
#[tokio::test]
async fn other_addresses_get_a_page_that_says_so() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for path in ["/admin", "/rehearsal", "/login.srf", "/sign-in/", "/adfs/ls/x", "/assets/../Cargo.toml"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.assert_refused("page_not_found");
    }
}

#[tokio::test]
async fn a_sealed_form_is_needed_where_the_list_says_so() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let sealed = ROUTES.iter().filter(|route| route.access == Access::SealedForm);
    for route in sealed {
        browser.post(route.path, &[("state", "")]).await.assert_refused("form_broken");
    }
}

#[tokio::test]
async fn probes_answer_without_a_visit() {
    let house = House::open_behind(&["203.0.113.0/24"]).await;
    let mut browser = Browser::new(&house);
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_page_finds_its_looks_where_it_says() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.get("/").await;
    let (_, rest) = page.text.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    let sheet = browser.get(rest.split('"').next().unwrap()).await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.header("cache-control").contains("immutable"));
}

/// MD-01
#[tokio::test]
async fn metadata_answers_in_every_letter_case_and_knows_what_the_reader_has() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let document = browser.get("/FederationMetadata/2007-06/FederationMetadata.xml").await;
    assert_eq!(document.status, StatusCode::OK);
    assert_eq!(document.header("content-type"), "application/samlmetadata+xml");
    assert!(document.text.contains("https://sign-in.contoso.example/adfs/ls/"));
    let other =
        browser.get("/federationmetadata/2007-06/FEDERATIONMETADATA.XML?domain=Contoso.Example").await;
    assert_eq!(other.text, document.text);
    assert_eq!(
        browser.get("/federationmetadata/2007-06/federationmetadata.xml?domain=x.example").await.status,
        404
    );

    let tag: &'static str = document.header("etag").to_owned().leak();
    browser.headers.push(("if-none-match", tag));
    let again = browser.get("/FederationMetadata/2007-06/FederationMetadata.xml").await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
}
