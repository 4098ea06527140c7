//! What is refused, and how: 4xx, a plain sentence, a reference, a stable code, no token and no foreign form.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use testkit::{Demo, Page, Visitor};

use crate::demo;

/// Somebody with a live session, for whom nothing but the request itself stands in the way of a token.
async fn signed_in(demo: &Demo) -> anyhow::Result<Visitor> {
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    assert!(visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?.has_token());
    Ok(visitor)
}

fn assert_refused(page: &Page, status: u16, code: &str) {
    assert_eq!(page.status, status, "{}: {}", page.url, page.body);
    assert_eq!(page.code().as_deref(), Some(code), "{}", page.url);
    assert!(!page.body.contains("<form"), "no form at all: {}", page.url);
    assert!(!page.body.contains("wresult"), "no token: {}", page.url);
}

/// S01, S02, S03, S05, S06, WSF-05, with a live session: only the exact registered address is answered.
#[tokio::test]
async fn only_the_exact_reply_address_is_answered() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = signed_in(&demo).await?;
    let stand_in = format!("{}/login.srf", demo.description.rehearsal_url);
    let registered = "https://login.microsoftonline.com/login.srf";
    for evil in [
        "https://login.microsoftonline.com.evil/login.srf".to_owned(),
        format!("{registered}.evil"),
        "https://login.microsoftonline.com/x/../login.srf".to_owned(),
        "https://login.microsoftonline.com@evil/".to_owned(),
        "https://evil\\@login.microsoftonline.com/login.srf".to_owned(),
        "//evil/login.srf".to_owned(),
        "///evil".to_owned(),
        "\\\\evil".to_owned(),
        format!("{registered}\t"),
        format!(" {registered}"),
        "https://login.microsoftonline.com./login.srf".to_owned(),
        "https://user@login.microsoftonline.com/login.srf".to_owned(),
        format!("{registered}#x"),
        "https://login%2emicrosoftonline.com/login.srf".to_owned(),
        "HTTPS://LOGIN.MICROSOFTONLINE.COM/login.srf".to_owned(),
        "http://login.microsoftonline.com/login.srf".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:text/html,x".to_owned(),
        format!("{stand_in}/"),
        String::new(),
    ] {
        let page = visitor
            .get(&demo.request(&format!("&wreply={}", utf8_percent_encode(&evil, NON_ALPHANUMERIC))))
            .await?;
        assert_refused(&page, 400, "reply_address_not_registered");
        assert!(page.header("location").is_empty());
    }
    for known in [registered, &stand_in] {
        let page = visitor
            .get(&demo.request(&format!("&wreply={}", utf8_percent_encode(known, NON_ALPHANUMERIC))))
            .await?;
        assert_eq!(page.form()?.action.as_str(), known);
    }
    Ok(())
}

/// S04: without an address the registered default is answered.
#[tokio::test]
async fn without_an_address_the_default_is_answered() -> anyhow::Result<()> {
    let demo = demo().await?;
    let page = signed_in(&demo).await?.get(&demo.request("")).await?;
    assert_eq!(page.form()?.action.as_str(), "https://login.microsoftonline.com/login.srf");
    Ok(())
}

/// WSF-02, WSF-09, S06, S07, S25: one parser decides, it guesses nothing, and no realm of ours is a relying party.
#[tokio::test]
async fn broken_requests_are_refused() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = signed_in(&demo).await?;
    let realm = "wtrealm=urn:federation:MicrosoftOnline";
    for (query, code) in [
        (String::new(), "action_missing"),
        (format!("wa=wsignin2.0&{realm}"), "action_unknown"),
        ("wa=wsignin1.0".to_owned(), "realm_missing"),
        ("wa=wsignin1.0&wtrealm=".to_owned(), "realm_missing"),
        ("wa=wsignin1.0&wtrealm=urn:nobody".to_owned(), "realm_unknown"),
        ("wa=wsignin1.0&wtrealm=URN:federation:MicrosoftOnline".to_owned(), "realm_unknown"),
        ("wa=wsignin1.0&wtrealm=urn:countersign:rehearsal".to_owned(), "realm_unknown"),
        ("wa=wsignin1.0&wtrealm=urn:countersign:admin".to_owned(), "realm_unknown"),
        (format!("wa=wsignin1.0&{realm}&wauth=urn:x"), "method_unknown"),
        (format!("wa=wsignin1.0&{realm}&wauth=urn:ietf:rfc:2246"), "method_unavailable"),
    ] {
        let page = visitor.get(&format!("{}?{query}", demo.description.passive_url)).await?;
        assert_refused(&page, 400, code);
    }
    for query in [
        format!("wa=wsignin1.0&{realm}&{realm}"),
        format!("wa=wsignin1.0&wa=wsignin1.0&{realm}"),
        "wa=wsignin1.0&%77trealm=urn:federation:MicrosoftOnline".to_owned(),
        format!("wa=wsignin1.0&wtrealm=urn:{}", "x".repeat(60_000)),
    ] {
        let page = visitor.get(&format!("{}?{query}", demo.description.passive_url)).await?;
        assert!(page.status.is_client_error(), "{}", page.status);
        assert!(!page.body.contains("wresult"));
    }
    Ok(())
}

