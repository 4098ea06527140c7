//! From a request to a token that the stand-in accepts.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::Value;
use testkit::{Demo, Page, Visitor};

use crate::demo;

/// Posts the token to the stand-in as a program does, and gives its verdict.
async fn verdict(demo: &Demo, visitor: &Visitor, page: &Page) -> anyhow::Result<Value> {
    let form = page.form()?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let address = format!("{}/login.srf", demo.description.rehearsal_url);
    let answer = visitor.send(Method::POST, &address, headers, Some(&form.fields)).await?;
    Ok(serde_json::from_str(&answer.body)?)
}

/// The request that the stand-in's own page leads to.
async fn request_of_the_stand_in(demo: &Demo, visitor: &Visitor, upn: &str) -> anyhow::Result<String> {
    let redirect = visitor.get(&format!("{}/start?username={upn}", demo.description.rehearsal_url)).await?;
    Ok(redirect.header("location").to_owned())
}

#[tokio::test]
async fn a_person_signs_in_and_the_stand_in_accepts_the_token() -> anyhow::Result<()> {
    let demo = demo().await?;
    for name in ["ada", "fatima"] {
        let person = demo.person(name)?;
        let visitor = Visitor::new()?;
        let request = request_of_the_stand_in(&demo, &visitor, &person.upn).await?;

        let page = visitor.sign_in(&request, &person.upn, &person.password).await?;

        let verdict = verdict(&demo, &visitor, &page).await?;
        assert_eq!(verdict["accepted"], true, "{verdict:#}");
        let claims = verdict["claims"].to_string();
        assert!(
            claims.contains(&person.upn) && claims.contains(person.immutable_id.as_deref().unwrap_or("?"))
        );
    }
    Ok(())
}

/// WSF-03, TOK-04: exactly three fields, to the registered address, from the issuer of the person's own domain.
#[tokio::test]
async fn the_answer_is_a_form_with_exactly_three_fields() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;

    let page = Visitor::new()?.sign_in(&demo.request("&wctx=OPAQUE"), &ada.upn, &ada.password).await?;

    let form = page.form()?;
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["wa", "wresult", "wctx"]);
    assert_eq!(form.action.as_str(), "https://login.microsoftonline.com/login.srf");
    let result = form.value("wresult").unwrap_or_default();
    assert!(result.contains(r#"Issuer="URN:contoso.example""#), "{result}");
    assert!(!result.contains(['\r', '\n']) && !result.starts_with("<?"), "WSF-11: {result}");
    Ok(())
}

/// WSF-01: escapes in either case, parameters in any order, empty ones.
#[tokio::test]
async fn requests_are_understood_however_they_are_spelt() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    for query in [
        "wa=wsignin1.0&wtrealm=urn%3afederation%3aMicrosoftOnline&cbcxt=&vv=&popupui=",
        "wtrealm=urn%3Afederation%3AMicrosoftOnline&wa=wsignin1.0",
        "username=ada%40contoso.example&wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline&wfresh=",
    ] {
        let page = visitor.get(&format!("{}?{query}", demo.description.passive_url)).await?;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.form()?.fields.iter().any(|(name, _)| name == "password"), "{query}");
    }
    Ok(())
}

/// WSF-04, WSF-10, WSF-16, S08, S09: the context comes back byte for byte, and as text only.
#[tokio::test]
async fn a_hostile_context_comes_back_byte_for_byte() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let long = "x&%+\"<é".repeat(2000);
    for context in [
        "\"><script>alert(1)</script>",
        "' onfocus='alert(1)",
        "&lt;&amp;&#x27;%25+%2B",
        "$result {{wresult}} {{ context }} ${x}",
        "tab\there",
        "emoji \u{1f600} and e\u{301}",
        "LoginOptions=3&estsredirect=2&estsrequest=rQIIA%3d%3d",
        &long,
    ] {
        let escaped = utf8_percent_encode(context, NON_ALPHANUMERIC);

        let request = demo.request(&format!("&wctx={escaped}"));
        let page = Visitor::new()?.sign_in(&request, &ada.upn, &ada.password).await?;

        assert_eq!(page.form()?.value("wctx"), Some(context));
        assert!(!page.body.contains("<script>alert"), "{context}");
    }
    Ok(())
}

