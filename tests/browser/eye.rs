use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use testkit::Scheme;

use crate::surroundings::Surroundings;

/// The widths at which pages are looked at: a desktop and a phone.
const WIDTHS: [u32; 2] = [1280, 360];

/// Where the venv of the tests keeps axe-core.
const FIND_AXE: &str = "import importlib.util as u; \
    print(u.find_spec('axe_playwright_python').submodule_search_locations[0])";

/// What axe-core finds wrong by WCAG and by its own best practices, a line each.
const JUDGE: &str = "const done = arguments[0]; \
    axe.run({ resultTypes: ['violations'], preload: false, iframes: false }).then( \
        found => done(found.violations.flatMap(rule => rule.nodes.map( \
            node => `${rule.id}: ${node.html} ${node.failureSummary}`))), \
        error => done([String(error)]));";

/// How far the page can be moved sideways, in pixels.
const SIDEWAYS: &str = "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";

/// Looks at pages as people do who see little: with the rules of axe-core, which is nobody's of this house.
pub struct Eye {
    axe: String,
    folder: Option<PathBuf>,
}

impl Eye {
    /// Opens it. Pictures are kept in the folder that `COUNTERSIGN_PICTURES` names, if it names one.
    pub fn new() -> anyhow::Result<Self> {
        let python = std::env::var_os("COUNTERSIGN_TEST_PYTHON")
            .context("COUNTERSIGN_TEST_PYTHON names no Python with axe-core; run `cargo xtask test`")?;
        let found = Command::new(python).args(["-c", FIND_AXE]).output()?;
        let folder = String::from_utf8(found.stdout)?;
        let axe = std::fs::read_to_string(Path::new(folder.trim()).join("axe.min.js"))
            .context("axe-core is not there; `cargo xtask test` installs it")?;
        Ok(Self { axe, folder: std::env::var_os("COUNTERSIGN_PICTURES").map(PathBuf::from) })
    }

    /// Looks at the page in both schemes at each width, and fails on whatever somebody could not read or use.
    pub async fn look(&self, here: &Surroundings, name: &str) -> anyhow::Result<()> {
        let browser = &here.browser;
        browser.window.execute(self.axe.as_str(), Vec::new()).await?;
        for width in WIDTHS {
            browser.resize(width, 800).await?;
            let sideways = browser.window.execute(SIDEWAYS, Vec::new()).await?;
            ensure!(sideways.json() == 0, "{name} moves sideways at {width} px");
            for scheme in Scheme::ALL {
                browser.prefer(scheme).await?;
                let found = browser.window.execute_async(JUDGE, Vec::new()).await?;
                let complaints: Vec<String> = found.convert()?;
                ensure!(complaints.is_empty(), "{name}, {width} px, {}: {complaints:#?}", scheme.name());
                if let Some(folder) = &self.folder {
                    let file = folder.join(format!("{name}-{width}-{}.png", scheme.name()));
                    std::fs::write(file, browser.picture().await?)?;
                }
            }
        }
        browser.prefer(Scheme::Light).await?;
        browser.resize(WIDTHS[0], 800).await
    }
}