/// WSF-07: somebody without a second factor gets no token where one is demanded, but the page that sets one up, and that
/// only after the password.
#[tokio::test]
async fn a_second_factor_is_never_pretended() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let request = demo.request("&wauth=http%3a%2f%2fschemas.microsoft.com%2fclaims%2fmultipleauthn");
    let page = signed_in(&demo).await?.get(&request).await?;
    assert!(!page.has_token() && page.body.contains("name=\"password\""), "{}", page.body);
    let page = Visitor::new()?.sign_in(&request, &ada.upn, &ada.password).await?;
    assert!(!page.has_token() && page.body.contains("Set up your authenticator app"), "{}", page.body);
    Ok(())
}

/// Somebody whose roles are granted nothing gets a page that says so, not a token.
#[tokio::test]
async fn a_person_without_a_granted_role_is_refused() -> anyhow::Result<()> {
    let demo = demo().await?;
    let noor = demo.person("noor")?;
    let page = Visitor::new()?.sign_in(&demo.request(""), &noor.upn, &noor.password).await?;
    assert_refused(&page, 403, "application_not_granted");
    Ok(())
}

/// S08: no parameter becomes markup on any page.
#[tokio::test]
async fn no_parameter_becomes_markup() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    let hostile = "\"><script>alert(1)</script>";
    let mut query = String::new();
    for name in
        ["wct", "whr", "username", "mkt", "lc", "wctx", "ui_locales", "client-request-id", "login_hint"]
    {
        write!(query, "&{name}={}", utf8_percent_encode(hostile, NON_ALPHANUMERIC))?;
    }
    for request in [
        demo.request(&query),
        demo.request(&format!("{query}&wreply=x")),
        format!("{}{query}", demo.request("")).replace("wsignin", "x"),
    ] {
        let page = visitor.get(&request).await?;
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
    }
    Ok(())
}

/// S13: a sign-in that fails goes nowhere.
#[tokio::test]
async fn a_failed_sign_in_never_redirects() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let page = Visitor::new()?.sign_in(&demo.request("&wctx=x"), &ada.upn, "wrong").await?;
    assert!(page.header("location").is_empty());
    assert!(!page.has_token());
    Ok(())
}

/// SEC-01: nobody's assertion is believed, not even our own.
#[tokio::test]
async fn an_assertion_that_is_sent_here_signs_nobody_in() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let answer = Visitor::new()?.sign_in(&demo.request(""), &ada.upn, &ada.password).await?.form()?;
    let thief = Visitor::new()?;
    for path in ["/adfs/ls/", "/wsfed", "/sign-in", "/"] {
        let page = thief.post(&format!("{}{path}", demo.description.base_url), &answer.fields).await?;
        assert!(!page.has_token() && !page.status.is_server_error(), "{path}: {}", page.status);
    }
    assert!(!thief.get(&demo.request("")).await?.has_token());
    Ok(())
}

/// S31, S83: in the demo a forwarded header means nothing.
#[tokio::test]
async fn forwarded_headers_and_foreign_hosts_change_nothing() -> anyhow::Result<()> {
    use reqwest::Method;
    use reqwest::header::{HeaderMap, HeaderValue};
    let demo = demo().await?;
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
    headers.insert("x-forwarded-host", HeaderValue::from_static("evil.example"));
    headers.insert("forwarded", HeaderValue::from_static("for=203.0.113.9;host=evil.example"));

    let page = Visitor::new()?.send(Method::GET, &demo.description.metadata_url, headers, None).await?;

    assert_eq!(page.status, 200);
    assert!(!page.body.contains("evil.example"));
    assert!(page.body.contains(&demo.description.passive_url));
    Ok(())
}
