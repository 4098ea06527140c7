//! A code by mail after the password, in a real browser and with a real mail server, with JavaScript and without.

use testkit::{Demo, MailSecurity, MailServer};
use thirtyfour::By;

use crate::eye::Eye;
use crate::policy::decree;
use crate::surroundings::{COUNTERSIGN, Surroundings};

/// Everybody needs a second factor, and a code by mail is one.
const RULES: &str = "[profiles.strong]\nchallenge-2 = ['email-code', 'totp', 'recovery-code']\n\
                     [[rules]]\nname = 'Two factors'\nprofile = 'strong'\n";

async fn start(javascript: bool) -> anyhow::Result<(Surroundings, MailServer, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    decree(folder.path(), RULES).await?;
    let server = MailServer::start(MailSecurity::None).await?;
    let demo = Demo::start_with_mail_in(COUNTERSIGN, folder.path(), server.port).await?;
    Ok((Surroundings::around(demo, javascript).await?, server, folder))
}

#[tokio::test]
async fn a_wrong_code_by_mail_then_the_right_one() -> anyhow::Result<()> {
    let (here, mut server, _folder) = start(true).await?;
    let eye = Eye::new()?;
    let ada = here.demo.person("ada")?;
    here.leave_the_stand_in(&ada.upn).await?;
    here.give_password(&ada.password).await?;
    here.heading("Get a code by mail").await?;
    eye.look(&here, "mail-code-offer").await?;

    here.see(By::Id("submit")).await?.click().await?;
    here.heading("Enter your code").await?;
    let focused = here.browser.window.active_element().await?.id().await?;
    assert_eq!(focused.as_deref(), Some("mail-code"), "nothing but the code has to be typed");
    eye.look(&here, "mail-code").await?;
    let mail = server.next().await?;
    assert_eq!(mail.to, ["ada@home.example"]);
    let code = mail.code(8).unwrap_or_default().to_owned();

    let wrong = if code == "12345678" { "87654321" } else { "12345678" };
    here.see(By::Id("mail-code")).await?.send_keys(wrong).await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.see(By::Id("notice")).await?;
    eye.look(&here, "mail-code-wrong").await?;
    here.see(By::Id("mail-code")).await?.send_keys(&code).await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.accepted(ada).await?;
    let page = here.see(By::Tag("main")).await?.text().await?;
    assert!(page.contains("multipleauthn"), "{page}");
    here.end().await
}

#[tokio::test]
async fn a_code_by_mail_needs_no_javascript() -> anyhow::Result<()> {
    let (here, mut server, _folder) = start(false).await?;
    let katherine = here.demo.person("katherine")?;
    here.leave_the_stand_in(&katherine.upn).await?;
    here.give_password(&katherine.password).await?;
    here.heading("Enter your code").await?;
    here.see(By::Id("another-method")).await?.click().await?;
    // Whoever picks it from the list has one sent at once.
    here.see(By::Css("button[value='email-code']")).await?.click().await?;
    let mail = server.next().await?;
    here.see(By::Id("mail-code")).await?.send_keys(mail.code(8).unwrap_or_default()).await?;
    here.see(By::Id("submit")).await?.click().await?;
    here.heading("Signing you in").await?;
    here.see(By::Css("form button.primary")).await?.click().await?;
    here.accepted(katherine).await?;
    here.end().await
}
