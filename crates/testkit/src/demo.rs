use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Door;

/// A demo of the real binary on free ports, killed when it is dropped.
pub struct Demo {
    /// What it says of itself.
    pub description: Description,
    child: Child,
    folder: Folder,
}

/// The document of `demo --describe`.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    /// Countersign's own address.
    pub base_url: String,
    /// The passive endpoint.
    pub passive_url: String,
    /// The federation metadata.
    pub metadata_url: String,
    /// The stand-in for Entra ID.
    pub rehearsal_url: String,
    /// Countersign with TLS.
    pub tls_base_url: String,
    /// The stand-in with TLS.
    pub rehearsal_tls_url: String,
    /// The authority of both, PEM.
    pub ca_file: PathBuf,
    /// The metadata of the active endpoints, with TLS.
    pub mex_url: String,
    /// The active endpoint of WS-Trust February 2005, with TLS.
    pub wstrust_2005_url: String,
    /// The active endpoint of WS-Trust 1.3, with TLS.
    pub wstrust_13_url: String,
    /// The Microsoft 365 application's realm.
    pub realm: String,
    /// The certificate of the key that signs.
    pub signing_certificate_pem: String,
    /// Where the data lie.
    pub data_dir: PathBuf,
    /// Whom to sign in as.
    pub users: Vec<Person>,
}

/// Somebody to sign in as.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// The sign-in name.
    pub upn: String,
    /// The password.
    pub password: String,
    /// The secret of the authenticator app, base 32, when the person has one.
    #[serde(default)]
    pub totp_secret: Option<String>,
    /// The anchor Entra knows.
    pub immutable_id: Option<String>,
    /// What tokens name as issuer.
    pub issuer: Option<String>,
}

enum Folder {
    Own(TempDir),
    Given(PathBuf),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Given(folder) => folder,
        }
    }
}

impl Demo {
    /// Starts `program demo` in a folder of its own.
    pub async fn start(program: &str) -> anyhow::Result<Self> {
        Self::start_with(program, Folder::Own(tempfile::tempdir()?), &[]).await
    }

    /// Starts `program demo` in a folder that outlives it.
    pub async fn start_in(program: &str, folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(program, Folder::Given(folder.to_owned()), &[]).await
    }

    /// Starts `program demo --fresh` in a folder that an earlier one has used.
    pub async fn start_fresh_in(program: &str, folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(program, Folder::Given(folder.to_owned()), &["--fresh"]).await
    }

    /// Starts `program demo` in such a folder, with a mail server at this port of 127.0.0.1.
    pub async fn start_with_mail_in(program: &str, folder: &Path, port: u16) -> anyhow::Result<Self> {
        let server = format!("127.0.0.1:{port}");
        Self::start_with(program, Folder::Given(folder.to_owned()), &["--smtp", &server]).await
    }

    async fn start_with(program: &str, folder: Folder, rest: &[&str]) -> anyhow::Result<Self> {
        let description = folder.path().join("describe.json");
        let log = std::fs::File::create(folder.path().join("log.txt"))?;
        let mut child = Command::new(program)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("demo"))
            .arg("--describe")
            .arg(&description)
            .args(rest)
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {program}"))?;
        let mut lines = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        if lines.next_line().await?.is_none() {
            let log = std::fs::read_to_string(folder.path().join("log.txt"))?;
            bail!("the demo ended before it was ready: {log}");
        }
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let description = serde_json::from_slice(&std::fs::read(&description)?)?;
        Ok(Self { description, child, folder })
    }

    /// The person whose name begins so.
    pub fn person(&self, name: &str) -> anyhow::Result<&Person> {
        let person = self.description.users.iter().find(|person| person.upn.starts_with(name));
        person.with_context(|| format!("nobody in the demo is called {name}"))
    }

    /// The address of a sign-in request for Microsoft 365, with more parameters when `rest` has some.
    pub fn request(&self, rest: &str) -> String {
        let Description { passive_url, realm, .. } = &self.description;
        format!("{passive_url}?wa=wsignin1.0&wtrealm={}{rest}", realm.replace(':', "%3a"))
    }

    /// The way in with TLS.
    pub fn secured(&self) -> anyhow::Result<Door> {
        Door::secured(&self.description.tls_base_url, &self.description.ca_file)
    }

    /// The folder given to `--data`.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    /// The document of `--describe`, for other people's programs.
    pub fn describe_file(&self) -> PathBuf {
        self.folder.path().join("describe.json")
    }

    /// What it has logged so far.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join("log.txt"))?)
    }

    /// The process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it as Ctrl-C does and waits for it.
    pub async fn stop(mut self) -> anyhow::Result<ExitStatus> {
        let id = self.child.id().context("the demo has ended already")?;
        Command::new("kill").args(["-INT", &id.to_string()]).status().await?;
        Ok(self.child.wait().await?)
    }

    /// Ends it at once, in the middle of whatever it does.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}
