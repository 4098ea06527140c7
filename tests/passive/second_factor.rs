//! The second factor against the real binary: what the stand-in asks for, it gets.

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::Value;
use testkit::{Demo, Page, Visitor};

use crate::{COUNTERSIGN, demo};

/// Posts the token to the stand-in as a program does, and gives its verdict.
async fn verdict(demo: &Demo, visitor: &Visitor, page: &Page) -> anyhow::Result<Value> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let address = format!("{}/login.srf", demo.description.rehearsal_url);
    let answer = visitor.send(Method::POST, &address, headers, Some(&page.form()?.fields)).await?;
    Ok(serde_json::from_str(&answer.body)?)
}

/// WSF-07: the question that the stand-in puts as Entra does is answered by a code, and by nothing else.
#[tokio::test]
async fn the_stand_ins_question_for_a_second_factor_is_answered() -> anyhow::Result<()> {
    let demo = demo().await?;
    let katherine = demo.person("katherine")?;
    let visitor = Visitor::new()?;
    let start = format!("{}/start?username={}&mfa=on", demo.description.rehearsal_url, katherine.upn);
    let request = visitor.get(&start).await?.header("location").to_owned();
    assert!(request.contains("multipleauthn"), "{request}");

    let asked = visitor.sign_in(&request, &katherine.upn, &katherine.password).await?;
    assert!(!asked.has_token() && asked.body.contains("Enter your code"), "{}", asked.body);
    let page = visitor.submit(&asked, &[("code", &katherine.code(0)?)]).await?;

    let verdict = verdict(&demo, &visitor, &page).await?;
    assert_eq!(verdict["accepted"], true, "{verdict:#}");
    assert!(verdict["claims"].to_string().contains("multifactorauthenticationinstant"), "{verdict:#}");
    Ok(())
}

/// S28: a code that was used stays used when the server is started again.
#[tokio::test]
async fn a_used_code_stays_used_after_a_restart() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    // The code of the next step is good now and stays good for the time that a restart takes.
    let katherine = demo.person("katherine")?.clone();
    let code = katherine.code(1)?;
    let visitor = Visitor::new()?;
    let asked = visitor.sign_in(&demo.request(""), &katherine.upn, &katherine.password).await?;
    assert!(visitor.submit(&asked, &[("code", &code)]).await?.has_token());
    demo.stop().await?;

    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let visitor = Visitor::new()?;
    let asked = visitor.sign_in(&demo.request(""), &katherine.upn, &katherine.password).await?;
    let replayed = visitor.submit(&asked, &[("code", &code)]).await?;
    assert_eq!(replayed.status, 403);
    assert!(!replayed.has_token());
    Ok(())
}

/// Nothing that opens a door is written down: neither the secret nor a code.
#[tokio::test]
async fn no_secret_of_an_app_is_written_anywhere() -> anyhow::Result<()> {
    let demo = demo().await?;
    let katherine = demo.person("katherine")?;
    let secret = katherine.totp_secret.clone().unwrap_or_default();
    let visitor = Visitor::new()?;
    let asked = visitor.sign_in(&demo.request(""), &katherine.upn, &katherine.password).await?;
    let wrong = visitor.submit(&asked, &[("code", "never-write-7")]).await?;
    let right = visitor.submit(&wrong, &[("code", &katherine.code(0)?)]).await?;
    assert!(right.has_token() && !wrong.body.contains("never-write-7"));
    assert!(!demo.log()?.contains("never-write-7") && !demo.log()?.contains(&secret));
    let bytes = testkit::secret_bytes(&secret)?;
    for entry in std::fs::read_dir(demo.data().join("data"))? {
        let data = std::fs::read(entry?.path())?;
        for needle in [&bytes[..], secret.as_bytes(), b"never-write-7"] {
            assert!(!data.windows(needle.len()).any(|window| window == needle));
        }
    }
    Ok(())
}

/// Where Entra ID wants a second factor that the policy does not ask for, a browser goes back and forth with tokens that
/// tell of none. The page says so; and does not where one was given.
#[tokio::test]
async fn a_loop_without_a_second_factor_is_told_from_any_other() -> anyhow::Result<()> {
    let demo = demo().await?;
    let looping = async |name: &str| -> anyhow::Result<Page> {
        let (person, visitor) = (demo.person(name)?, Visitor::new()?);
        let page = visitor.sign_in(&demo.request(""), &person.upn, &person.password).await?;
        if !page.has_token() {
            visitor.submit(&page, &[("code", &person.code(0)?)]).await?;
        }
        for _ in 0..6 {
            assert!(visitor.get(&demo.request("")).await?.has_token());
        }
        visitor.get(&demo.request("")).await
    };
    let (without, with) = (looping("ada").await?, looping("katherine").await?);
    for page in [&without, &with] {
        assert_eq!(page.code().as_deref(), Some("sign_in_loop"));
    }
    assert!(without.body.contains("may want a second factor"), "{}", without.body);
    assert!(
        !with.body.contains("second factor") && with.body.contains("cookies are blocked"),
        "{}",
        with.body
    );
    Ok(())
}
