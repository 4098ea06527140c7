//! A code after the password, in a real browser, with JavaScript and without.

use thirtyfour::By;

use crate::eye::Eye;
use crate::surroundings::Surroundings;

#[tokio::test]
async fn a_wrong_code_then_the_right_one() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let katherine = here.demo.person("katherine")?;
    here.leave_the_stand_in(&katherine.upn).await?;
    here.give_password(&katherine.password).await?;
    here.heading("Enter your code").await?;
    let focused = here.browser.window.active_element().await?.id().await?;
    assert_eq!(focused.as_deref(), Some("code"), "nothing but the code has to be typed");
    eye.look(&here, "code").await?;

    here.see(By::Id("code")).await?.send_keys("no code").await?;
    here.see(By::Id("submit")).await?.click().await?;
    let notice = here.see(By::Id("notice")).await?.text().await?;
    assert!(notice.contains("does not match, or was used before"), "{notice}");
    here.see(By::Css("details.more summary")).await?.click().await?;
    here.see(By::Id("recovery-code")).await?;
    eye.look(&here, "code-wrong").await?;

    here.see(By::Id("code")).await?.send_keys(katherine.code(0)?).await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.accepted(katherine).await?;
    here.end().await
}

#[tokio::test]
async fn a_code_needs_no_javascript() -> anyhow::Result<()> {
    let here = Surroundings::start(false).await?;
    let katherine = here.demo.person("katherine")?;
    here.leave_the_stand_in(&katherine.upn).await?;
    here.give_password(&katherine.password).await?;
    here.heading("Enter your code").await?;
    here.see(By::Id("other-account")).await?.click().await?;
    here.heading("Sign in").await?;
    here.see(By::Id("username")).await?.send_keys(&katherine.upn).await?;
    here.give_password(&katherine.password).await?;
    here.see(By::Id("code")).await?.send_keys(format!("{}\n", katherine.code(0)?)).await?;

    here.heading("Signing you in").await?;
    here.see(By::Css("form button.primary")).await?.click().await?;
    here.accepted(katherine).await?;
    here.end().await
}
