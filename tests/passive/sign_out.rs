//! Sign-out ends the session here and tells the applications.

use testkit::Visitor;

use crate::demo;

/// WSF-12: the session ends, and the application's own clean-up is loaded.
#[tokio::test]
async fn sign_out_ends_the_session_and_tells_the_applications() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;

    let page = visitor.get(&format!("{}?wa=wsignout1.0", demo.description.passive_url)).await?;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("login.srf?wa=wsignoutcleanup1.0"), "{}", page.body);
    assert!(!visitor.get(&demo.request("")).await?.has_token());
    Ok(())
}

/// WSF-05, S04, S11: a registered address is offered, any other is not, and the session ends either way.
#[tokio::test]
async fn sign_out_goes_only_to_registered_addresses() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    let stand_in = format!("{}/login.srf", demo.description.rehearsal_url);
    for (address, followed) in [
        (stand_in.as_str(), true),
        ("https://evil.example/", false),
        ("https://login.microsoftonline.com.evil/login.srf", false),
        ("//evil.example/", false),
        ("javascript:alert(1)", false),
    ] {
        visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;
        let page =
            visitor.get(&format!("{}?wa=wsignout1.0&wreply={address}", demo.description.passive_url)).await?;
        assert_eq!(page.status, 200, "{address}");
        let leads_there = page.body.contains(&format!("{address}\"")) || page.header("location") == address;
        assert_eq!(leads_there, followed, "{address}: {}", page.body);
        assert!(!visitor.get(&demo.request("")).await?.has_token(), "the session has ended");
    }
    Ok(())
}

/// WSF-13, S11: clean-up is quiet, repeatable, frameable and never redirects.
#[tokio::test]
async fn clean_up_is_quiet_and_repeatable() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;
    let address =
        format!("{}?wa=wsignoutcleanup1.0&wreply=https://evil.example/", demo.description.passive_url);
    for _ in 0..2 {
        let page = visitor.get(&address).await?;
        assert_eq!(page.status, 200);
        assert!(page.header("location").is_empty() && page.header("x-frame-options").is_empty());
        assert!(!page.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
    assert!(!visitor.get(&demo.request("")).await?.has_token());
    Ok(())
}

/// S12: nothing that a client names is fetched by the server.
#[tokio::test]
async fn sign_out_fetches_nothing() -> anyhow::Result<()> {
    let demo = demo().await?;
    let canary = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/", canary.local_addr()?);
    let visitor = Visitor::new()?;
    for action in ["wsignout1.0", "wsignoutcleanup1.0", "wsignin1.0"] {
        let query =
            format!("wa={action}&wreply={address}&wreqptr={address}&wresptr={address}&wattr={address}");
        visitor.get(&format!("{}?{query}", demo.description.passive_url)).await?;
    }
    let knocked = tokio::time::timeout(std::time::Duration::from_millis(200), canary.accept()).await;
    assert!(knocked.is_err(), "somebody connected");
    Ok(())
}