/// WSF-04: what a form field cannot carry is refused.
#[tokio::test]
async fn a_context_that_no_form_can_carry_is_refused() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    for escape in ["a%0Db", "a%0Ab", "a%00b", "%ff%fe"] {
        let page = visitor.get(&demo.request(&format!("&wctx={escape}"))).await?;
        assert_eq!(page.status, 400, "{escape}");
        assert!(!page.has_token());
    }
    Ok(())
}

/// WSF-14: a person who starts here lands where the inner address says; Entra looks it up itself.
#[tokio::test]
async fn a_sign_in_that_nobody_asked_for_is_accepted() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    let context =
        utf8_percent_encode("wa=wsignin1.0&wreply=https%3A%2F%2Fwww.office.com%2F", NON_ALPHANUMERIC);
    let reply = format!("{}/login.srf", demo.description.rehearsal_url);
    let request =
        demo.request(&format!("&wctx={context}&wreply={}", utf8_percent_encode(&reply, NON_ALPHANUMERIC)));

    let page = visitor.sign_in(&request, &ada.upn, &ada.password).await?;

    assert_eq!(verdict(&demo, &visitor, &page).await?["accepted"], true);
    Ok(())
}

/// A cross-site POST brings no Lax cookie: a page goes on with GET, which does (design of the passive endpoint).
#[tokio::test]
async fn a_request_that_is_posted_is_continued_with_get() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    let fields = [("wa", "wsignin1.0"), ("wtrealm", demo.description.realm.as_str()), ("wctx", "a&b")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));

    let page = visitor.post(&demo.description.passive_url, &fields).await?;

    assert_eq!(page.status, 200);
    assert!(!page.has_token());
    let next = page.body.split("href=\"").find(|link| link.starts_with("/adfs/ls/")).unwrap_or_default();
    let next = next.split('"').next().unwrap_or_default().replace("&#38;", "&");
    assert!(next.contains("wctx=a%26b"), "{}", page.body);
    let form = visitor.get(&format!("{}{next}", demo.description.base_url)).await?;
    assert!(form.form()?.value("state").is_some());
    Ok(())
}

/// S14, WSF-10: the headers of the page that carries a token.
#[tokio::test]
async fn the_page_with_the_token_is_not_kept_and_not_framed() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;

    let form = visitor.get(&demo.request("")).await?;
    let answer = visitor.submit(&form, &[("username", &ada.upn), ("password", &ada.password)]).await?;

    assert!(answer.has_token());
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(form.header("referrer-policy"), "same-origin");
    assert!(!answer.header("content-security-policy").contains("form-action"));
    assert!(form.header("content-security-policy").contains("form-action 'self'"));
    for page in [&form, &answer] {
        assert!(page.header("cache-control").contains("no-store"));
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(!page.header("content-security-policy").contains("unsafe-inline"));
        assert!(page.header("content-type").starts_with("text/html; charset=utf-8"));
    }
    assert!(answer.body.contains("<button"), "a button for those without JavaScript");
    Ok(())
}

/// WSF-15: the correlation id is shown, and the language is the one asked for.
#[tokio::test]
async fn the_request_chooses_the_language_and_its_id_is_on_the_error_page() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    let german = visitor.get(&demo.request("&ui_locales=de-AT")).await?;
    assert!(german.body.contains("lang=\"de\"") && german.body.contains("Anmelden"), "{}", german.body);

    let id = "6f0c0a52-8f3e-4d0b-9d5a-0a1b2c3d4e5f";
    let refused =
        visitor.get(&demo.request(&format!("&wreply=https://evil.example/&client-request-id={id}"))).await?;
    assert!(refused.body.contains(id));
    Ok(())
}
