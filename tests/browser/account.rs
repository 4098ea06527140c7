//! The portal in a real browser: how somebody signs in is seen and changed there.

use testkit::{Visitor, code_of};
use thirtyfour::By;

use crate::eye::Eye;
use crate::surroundings::Surroundings;

impl Surroundings {
    /// Opens a page of the portal, and signs in where that is asked for.
    pub async fn open_portal(&self, path: &str, upn: &str, password: &str) -> anyhow::Result<()> {
        self.browser.window.goto(format!("{}{path}", self.demo.description.base_url)).await?;
        self.see(By::Id("username")).await?.send_keys(upn).await?;
        self.give_password(password).await
    }

    /// The secret of the app that is being set up, as its owner reads it.
    pub async fn secret(&self) -> anyhow::Result<String> {
        self.see(By::Css("#by-hand summary")).await?.click().await?;
        let text = self.see(By::Id("secret")).await?.text().await?;
        Ok(text.split_whitespace().collect())
    }

    /// Types a code of the app, and goes on.
    pub async fn give_code(&self, code: &str) -> anyhow::Result<()> {
        self.see(By::Id("code")).await?.send_keys(code).await?;
        self.see(By::Id("submit")).await?.click().await?;
        Ok(())
    }
}

/// An app is set up by its owner, and from then on asked for: at the account and at Microsoft 365.
#[tokio::test]
async fn an_app_is_set_up_at_the_account_and_signs_in() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let ada = here.demo.person("ada")?;
    here.open_portal("/account", &ada.upn, &ada.password).await?;
    here.heading("Ada Byron").await?;
    eye.look(&here, "account").await?;

    here.see(By::Css("a[href='/account/app']")).await?.click().await?;
    here.heading("Set up your authenticator app").await?;
    let secret = here.secret().await?;
    here.give_code("123").await?;
    here.see(By::Id("code-error")).await?;
    assert_eq!(here.secret().await?, secret, "what was scanned stays");
    eye.look(&here, "account-app").await?;
    here.give_code(&code_of(&secret, 0)?).await?;
    here.heading("Keep your recovery codes").await?;
    eye.look(&here, "account-codes").await?;
    here.see(By::Id("done")).await?.click().await?;
    here.heading("Ada Byron").await?;
    here.see(By::XPath("//p[contains(., '10 of 10 left')]")).await?;
    eye.look(&here, "account-with-app").await?;

    here.browser.window.goto(format!("{}?wa=wsignout1.0", here.demo.description.passive_url)).await?;
    here.heading("You are signed out").await?;
    here.leave_the_stand_in(&ada.upn).await?;
    here.give_password(&ada.password).await?;
    here.heading("Enter your code").await?;
    here.give_code(&code_of(&secret, 1)?).await?;
    here.accepted(ada).await?;
    here.end().await
}

/// Nothing of it needs a script.
#[tokio::test]
async fn an_app_is_set_up_without_javascript() -> anyhow::Result<()> {
    let here = Surroundings::start(false).await?;
    let ada = here.demo.person("ada")?;
    here.open_portal("/account/app", &ada.upn, &ada.password).await?;
    here.heading("Set up your authenticator app").await?;
    let secret = here.secret().await?;
    here.give_code(&code_of(&secret, 0)?).await?;
    here.heading("Keep your recovery codes").await?;
    here.see(By::Id("done")).await?.click().await?;
    here.heading("Ada Byron").await?;
    here.see(By::Css("a[href='/account/recovery-codes']")).await?.click().await?;
    here.heading("New recovery codes").await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.heading("Keep your recovery codes").await?;
    here.end().await
}

/// Whoever is signed in elsewhere is seen, and signed out there by one button.
#[tokio::test]
async fn sessions_end_in_the_other_browser() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let grace = here.demo.person("grace")?;
    let other = Visitor::new()?;
    assert!(other.sign_in(&here.demo.request(""), &grace.upn, &grace.password).await?.has_token());
    here.open_portal("/account", &grace.upn, &grace.password).await?;
    here.heading("Grace Hopper").await?;
    eye.look(&here, "account-sessions").await?;
    assert!(other.get(&here.demo.request("")).await?.has_token());

    here.see(By::Id("end-others")).await?.click().await?;
    here.see(By::XPath("//td[contains(., 'Signed out everywhere else')]")).await?;
    assert!(!other.get(&here.demo.request("")).await?.has_token());
    here.see(By::Css("a[href='/account/activity']")).await?.click().await?;
    here.heading("Recent activity").await?;
    eye.look(&here, "account-activity").await?;
    here.end().await
}

/// The stand-in asks for a second factor as Entra does: whoever has none sets one up on the way, and it counts.
#[tokio::test]
async fn a_factor_is_set_up_during_a_sign_in() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let ada = here.demo.person("ada")?;
    let start = format!("{}/start?username={}&mfa=on", here.demo.description.rehearsal_url, ada.upn);
    here.browser.window.goto(start).await?;
    here.give_password(&ada.password).await?;
    here.heading("Set up your authenticator app").await?;
    let secret = here.secret().await?;
    eye.look(&here, "enrol").await?;
    here.give_code(&code_of(&secret, 0)?).await?;
    here.heading("Keep your recovery codes").await?;
    eye.look(&here, "enrolled").await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.accepted(ada).await?;
    let verdict = here.see(By::Tag("main")).await?.text().await?;
    assert!(verdict.contains("multipleauthn"), "{verdict}");
    here.end().await
}

/// Whoever reports a stranger is led to another password; the stranger is out.
#[tokio::test]
async fn a_stranger_is_reported() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let grace = here.demo.person("grace")?;
    let stranger = Visitor::new()?;
    assert!(stranger.sign_in(&here.demo.request(""), &grace.upn, &grace.password).await?.has_token());
    here.open_portal("/account", &grace.upn, &grace.password).await?;
    here.see(By::Id("not-me")).await?.click().await?;
    here.heading("Was somebody else at your account?").await?;
    eye.look(&here, "not-me").await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.see(By::Css("form input[type=password]")).await?;
    assert!(!stranger.get(&here.demo.request("")).await?.has_token());
    here.end().await
}
