use thirtyfour::By;

use crate::surroundings::Surroundings;

#[tokio::test]
async fn a_wrong_password_then_the_right_one_then_out_again() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let ada = here.demo.person("ada")?;
    here.leave_the_stand_in(&ada.upn).await?;
    here.heading("Sign in").await?;

    here.give_password("not-her-password").await?;
    let notice = here.see(By::Id("notice")).await?.text().await?;
    assert!(notice.contains("do not match"), "{notice}");
    let name = here.see(By::Id("username")).await?.value().await?;
    assert_eq!(name.as_deref(), Some(ada.upn.as_str()), "the name need not be typed again");

    here.give_password(&ada.password).await?;
    here.accepted(ada).await?;

    here.see(By::LinkText("Sign out")).await?.click().await?;
    // Once the clean-up of each application has loaded, the page moves on to the stand-in by itself.
    here.see(By::Id("upn")).await?;
    assert!(
        here.browser.window.current_url().await?.as_str().starts_with(&here.demo.description.rehearsal_url)
    );
    here.leave_the_stand_in(&ada.upn).await?;
    here.see(By::Id("password")).await?;
    here.end().await
}

/// WSF-10: whoever has no JavaScript presses a button.
#[tokio::test]
async fn a_person_signs_in_and_out_without_javascript() -> anyhow::Result<()> {
    let here = Surroundings::start(false).await?;
    let fatima = here.demo.person("fatima")?;
    here.leave_the_stand_in(&fatima.upn).await?;
    here.give_password(&fatima.password).await?;

    here.heading("Signing you in").await?;
    here.see(By::Css("form button.primary")).await?.click().await?;
    here.accepted(fatima).await?;

    let window = &here.browser.window;
    window.goto(format!("{}?wa=wsignout1.0", here.demo.description.passive_url)).await?;
    here.heading("You are signed out").await?;

    window.goto(here.demo.request("&wreply=https://evil.example/")).await?;
    here.see(By::Css("dl.reference")).await?;
    here.end().await
}

/// S23: each tab ends as the person who signed in there, whichever tab was opened first.
#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let (ada, grace) = (here.demo.person("ada")?, here.demo.person("grace")?);
    let window = &here.browser.window;
    here.leave_the_stand_in(&ada.upn).await?;
    here.see(By::Id("password")).await?;
    let first = window.window().await?;
    let second = window.new_tab().await?;
    window.switch_to_window(second).await?;
    here.leave_the_stand_in(&grace.upn).await?;

    here.give_password(&grace.password).await?;
    here.accepted(grace).await?;

    window.switch_to_window(first).await?;
    here.give_password(&ada.password).await?;
    // The other tab's sign-in made this form stale: it asks once more, still for Ada.
    here.see(By::Id("notice")).await?;
    here.give_password(&ada.password).await?;
    here.accepted(ada).await?;
    here.end().await
}
