//! A person without a pointer, from the stand-in's page to its verdict.

use thirtyfour::{By, Key, TypingData};

use crate::surroundings::Surroundings;

/// What a reader hears of the element that has the focus: its id or its words, and whether a ring shows where it is.
const FOCUSED: &str = "const it = document.activeElement; \
    const ring = getComputedStyle(it).outlineStyle !== 'none'; \
    return [it.id || it.name || it.textContent.trim(), String(ring)];";

/// What has the focus; it has to be seen that it has.
async fn focused(here: &Surroundings) -> anyhow::Result<String> {
    let [name, ring]: [String; 2] = here.browser.window.execute(FOCUSED, Vec::new()).await?.convert()?;
    anyhow::ensure!(ring == "true", "nobody sees that {name} has the focus");
    Ok(name)
}

async fn press(here: &Surroundings, keys: impl Into<TypingData>) -> anyhow::Result<()> {
    here.browser.window.action_chain().send_keys(keys).perform().await?;
    Ok(())
}

#[tokio::test]
async fn a_person_signs_in_with_the_keyboard_alone() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let ada = here.demo.person("ada")?;

    here.browser.window.goto(&here.demo.description.rehearsal_url).await?;
    here.see(By::Id("upn")).await?;
    assert_eq!(focused(&here).await?, "upn", "the first letter goes where it belongs");
    press(&here, ada.upn.as_str() + Key::Enter).await?;

    here.see(By::Id("reveal")).await?;
    assert_eq!(focused(&here).await?, "password", "the name is known");
    press(&here, "wrong" + Key::Enter).await?;
    let notice = here.see(By::Id("notice")).await?;
    assert_eq!(notice.attr("role").await?.as_deref(), Some("alert"), "it is read out");
    assert_eq!(focused(&here).await?, "password", "what was wrong has the focus");
    let password = here.see(By::Id("password")).await?;
    assert_eq!(password.attr("aria-describedby").await?.as_deref(), Some("notice"));

    let mut order = Vec::new();
    for _ in 0..3 {
        press(&here, Key::Tab).await?;
        order.push(focused(&here).await?);
    }
    assert_eq!(order, ["reveal", "keep", "submit"], "as they stand on the page");
    here.browser.window.action_chain().key_down(Key::Shift).send_keys(Key::Tab + Key::Tab).perform().await?;
    here.browser.window.action_chain().key_up(Key::Shift).send_keys(" ").perform().await?;
    assert_eq!(password.attr("type").await?.as_deref(), Some("text"), "the password can be shown");
    assert_eq!(focused(&here).await?, "password", "and typing goes on");
    press(&here, ada.password.as_str() + Key::Enter).await?;
    here.accepted(ada).await?;

    press(&here, Key::Tab).await?;
    assert_eq!(focused(&here).await?, "Rehearse another user");
    press(&here, Key::Enter).await?;
    here.see(By::Id("upn")).await?;
    here.end().await
}
