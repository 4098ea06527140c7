use thirtyfour::By;

use crate::surroundings::Surroundings;

/// S08, S09: the context is text on every page it passes, and comes back byte for byte.
#[tokio::test]
async fn a_hostile_context_runs_nowhere_and_comes_back_unchanged() -> anyhow::Result<()> {
    let here = Surroundings::start(true).await?;
    let ada = here.demo.person("ada")?;
    let window = &here.browser.window;
    for (number, extra) in [
        "\"><script>document.title='taken'</script>",
        "' autofocus onfocus='document.title=\"taken\"",
        "</form><img src=x onerror=\"document.title='taken'\">&lt;&amp;%22+%2B",
    ]
    .into_iter()
    .enumerate()
    {
        window.goto(&here.demo.description.rehearsal_url).await?;
        here.see(By::Id("upn")).await?.send_keys(&ada.upn).await?;
        here.see(By::Css("details.more summary")).await?.click().await?;
        here.see(By::Id("extra")).await?.send_keys(extra).await?;
        here.see(By::Css("form button.primary")).await?.click().await?;
        if number == 0 {
            assert!(!window.title().await?.contains("taken"));
            here.give_password(&ada.password).await?;
        }

        here.accepted(ada).await?;
        assert!(!window.title().await?.contains("taken"), "{extra}");
    }
    here.end().await
}
