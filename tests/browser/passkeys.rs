//! Passkeys in a real browser, whose makers' virtual authenticator answers.

use testkit::{Person, VirtualKey};
use thirtyfour::By;

use crate::eye::Eye;
use crate::surroundings::Surroundings;

/// Adds a passkey at the account, after name and password; what it shows at last is the list.
async fn add_passkey(here: &Surroundings, person: &Person) -> anyhow::Result<()> {
    here.open_portal("/account/passkeys", &person.upn, &person.password).await?;
    here.heading("Passkeys and security keys").await?;
    here.see(By::Id("passkey-start")).await?.click().await?;
    here.heading("Keep your recovery codes").await?;
    Ok(())
}

/// Comes to the sign-in page as somebody whose key is not touched yet.
async fn leave_without_touching(
    here: &Surroundings,
    key: &VirtualKey<'_>,
    person: &Person,
) -> anyhow::Result<()> {
    sign_out(here).await?;
    key.answers(false).await?;
    here.leave_the_stand_in(&person.upn).await
}

/// Forgets who was here: the browser as it is to the next person, but for its key.
async fn sign_out(here: &Surroundings) -> anyhow::Result<()> {
    // Of every site, and not only of the one that is looked at.
    here.browser.window.cdp().send_raw("Network.clearBrowserCookies", serde_json::json!({})).await?;
    Ok(())
}

async fn only_passkey(key: &VirtualKey<'_>) -> anyhow::Result<serde_json::Value> {
    let mut passkeys = key.passkeys().await?;
    anyhow::ensure!(passkeys.len() == 1, "{} passkeys", passkeys.len());
    Ok(passkeys.remove(0))
}

/// S35, protocol.md §2.4: a passkey is enrolled at the account, and signs its owner in without a name or a password, with a
/// claim of two factors that Entra's checks accept.
#[tokio::test]
async fn a_passkey_is_added_and_signs_in_without_a_password() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let key = here.browser.plug_in_key().await?;
    let ada = here.demo.person("ada")?;
    add_passkey(&here, ada).await?;
    assert!(only_passkey(&key).await?["isResidentCredential"].as_bool().unwrap_or_default());
    here.browser.window.goto(format!("{}/account/passkeys", here.demo.description.base_url)).await?;
    here.see(By::Css("ul.checklist li")).await?;
    eye.look(&here, "passkeys").await?;

    leave_without_touching(&here, &key, ada).await?;
    here.see(By::Id("passkey-start")).await?;
    eye.look(&here, "sign-in-with-passkey").await?;
    key.answers(true).await?;
    here.see(By::Id("passkey-start")).await?.click().await?;
    here.accepted(ada).await?;
    let page = here.see(By::Tag("main")).await?.text().await?;
    assert!(page.contains("multipleauthn"), "{page}");
    here.end().await
}

/// S35: after the password the passkey is asked for by itself; another method is one choice away, and the one used last
/// comes first the next time.
#[tokio::test]
async fn a_passkey_is_the_second_factor_and_another_can_be_chosen() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let key = here.browser.plug_in_key().await?;
    let katherine = here.demo.person("katherine")?;
    here.open_portal("/account/passkeys", &katherine.upn, &katherine.password).await?;
    here.see(By::Id("code")).await?.send_keys(format!("{}\n", katherine.code(0)?)).await?;
    here.heading("Passkeys and security keys").await?;
    here.see(By::Id("passkey-start")).await?.click().await?;
    here.heading("Keep your recovery codes").await?;

    leave_without_touching(&here, &key, katherine).await?;
    here.see(By::Id("passkey-start")).await?;
    key.verifies(false).await?;
    key.answers(true).await?;
    here.give_password(&katherine.password).await?;
    here.heading("Use your passkey").await?;
    here.see(By::Id("passkey-failed")).await?;
    eye.look(&here, "passkey").await?;
    here.see(By::Id("another-method")).await?.click().await?;
    here.heading("Choose how to sign in").await?;
    eye.look(&here, "choose").await?;
    here.see(By::Css("button[value='totp']")).await?.click().await?;
    here.see(By::Id("code")).await?.send_keys("000000\n").await?;
    here.see(By::Id("notice")).await?;
    eye.look(&here, "code-among-others").await?;
    here.see(By::Id("another-method")).await?.click().await?;
    here.see(By::Css("button[value='recovery-code']")).await?.click().await?;
    here.see(By::Id("recovery-code")).await?;
    here.see(By::Id("another-method")).await?.click().await?;
    key.verifies(true).await?;
    here.see(By::Css("button[value='passkey']")).await?.click().await?;
    here.accepted(katherine).await?;
    here.end().await
}

#[tokio::test]
async fn without_javascript_there_is_no_passkey_and_everything_else_works() -> anyhow::Result<()> {
    let here = Surroundings::start(false).await?;
    let ada = here.demo.person("ada")?;
    here.leave_the_stand_in(&ada.upn).await?;
    here.see(By::Id("password")).await?;
    let button = here.browser.window.find(By::Id("passkey-start")).await?;
    assert!(!button.is_displayed().await?, "a button that could do nothing");
    here.give_password(&ada.password).await?;
    here.heading("Signing you in").await?;
    here.see(By::Css("form button.primary")).await?.click().await?;
    here.accepted(ada).await?;
    here.end().await
}
