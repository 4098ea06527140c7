//! S83: in the demo a browser comes from where it says; nowhere else does an address come from anybody but the network.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use testkit::{Demo, Page, Visitor};

use crate::demo;
use crate::secrets::printed;

/// Leaves the stand-in from there, and gives Countersign's page.
async fn arrive(demo: &Demo, visitor: &Visitor, upn: &str, from: &str) -> anyhow::Result<Page> {
    let start = format!("{}/start?username={upn}&come_from={from}", demo.description.rehearsal_url);
    let mut page = visitor.get(&start).await?;
    while page.status == 302 {
        page = visitor.get(page.url.join(page.header("location"))?.as_str()).await?;
    }
    Ok(page)
}

/// The addresses from which somebody got a token, in order.
fn addresses(demo: &Demo) -> anyhow::Result<Vec<String>> {
    let rows: Vec<Value> =
        serde_json::from_slice(&printed(demo, &["--json", "ledger", "tail", "-n", "100"])?)?;
    let tokens = rows.iter().filter(|row| row["entry"]["detail"]["assertion"].is_string());
    Ok(tokens.map(|row| row["entry"]["personal"]["address"].as_str().unwrap_or("none").to_owned()).collect())
}

#[tokio::test]
async fn one_person_signs_in_from_two_places() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    for from in ["203.0.113.24", "2001:db8:351::1", "::ffff:198.51.100.7", ""] {
        let visitor = Visitor::new()?;
        let page = arrive(&demo, &visitor, &ada.upn, from).await?;
        let token = visitor.submit(&page, &[("username", &ada.upn), ("password", &ada.password)]).await?;
        assert!(token.has_token(), "{from}: {}", token.body);
    }
    let mut addresses = addresses(&demo)?;
    addresses.sort();
    assert_eq!(addresses, ["127.0.0.1", "198.51.100.7", "2001:db8:351::1", "203.0.113.24"]);
    Ok(())
}

/// S31: a browser that pretends an address is still not believed what proxies say.
#[tokio::test]
async fn forwarded_headers_stay_ignored() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    arrive(&demo, &visitor, &ada.upn, "203.0.113.24").await?;
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.5"));
    let page = visitor.send(Method::GET, &demo.request(""), headers, None).await?;
    visitor.submit(&page, &[("username", &ada.upn), ("password", &ada.password)]).await?;
    assert_eq!(addresses(&demo)?, ["203.0.113.24"]);
    Ok(())
}

/// S01: the page that keeps an address leads to the sign-in and nowhere else.
#[tokio::test]
async fn the_page_that_keeps_an_address_leads_to_the_sign_in_only() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    let page = format!("{}/demo/come-from", demo.description.base_url);
    for to in ["//evil.example/", "https://evil.example", "/../evil", "@evil.example", "wa=wsignin1.0"] {
        let answer = visitor.get(&format!("{page}?address=203.0.113.24&to={to}")).await?;
        assert_eq!(answer.header("location"), format!("/adfs/ls/?{to}"));
    }
    for broken in ["?address=Portugal", "?to=x%0d%0aSet-Cookie:+a%3Db", "?address=1.2.3.4%0d%0a&to=%00"] {
        let answer = visitor.get(&format!("{page}{broken}")).await?;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (400, ""), "{broken}");
    }
    Ok(())
}
