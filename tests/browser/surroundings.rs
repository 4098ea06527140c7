use std::time::{Duration, Instant};

use testkit::{Browser, Demo, Person};
use thirtyfour::extensions::query::ElementQueryable;
use thirtyfour::{By, WebElement};

/// How long a page may take on a busy machine before a story fails.
const PATIENCE: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(50);

/// The binary under test.
pub const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");

/// A demo and a browser in front of it.
pub struct Surroundings {
    pub demo: Demo,
    pub browser: Browser,
}

impl Surroundings {
    /// Starts both.
    pub async fn start(javascript: bool) -> anyhow::Result<Self> {
        Self::around(Demo::start(COUNTERSIGN).await?, javascript).await
    }

    /// Starts a browser in front of a demo.
    pub async fn around(demo: Demo, javascript: bool) -> anyhow::Result<Self> {
        Ok(Self { demo, browser: Browser::start(javascript).await? })
    }

    /// Waits until the page shows it.
    pub async fn see(&self, what: By) -> anyhow::Result<WebElement> {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self
                .browser
                .window
                .query(what.clone())
                .wait(PATIENCE, INTERVAL)
                .and_displayed()
                .first()
                .await;
            match found {
                // The page it stood on has just gone: what is meant stands on the next one.
                Err(error) if error.to_string().contains("stale") && Instant::now() < end => {}
                found => return Ok(found?),
            }
        }
    }

    /// Waits until the page has this main heading.
    pub async fn heading(&self, text: &str) -> anyhow::Result<()> {
        self.see(By::XPath(format!("//h1[contains(., '{text}')]"))).await?;
        Ok(())
    }

    /// Goes to the stand-in and gives the name that leads to Countersign's page.
    pub async fn leave_the_stand_in(&self, upn: &str) -> anyhow::Result<()> {
        self.browser.window.goto(&self.demo.description.rehearsal_url).await?;
        self.see(By::Id("upn")).await?.send_keys(upn).await?;
        self.see(By::Css("form button.primary")).await?.click().await?;
        Ok(())
    }

    /// Gives the password on Countersign's page, where the name stands already.
    pub async fn give_password(&self, password: &str) -> anyhow::Result<()> {
        self.see(By::Id("password")).await?.send_keys(password).await?;
        self.see(By::Id("submit")).await?.click().await?;
        Ok(())
    }

    /// Waits for the stand-in's verdict, which has to be yes, with this person's claims.
    pub async fn accepted(&self, person: &Person) -> anyhow::Result<()> {
        self.heading("Rehearsal of").await?;
        let verdict = self.see(By::Css(".callout")).await?.text().await?;
        anyhow::ensure!(verdict.contains("Entra would accept this sign-in"), "{verdict}");
        let page = self.see(By::Tag("main")).await?.text().await?;
        let anchor = person.immutable_id.as_deref().unwrap_or("no anchor");
        anyhow::ensure!(page.contains(&person.upn) && page.contains(anchor), "{page}");
        Ok(())
    }

    /// Ends both.
    pub async fn end(self) -> anyhow::Result<()> {
        self.browser.close().await?;
        self.demo.stop().await?;
        Ok(())
    }
}
