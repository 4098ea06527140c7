//! The demo's second way in.

use serde_json::Value;
use testkit::{Demo, Page};

use crate::COUNTERSIGN;
use crate::curl::Curl;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:saml1_1-bearer";

/// Signs Ada in over TLS, to the page that posts her token.
async fn sign_in(demo: &Demo, curl: &Curl) -> anyhow::Result<Page> {
    let described = &demo.description;
    let request = demo.request("").replace(&described.base_url, &described.tls_base_url);
    let page = curl.ask(&request, &[]).await?;
    let ada = demo.person("ada")?;
    curl.submit(&page, &[("username", &ada.upn), ("password", &ada.password)]).await
}

/// The assertion in a page that posts a token.
pub fn assertion(page: &Page) -> anyhow::Result<String> {
    let form = page.form()?;
    let response = form.value("wresult").unwrap_or_default();
    let start = response.find("<saml:Assertion").unwrap_or_default();
    let end = response.find("</saml:Assertion>").map_or(0, |at| at + "</saml:Assertion>".len());
    Ok(response.get(start..end).unwrap_or_default().to_owned())
}

/// A demo and the assertion of a sign-in at it over TLS.
pub async fn demo_and_assertion() -> anyhow::Result<(Demo, Curl, String)> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let assertion = assertion(&sign_in(&demo, &curl).await?)?;
    Ok((demo, curl, assertion))
}

/// Hands an assertion in at the stand-in's token endpoint, over TLS.
async fn token(demo: &Demo, curl: &Curl, assertion: &str) -> anyhow::Result<Value> {
    use base64::Engine;
    let url = format!("{}/contoso.example/oauth2/v2.0/token", demo.description.rehearsal_tls_url);
    let assertion = format!("assertion={}", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(assertion));
    let grant = format!("grant_type={GRANT}");
    let fields = [grant.as_str(), "client_id=app", "scope=User.Read", &assertion];
    let arguments: Vec<_> = fields.into_iter().flat_map(|field| ["--data-urlencode", field]).collect();
    Ok(serde_json::from_str(&curl.ask(&url, &arguments).await?.body)?)
}

#[tokio::test]
async fn both_sites_have_tls_for_those_who_trust_the_demos_authority() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let described = &demo.description;
    let curl = Curl::trusting(&described.ca_file)?;
    for site in [&described.tls_base_url, &described.rehearsal_tls_url] {
        assert!(site.starts_with("https://"), "{site}");
        assert_eq!(curl.ask(&format!("{site}/"), &[]).await?.status, 200);
    }
    let strangers = Curl::trusting("/etc/ssl/certs/ca-certificates.crt".as_ref())?;
    assert!(strangers.ask(&described.tls_base_url, &[]).await.is_err(), "nobody else trusts it");

    // The description names the addresses of the active requestor there, and nowhere else.
    let active = [&described.mex_url, &described.wstrust_2005_url, &described.wstrust_13_url];
    let paths = ["mex", "2005/usernamemixed", "13/usernamemixed"];
    for (url, path) in active.into_iter().zip(paths) {
        assert_eq!(*url, format!("{}/adfs/services/trust/{path}", described.tls_base_url));
    }
    Ok(())
}

/// S20, S21: over TLS the cookies are what they are in earnest, and our own form is ours.
#[tokio::test]
async fn a_person_signs_in_over_tls() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let page = sign_in(&demo, &curl).await?;
    assert!(page.has_token(), "{}", page.body);

    let cookies = curl.cookies()?;
    let session = cookies.lines().find(|line| line.contains("\t__Host-countersign\t"));
    // The columns of curl's file: host, subdomains, path, secure.
    let columns: Vec<_> = session.unwrap_or_default().split('\t').collect();
    assert_eq!(columns.get(..4), Some(&["#HttpOnly_localhost", "FALSE", "/", "TRUE"][..]), "{cookies}");

    // A form that was made at one address is another site's at the other.
    let plain = curl.ask(&demo.request(""), &[]).await?;
    let form = plain.form()?;
    let elsewhere = form.action.as_str().replace(&demo.description.base_url, &demo.description.tls_base_url);
    let origin = format!("Origin: {}", demo.description.base_url);
    let state = format!("state={}", form.value("state").unwrap_or_default());
    let crossed = curl.ask(&elsewhere, &["--header", &origin, "--data-urlencode", &state]).await?;
    assert_eq!(crossed.status, 403);
    Ok(())
}

#[tokio::test]
async fn an_assertion_of_the_passive_road_is_good_for_one_token_at_the_stand_in() -> anyhow::Result<()> {
    let (demo, curl, assertion) = demo_and_assertion().await?;
    let changed = assertion.replacen("ada@contoso.example", "eve@contoso.example", 1);
    assert_eq!(token(&demo, &curl, &changed).await?["error_codes"][0], 50006);
    let given = token(&demo, &curl, &assertion).await?;
    assert_eq!(given["token_type"], "Bearer", "{given:#}");
    assert_eq!(token(&demo, &curl, &assertion).await?["error_codes"][0], 50013);
    Ok(())
}

#[tokio::test]
async fn discovery_knows_the_active_road_of_each_domain() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let realm = async |upn: &str| -> anyhow::Result<Value> {
        let site = &demo.description.rehearsal_tls_url;
        let page = curl.ask(&format!("{site}/common/userrealm/{upn}?api-version=1.0"), &[]).await?;
        Ok(serde_json::from_str(&page.body)?)
    };
    let on = realm("ada@contoso.example").await?;
    assert_eq!(on["federation_metadata_url"], demo.description.mex_url);
    assert_eq!(on["federation_active_auth_url"], demo.description.wstrust_2005_url);
    let off = realm("fatima@fabrikam.example").await?;
    assert_eq!((&off["account_type"], off.get("federation_metadata_url")), (&"Federated".into(), None));
    Ok(())
}

#[tokio::test]
async fn a_second_start_keeps_the_authority() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let authority = std::fs::read(&demo.description.ca_file)?;
    demo.stop().await?;
    let again = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    assert_eq!(std::fs::read(&again.description.ca_file)?, authority);
    Ok(())
}
