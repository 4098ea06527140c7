//! Every page of the road, looked at on a desktop and on a phone, in light and in dark.

use thirtyfour::By;

use crate::eye::Eye;
use crate::surroundings::Surroundings;

#[tokio::test]
async fn every_page_of_a_sign_in_is_readable_on_every_screen() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let (ada, noor) = (here.demo.person("ada")?, here.demo.person("noor")?);
    let window = &here.browser.window;

    window.goto(&here.demo.description.rehearsal_url).await?;
    here.see(By::Css("details.more summary")).await?.click().await?;
    eye.look(&here, "stand-in").await?;
    here.leave_the_stand_in("eve@elsewhere.example").await?;
    here.see(By::Id("upn-error")).await?;
    eye.look(&here, "stand-in-unknown-domain").await?;

    here.leave_the_stand_in(&ada.upn).await?;
    here.see(By::Id("reveal")).await?;
    eye.look(&here, "sign-in").await?;
    here.give_password("not-her-password").await?;
    here.see(By::Id("notice")).await?;
    eye.look(&here, "wrong-password").await?;
    here.give_password(&ada.password).await?;
    here.accepted(ada).await?;
    here.see(By::Css("section details.more summary")).await?.click().await?;
    eye.look(&here, "accepted").await?;

    let home = format!("{}/", here.demo.description.base_url);
    window.goto(&home).await?;
    here.see(By::XPath(format!("//p[contains(., '{}')]", ada.upn))).await?;
    eye.look(&here, "home").await?;
    let stand_in = format!("&wreply={}/login.srf", here.demo.description.rehearsal_url);
    window.goto(here.demo.request(&format!("{stand_in}&wctx=of+nobody"))).await?;
    here.see(By::Css(".callout.bad")).await?;
    eye.look(&here, "not-accepted").await?;
    window.goto(here.demo.request("&wreply=https://evil.example/")).await?;
    here.heading("This sign-in cannot be completed").await?;
    eye.look(&here, "stopped").await?;
    window.goto(format!("{home}nothing")).await?;
    here.heading("There is no such page").await?;
    eye.look(&here, "no-such-page").await?;

    window.goto(format!("{}?wa=wsignout1.0", here.demo.description.passive_url)).await?;
    here.heading("You are signed out").await?;
    eye.look(&here, "signed-out").await?;
    window.goto(&home).await?;
    here.heading("Sign in to").await?;
    eye.look(&here, "home-of-nobody").await?;
    here.leave_the_stand_in(&noor.upn).await?;
    here.give_password(&noor.password).await?;
    here.heading("You cannot sign in to Microsoft 365").await?;
    eye.look(&here, "refused").await?;
    here.end().await
}

/// WSF-10: the page that carries the token, and the end of a loop, where no script moves them on.
#[tokio::test]
async fn a_page_that_hands_over_is_readable_where_nothing_moves_it_on() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let fatima = here.demo.person("fatima")?;
    here.leave_the_stand_in(&fatima.upn).await?;
    here.see(By::Id("password")).await?;
    here.browser.allow_scripts(false).await?;
    here.give_password(&fatima.password).await?;
    here.heading("Signing you in").await?;
    assert!(!here.browser.window.find(By::Id("pass")).await?.is_displayed().await?, "nothing will finish it");
    here.browser.allow_scripts(true).await?;
    eye.look(&here, "post-back").await?;

    here.browser.allow_scripts(false).await?;
    for _ in 0..7 {
        here.browser.window.goto(here.demo.request("")).await?;
    }
    here.browser.allow_scripts(true).await?;
    here.heading("The application keeps sending you back").await?;
    eye.look(&here, "loop").await?;
    here.end().await
}

/// protocol.md §5.1: what is set on the stand-in's page is asked of the next person who signs in.
#[tokio::test]
async fn the_tenant_can_be_told_to_demand_a_second_factor() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let eye = Eye::new()?;
    let window = &here.browser.window;
    window.goto(&format!("{}/conditional-access", here.demo.description.rehearsal_url)).await?;
    here.see(By::Css("#demand-1 option[value='yes']")).await?.click().await?;
    here.see(By::Css("#behavior-1 option[value='enforceMfaByFederatedIdp']")).await?.click().await?;
    window.find(By::Css("form button")).await?.click().await?;
    here.see(By::Css("#demand-1 option[value='yes'][selected]")).await?;
    eye.look(&here, "conditional-access").await?;

    here.leave_the_stand_in("ada@contoso.example").await?;
    here.see(By::Id("password")).await?;
    let asked = window.current_url().await?;
    assert!(
        asked.as_str().contains("wauth=http%3A%2F%2Fschemas.microsoft.com%2Fclaims%2Fmultipleauthn"),
        "{asked}"
    );
    here.end().await
}
