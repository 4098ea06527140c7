//! Single sign-on: when it serves, when it does not, and whose it is.

use testkit::Visitor;

use crate::demo;

fn cookie(page: &testkit::Page) -> Vec<String> {
    page.headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect()
}

fn authentication_instant(page: &testkit::Page) -> anyhow::Result<String> {
    let form = page.form()?;
    let result = form.value("wresult").unwrap_or_default();
    let (_, rest) = result.split_once("AuthenticationInstant=\"").unwrap_or_default();
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// TOK-08: the instant of the first factor is kept over single sign-on.
#[tokio::test]
async fn a_live_session_needs_no_password_and_keeps_its_instant() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    let first = visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;

    let second = visitor.get(&demo.request("")).await?;

    assert!(second.has_token());
    assert_eq!(authentication_instant(&first)?, authentication_instant(&second)?);
    assert_ne!(first.form()?.value("wresult"), second.form()?.value("wresult"), "never the same token twice");
    Ok(())
}

/// WSF-06, S26: what asks for a fresh sign-in gets one; what is no number is ignored.
#[tokio::test]
async fn freshness_is_obeyed() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;
    for (rest, has_token) in [
        ("&wfresh=0", false),
        ("&prompt=login", false),
        ("&wfresh=10", true),
        ("&wfresh=", true),
        ("&wfresh=-1", true),
        ("&wfresh=soon", true),
        ("&wfresh=99999999999999999999", true),
    ] {
        assert_eq!(visitor.get(&demo.request(rest)).await?.has_token(), has_token, "{rest}");
    }
    let fresh = visitor.sign_in(&demo.request("&wfresh=0"), &ada.upn, &ada.password).await?;
    assert!(fresh.has_token(), "a password just given is fresh");
    Ok(())
}

/// S20: signing in again makes a new session, and the old one is dead.
#[tokio::test]
async fn a_sign_in_renews_the_session() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    let first = visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;
    let old =
        cookie(&first).into_iter().find(|cookie| cookie.starts_with("countersign=")).unwrap_or_default();
    let old = old.split(';').next().unwrap_or_default().to_owned();
    assert!(old.len() > 40, "a session cookie was set: {old}");

    let second = visitor.sign_in(&demo.request("&wfresh=0"), &ada.upn, &ada.password).await?;
    assert!(cookie(&second).iter().all(|cookie| !cookie.starts_with(&old)));

    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(reqwest::header::COOKIE, old.parse()?);
    let thief = Visitor::new()?.send(reqwest::Method::GET, &demo.request(""), headers, None).await?;
    assert!(!thief.has_token());
    Ok(())
}

/// S21: a form of one browser means nothing in another, and none at all means nothing either.
#[tokio::test]
async fn a_sign_in_form_is_bound_to_its_browser() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let form = Visitor::new()?.get(&demo.request("")).await?;

    let elsewhere = Visitor::new()?;
    elsewhere.get(&demo.request("")).await?;
    let page = elsewhere.submit(&form, &[("username", &ada.upn), ("password", &ada.password)]).await?;

    assert!(!page.has_token());
    assert!(cookie(&page).iter().all(|cookie| !cookie.starts_with("countersign=")));
    Ok(())
}

/// S21: a page of another site cannot sign a person in.
#[tokio::test]
async fn a_cross_site_post_of_the_form_is_refused() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    for (name, value, refused) in [
        ("origin", "https://evil.example", true),
        ("sec-fetch-site", "cross-site", true),
        ("origin", "null", false),
        ("sec-fetch-site", "same-origin", false),
    ] {
        let visitor = Visitor::new()?;
        let mut form = visitor.get(&demo.request("")).await?.form()?;
        form.set("username", &ada.upn);
        form.set("password", &ada.password);
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert(name, value.parse()?);
        let page =
            visitor.send(reqwest::Method::POST, form.action.as_str(), headers, Some(&form.fields)).await?;
        assert_eq!(page.has_token(), !refused, "{name}: {value}");
    }
    Ok(())
}

/// S22: each tab carries its own request; whoever signs in there is whose token it is.
#[tokio::test]
async fn two_tabs_never_mix_two_people() -> anyhow::Result<()> {
    let demo = demo().await?;
    let (ada, grace) = (demo.person("ada")?, demo.person("grace")?);
    let visitor = Visitor::new()?;
    let one = visitor.get(&demo.request("&wctx=one")).await?;
    let two = visitor.get(&demo.request("&wctx=two")).await?;

    let of_two = visitor.submit(&two, &[("username", &grace.upn), ("password", &grace.password)]).await?;
    let of_one = visitor.submit(&one, &[("username", &ada.upn), ("password", &ada.password)]).await?;

    // The other tab's sign-in made this form stale, so that nothing typed into it counted: it asks once more.
    assert!(!of_one.has_token());
    let of_one = visitor.submit(&of_one, &[("username", &ada.upn), ("password", &ada.password)]).await?;

    for (page, context, person, other) in [(&of_two, "two", grace, ada), (&of_one, "one", ada, grace)] {
        let form = page.form()?;
        assert_eq!(form.value("wctx"), Some(context));
        let result = form.value("wresult").unwrap_or_default();
        assert!(result.contains(&person.upn) && !result.contains(&other.upn), "{context}");
    }
    Ok(())
}

/// S23: no step can be skipped, emptied or replayed into a token.
#[tokio::test]
async fn no_step_can_be_skipped() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let address = format!("{}/sign-in", demo.description.base_url);
    let visitor = Visitor::new()?;
    let form = visitor.get(&demo.request("")).await?.form()?;
    let state = form.value("state").unwrap_or_default().to_owned();
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for fields in [
        vec![],
        vec![field("state", &state)],
        vec![field("username", &ada.upn), field("password", &ada.password)],
        vec![field("state", "AAAA"), field("username", &ada.upn), field("password", &ada.password)],
        vec![field("state", &state), field("username", &ada.upn), field("password", "")],
    ] {
        let page = visitor.post(&address, &fields).await?;
        assert!(!page.has_token(), "{fields:?}");
        assert!(page.status.as_u16() < 500, "{}", page.status);
    }
    let page = visitor.get(&address).await?;
    assert!(!page.has_token() && page.status.as_u16() < 500);
    Ok(())
}

/// A browser that comes back again and again is stopped with a diagnosis, and a button lets it go on.
#[tokio::test]
async fn a_loop_is_stopped_for_one_browser_only() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;
    let mut tokens = 0;
    let stopped = loop {
        let page = visitor.get(&demo.request("")).await?;
        if !page.has_token() {
            break page;
        }
        tokens += 1;
        assert!(tokens < 20, "nothing stops the loop");
    };
    assert_eq!(stopped.code().as_deref(), Some("sign_in_loop"));
    assert_eq!(tokens, 6, "the one that followed the password does not count");

    let other = Visitor::new()?;
    assert!(
        other.sign_in(&demo.request(""), &ada.upn, &ada.password).await?.has_token(),
        "it counts browsers"
    );

    let again = visitor.submit(&stopped, &[]).await?;
    assert!(again.has_token(), "the button answers the request that was stopped: {}", again.body);
    assert!(visitor.get(&demo.request("")).await?.has_token(), "and the count begins anew");
    Ok(())
}
