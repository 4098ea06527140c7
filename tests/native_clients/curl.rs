use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use testkit::Page;
use tokio::process::Command;

/// A real curl with a cookie jar, that trusts one authority and nobody else.
pub struct Curl {
    authority: PathBuf,
    jar: tempfile::NamedTempFile,
}

impl Curl {
    pub fn trusting(authority: &Path) -> anyhow::Result<Self> {
        Ok(Self { authority: authority.to_owned(), jar: tempfile::NamedTempFile::new()? })
    }

    /// Asks for a page; an error when there is no connection, such as one that is not trusted.
    pub async fn ask(&self, url: &str, arguments: &[&str]) -> anyhow::Result<Page> {
        Ok(self.timed(url, arguments).await?.0)
    }

    /// The same, and how long it took once the hands were shaken.
    pub async fn timed(&self, url: &str, arguments: &[&str]) -> anyhow::Result<(Page, Duration)> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--noproxy", "*"]);
        curl.args(["--write-out", "\n%{time_appconnect} %{time_total} %{http_code}"]);
        curl.arg("--cacert").arg(&self.authority);
        curl.arg("--cookie").arg(self.jar.path()).arg("--cookie-jar").arg(self.jar.path());
        let output = curl.args(arguments).arg(url).output().await.context("the tests need curl")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        let (body, written) = text.rsplit_once('\n').context("curl gives no status")?;
        let mut written = written.split(' ');
        let mut seconds = || anyhow::Ok(written.next().context("curl gives no time")?.parse::<f64>()?);
        let (secured, done) = (seconds()?, seconds()?);
        let took = Duration::from_secs_f64(done - secured);
        let status = StatusCode::from_bytes(written.next().unwrap_or_default().as_bytes())?;
        Ok((Page { url: url.parse()?, status, headers: HeaderMap::new(), body: body.to_owned() }, took))
    }

    /// The cookies it keeps, as curl writes them down.
    pub fn cookies(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.jar.path())?)
    }

    /// Fills in the page's form and posts it as a browser on that page would.
    pub async fn submit(&self, page: &Page, values: &[(&str, &str)]) -> anyhow::Result<Page> {
        let mut form = page.form()?;
        for (name, value) in values {
            form.set(name, value);
        }
        let origin = format!("Origin: {}", page.url.origin().ascii_serialization());
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut arguments = vec!["--header", &origin];
        arguments.extend(fields.iter().flat_map(|field| ["--data-urlencode", field]));
        self.ask(form.action.as_str(), &arguments).await
    }
}
