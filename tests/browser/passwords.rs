//! A new password before anything begins, and waits that do not touch whoever was here before, in a real browser.

use testkit::Visitor;
use thirtyfour::By;
use tokio::task::JoinSet;

use crate::eye::Eye;
use crate::surroundings::Surroundings;

const NEW: &str = "four words in row";

#[tokio::test]
async fn a_new_password_is_chosen_before_anything_begins() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let mary = here.demo.person("mary")?;
    here.leave_the_stand_in(&mary.upn).await?;
    here.give_password(&mary.password).await?;
    here.heading("Choose a new password").await?;
    let focused = here.browser.window.active_element().await?.id().await?;
    assert_eq!(focused.as_deref(), Some("new-password"));
    eye.look(&here, "new-password").await?;

    here.see(By::Id("new-password")).await?.send_keys(NEW).await?;
    here.see(By::Id("again")).await?.send_keys("something else").await?;
    here.see(By::Id("submit")).await?.click().await?;
    let notice = here.see(By::Id("notice")).await?.text().await?;
    assert!(notice.contains("do not match"), "{notice}");
    eye.look(&here, "new-password-differ").await?;

    here.see(By::Id("new-password")).await?.send_keys(NEW).await?;
    here.see(By::Id("again")).await?.send_keys(NEW).await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.accepted(mary).await?;

    here.browser.window.goto(&format!("{}/account/password", here.demo.description.base_url)).await?;
    here.heading("Choose a new password").await?;
    eye.look(&here, "own-password").await?;
    here.end().await
}

#[tokio::test]
async fn a_new_password_needs_no_javascript() -> anyhow::Result<()> {
    let here = Surroundings::start(false).await?;
    let mary = here.demo.person("mary")?;
    here.leave_the_stand_in(&mary.upn).await?;
    here.give_password(&mary.password).await?;
    here.see(By::Id("new-password")).await?.send_keys(NEW).await?;
    here.see(By::Id("again")).await?.send_keys(format!("{NEW}\n")).await?;
    here.heading("Signing you in").await?;
    here.see(By::Css("form button.primary")).await?.click().await?;
    here.accepted(mary).await?;
    here.end().await
}

/// Guesses at an account until whoever guesses has to wait.
async fn guess_until_told_to_wait(request: String, upn: String) -> anyhow::Result<()> {
    let thief = Visitor::new()?;
    let page = thief.get(&request).await?;
    for _ in 0..1_100 {
        let answer = thief.submit(&page, &[("username", &upn), ("password", "not the password")]).await?;
        if answer.status == 429 {
            return Ok(());
        }
    }
    anyhow::bail!("nobody has to wait")
}

/// S29: somebody guesses until everybody has to wait who was never here; the owner's browser signs in all the same.
#[tokio::test]
async fn a_browser_that_was_here_before_does_not_wait_for_a_thief() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let ada = here.demo.person("ada")?;
    here.leave_the_stand_in(&ada.upn).await?;
    here.give_password(&ada.password).await?;
    here.accepted(ada).await?;

    // The thieves sit in the same network, so that only the browser tells them apart. The demo lets a thousand failures
    // of an account pass.
    let mut thieves = JoinSet::new();
    for _ in 0..8 {
        thieves.spawn(guess_until_told_to_wait(here.demo.request(""), ada.upn.clone()));
    }
    while let Some(told) = thieves.join_next().await {
        told??;
    }

    let sign_out = format!("{}?wa=wsignout1.0", here.demo.description.passive_url);
    here.browser.window.goto(&sign_out).await?;
    here.leave_the_stand_in(&ada.upn).await?;
    here.give_password(&ada.password).await?;
    here.accepted(ada).await?;
    here.end().await
}
