use std::process::Stdio;

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Chromium without a window, driven through its own driver on a free port; both end with it.
pub struct Browser {
    /// The window.
    pub window: WebDriver,
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    pub async fn start(javascript: bool) -> anyhow::Result<Self> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("chromedriver cannot be started; `cargo xtask test` installs it")?;
        let port = announced_port(&mut driver).await?;
        let profile = tempfile::tempdir()?;
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            // In a container the shared memory is often too small for a page.
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,800",
            // Clean-up addresses of the real Microsoft 365 are answered at once, by nobody.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ] {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        if !javascript {
            let setting = json!({ "profile.managed_default_content_settings.javascript": 2 });
            capabilities.add_experimental_option("prefs", setting)?;
        }
        let window = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        Ok(Self { window, _driver: driver, _profile: profile })
    }

    /// Lays pages out for a screen of this size in CSS pixels: narrower than a window can be made.
    pub async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let tools = self.window.cdp();
        tools.emulation().set_device_metrics_override(width, height, 1.0, width < 600).await?;
        Ok(())
    }

    /// Shows pages as to a person who prefers this scheme.
    pub async fn prefer(&self, scheme: Scheme) -> anyhow::Result<()> {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme.name() });
        self.window.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await?;
        Ok(())
    }

    /// Lets the scripts of pages run, or keeps them from it, from the next page on. Other than a browser that was
    /// started without JavaScript, this one still answers questions about its page.
    pub async fn allow_scripts(&self, allowed: bool) -> anyhow::Result<()> {
        let value = json!({ "value": !allowed });
        self.window.cdp().send_raw("Emulation.setScriptExecutionDisabled", value).await?;
        Ok(())
    }

    /// A picture of the whole page as it is laid out now, in PNG, also of what lies below the window's edge.
    pub async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        let whole = json!({ "captureBeyondViewport": true });
        let answer = self.window.cdp().send_raw("Page.captureScreenshot", whole).await?;
        Ok(BASE64_STANDARD.decode(answer["data"].as_str().context("no picture")?)?)
    }

    /// Ends the browser.
    pub async fn close(self) -> anyhow::Result<()> {
        self.window.quit().await?;
        Ok(())
    }
}

/// What a person prefers to read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// As CSS names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The driver says on its standard output which port it took.
async fn announced_port(driver: &mut Child) -> anyhow::Result<u16> {
    let mut lines = BufReader::new(driver.stdout.take().context("no standard output")?).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, rest)) = line.split_once("successfully on port ") {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return digits.parse().context("chromedriver names no port");
        }
    }
    bail!("chromedriver ended before it was ready")
}
