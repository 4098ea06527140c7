//! `serve` with a certificate of its own.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::COUNTERSIGN;
use crate::curl::Curl;

/// An installation with a certificate for `localhost`.
struct Installation {
    folder: TempDir,
    config: PathBuf,
}

impl Installation {
    async fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("countersign.toml");
        let text = "base_url = \"https://localhost\"\nlisten = \"127.0.0.1:0\"\n\
                    [tls]\ncertificate_file = \"certificate.pem\"\nkey_file = \"key.pem\"\n";
        std::fs::write(&config, text)?;
        let installation = Self { folder, config };
        installation.certify("localhost").await?;
        let made = installation.run(&["init", "--name", "Contoso"]).await?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Ok(installation)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces certificate and key by new ones for this host, made by OpenSSL.
    async fn certify(&self, host: &str) -> anyhow::Result<()> {
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]);
        openssl.args(["-days", "2", "-keyout", "key.pem", "-out", "certificate.pem"]);
        openssl.arg("-subj").arg(format!("/CN={host}"));
        openssl.arg("-addext").arg(format!("subjectAltName=DNS:{host}"));
        let made =
            openssl.current_dir(self.folder.path()).output().await.context("the tests need openssl")?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(COUNTERSIGN);
        command.args(arguments).env_clear().env("COUNTERSIGN_CONFIG", &self.config);
        command.env("NO_COLOR", "1").current_dir(self.folder.path()).kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(self.command(arguments).output().await?)
    }

    async fn serve(&self) -> anyhow::Result<Serving> {
        let mut process = self.command(&["serve"]).stderr(Stdio::piped()).spawn()?;
        let log = BufReader::new(process.stderr.take().context("no standard error")?).lines();
        let mut serving = Serving { port: 0, log, _process: process };
        let ready = serving.until_it_says("ready").await?;
        let (_, address) = ready.split_once("127.0.0.1:").context("the line names no address")?;
        let digits: String = address.chars().take_while(char::is_ascii_digit).collect();
        serving.port = digits.parse()?;
        Ok(serving)
    }
}

/// A server under way.
struct Serving {
    port: u16,
    log: Lines<BufReader<ChildStderr>>,
    _process: Child,
}

impl Serving {
    /// Reads the log up to a line with these words.
    async fn until_it_says(&mut self, words: &str) -> anyhow::Result<String> {
        let mut before = String::new();
        while let Some(line) = self.log.next_line().await? {
            if line.contains(words) {
                return Ok(line);
            }
            before.push_str(&line);
        }
        anyhow::bail!("the server ended without saying {words:?}: {before}")
    }

    async fn is_trusted_by(&self, certificate: &Path) -> anyhow::Result<bool> {
        let url = format!("https://localhost:{}/healthz", self.port);
        Ok(Curl::trusting(certificate)?.ask(&url, &[]).await.is_ok_and(|page| page.body == "ok\n"))
    }
}

#[tokio::test]
async fn it_serves_with_its_own_certificate_and_without_a_proxy() -> anyhow::Result<()> {
    let installation = Installation::new().await?;
    let check = installation.run(&["config", "check"]).await?;
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    let serving = installation.serve().await?;
    assert!(serving.is_trusted_by(&installation.file("certificate.pem")).await?);
    Ok(())
}

#[tokio::test]
async fn a_broken_pair_is_refused_in_the_log_and_a_good_one_taken_up() -> anyhow::Result<()> {
    let installation = Installation::new().await?;
    let former = installation.file("former.pem");
    std::fs::copy(installation.file("certificate.pem"), &former)?;
    let mut serving = installation.serve().await?;

    std::fs::write(installation.file("certificate.pem"), "half a certificate")?;
    let refusal = serving.until_it_says("the changed TLS files are refused").await?;
    assert!(refusal.contains("certificate.pem holds no certificate"), "{refusal}");
    assert!(serving.is_trusted_by(&former).await?, "the former certificate stays");

    installation.certify("localhost").await?;
    serving.until_it_says("a renewed TLS certificate is in use").await?;
    assert!(serving.is_trusted_by(&installation.file("certificate.pem")).await?);
    assert!(!serving.is_trusted_by(&former).await?);
    Ok(())
}

#[tokio::test]
async fn wrong_files_are_named_at_the_start_and_by_config_check() -> anyhow::Result<()> {
    let installation = Installation::new().await?;
    let key = std::fs::read(installation.file("key.pem"))?;
    installation.certify("localhost").await?;
    std::fs::write(installation.file("key.pem"), key)?;
    let expected = "the key in key.pem does not belong to the first certificate in certificate.pem";
    let started = installation.run(&["serve"]).await?;
    assert!(!started.status.success());
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(said.contains(expected), "{said}");
    let checked = installation.run(&["config", "check", "--json"]).await?;
    assert!(!checked.status.success() && String::from_utf8_lossy(&checked.stdout).contains(expected));

    std::fs::remove_file(installation.file("key.pem"))?;
    let said = String::from_utf8(installation.run(&["serve"]).await?.stderr)?;
    assert!(said.contains("key.pem cannot be read: No such file"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_certificate_for_another_host_is_warned_of() -> anyhow::Result<()> {
    let installation = Installation::new().await?;
    installation.certify("elsewhere.example").await?;
    let checked = installation.run(&["config", "check"]).await?;
    assert!(checked.status.success(), "it starts all the same");
    let said = String::from_utf8(checked.stdout)?;
    assert!(said.contains("the certificate is for other hosts than localhost"), "{said}");
    Ok(())
}

/// S83: the page and the cookie by which a browser of the demo comes from elsewhere mean nothing to `serve`.
#[tokio::test]
async fn nobody_comes_from_elsewhere_in_earnest() -> anyhow::Result<()> {
    let installation = Installation::new().await?;
    let serving = installation.serve().await?;
    let curl = Curl::trusting(&installation.file("certificate.pem"))?;
    let at = |path: &str| format!("https://localhost:{}{path}", serving.port);
    let page = curl.ask(&at("/demo/come-from?address=203.0.113.24&to=wa=wsignin1.0"), &[]).await?;
    assert_eq!((page.status.as_u16(), curl.cookies()?.contains("come-from")), (404, false));

    // A request of which the ledger keeps a row: to a known application, with a foreign reply address.
    let request =
        "/adfs/ls/?wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline&wreply=https://evil.example/";
    let cookie = ["--header", "Cookie: countersign-come-from=203.0.113.24"];
    assert_eq!(curl.ask(&at(request), &cookie).await?.status, 400);
    let ledger = installation.run(&["--json", "ledger", "tail"]).await?.stdout;
    let rows = String::from_utf8(ledger)?;
    assert!(rows.contains("127.0.0.1") && !rows.contains("203.0.113.24"), "{rows}");
    Ok(())
}
