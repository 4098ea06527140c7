//! Passwords: what a wrong one looks like, and that nothing else looks different.

use testkit::{Page, Visitor};

use crate::demo;

/// What a person can tell two pages apart by: everything but the name they typed and what is random.
fn visible(page: &Page, upn: &str) -> (u16, String) {
    let is_random = |line: &str| line.contains("name=\"state\"") || line.contains("data-options");
    let mut text: String = page.body.lines().filter(|line| !is_random(line)).collect();
    if let Some(reference) = page.reference() {
        text = text.replace(&reference, "REFERENCE");
    }
    (page.status.as_u16(), text.replace(upn, "NAME"))
}

/// S30: unknown, wrong and disabled read the same. That they also take the same time is the password lane's own
/// test: it hashes once for each of them.
#[tokio::test]
async fn unknown_wrong_and_disabled_look_alike() -> anyhow::Result<()> {
    let demo = demo().await?;
    let dan = demo.person("dan")?;
    let mut pages = Vec::new();
    for (upn, password) in [
        ("ada@contoso.example", "wrong-password-1"),
        ("nobody@contoso.example", "wrong-password-1"),
        (dan.upn.as_str(), dan.password.as_str()),
        ("nobody@elsewhere.example", "wrong-password-1"),
    ] {
        let visitor = Visitor::new()?;
        let form = visitor.get(&demo.request("")).await?;
        let page = visitor.submit(&form, &[("username", upn), ("password", password)]).await?;
        assert!(!page.has_token());
        pages.push(visible(&page, upn));
    }
    for page in &pages {
        assert_eq!(page, &pages[0]);
    }
    assert!(pages[0].1.contains("That name and password do not match."), "{}", pages[0].1);
    Ok(())
}

/// The name stays in the form; the password does not.
#[tokio::test]
async fn after_a_wrong_password_the_name_is_kept_and_the_next_try_works() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    let page = visitor.sign_in(&demo.request(""), &ada.upn, "wrong-password-1").await?;
    assert_eq!(page.form()?.value("username"), Some(ada.upn.as_str()));
    assert_eq!(page.form()?.value("password"), Some(""));

    let page = visitor.submit(&page, &[("password", &ada.password)]).await?;

    assert!(page.has_token());
    Ok(())
}

/// S34: many huge passwords at once leave the server responsive.
#[tokio::test]
async fn two_hundred_huge_passwords_do_not_keep_others_waiting() -> anyhow::Result<()> {
    let demo = demo().await?;
    let form = Visitor::new()?.get(&demo.request("")).await?.form()?;
    let huge = "x".repeat(1_000_000);
    let mut storm = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (mut form, visitor) = (form.clone(), Visitor::new()?);
        form.set("username", "ada@contoso.example");
        form.set("password", &huge);
        storm.spawn(async move { visitor.post(form.action.as_str(), &form.fields).await });
    }
    let (probe, health) = (Visitor::new()?, format!("{}/healthz", demo.description.base_url));
    let mut answers = 0;
    while let Some(answer) = storm.join_next().await {
        assert_eq!(probe.get(&health).await?.status, 200, "while {} others still wait", storm.len());
        match answer? {
            Ok(page) => {
                assert_eq!(page.status, 400, "{}", page.body);
                assert_eq!(page.code().as_deref(), Some("body_unreadable"));
                answers += 1;
            }
            // A server that refuses the rest of a body closes the connection; whoever is still sending may hear
            // of that before the answer. Nothing else may go wrong.
            Err(error) => assert!(is_cut_off(&error), "{error:#}"),
        }
    }
    assert!(answers > 0, "nobody was told why");
    let ada = demo.person("ada")?;
    assert!(Visitor::new()?.sign_in(&demo.request(""), &ada.upn, &ada.password).await?.has_token());
    Ok(())
}

/// Whether a request ended because the other side closed the connection while it was being sent.
fn is_cut_off(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|cause| {
        matches!(cause.kind(), std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe)
    })
}

/// WST-09 and "nothing secret in logs" for the browser: no password in log, page or address.
#[tokio::test]
async fn no_password_is_written_anywhere() -> anyhow::Result<()> {
    let demo = demo().await?;
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    let secret = "never-write-this-down-5";
    let wrong = visitor.sign_in(&demo.request(""), &ada.upn, secret).await?;
    let right = visitor.submit(&wrong, &[("password", &ada.password)]).await?;
    assert!(right.has_token());
    assert!(!wrong.body.contains(secret) && !right.body.contains(&ada.password));

    let log = demo.log()?;
    assert!(!log.contains(secret) && !log.contains(&ada.password), "{log}");
    for entry in std::fs::read_dir(demo.data().join("data"))? {
        let bytes = std::fs::read(entry?.path())?;
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    Ok(())
}
