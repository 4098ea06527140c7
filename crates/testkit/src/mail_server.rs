use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a letter may be under way on a busy machine before a story fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// What plays the mail server: aiosmtpd, nobody's of this house. Python's own reader takes the letters apart.
const PROGRAM: &str = include_str!("mail_server.py");

/// A real SMTP server on this machine that keeps what it takes. It ends with its owner.
///
/// It refuses letters to `nobody@…` for good, and the first one to `later@…` for now.
pub struct MailServer {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

/// How the server wants to be spoken to.
#[derive(Clone, Debug, Default)]
pub enum MailSecurity {
    /// In the clear.
    #[default]
    None,
    /// TLS after a word in the clear.
    StartTls(MailIdentity),
    /// TLS from the first byte.
    Tls(MailIdentity),
}

/// The server's certificate and key, PEM files.
#[derive(Clone, Debug)]
pub struct MailIdentity {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// A letter as the server took it.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// Whom the envelope names.
    pub to: Vec<String>,
    /// The headers, decoded.
    pub headers: Vec<(String, String)>,
    /// The part in plain text.
    pub text: String,
    /// The part in HTML.
    pub html: String,
    /// Who logged in to send it.
    pub login: Option<String>,
}

impl Mail {
    /// A header, decoded.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The first number of that many digits that stands alone in the text.
    pub fn code(&self, digits: usize) -> Option<&str> {
        self.text
            .split_whitespace()
            .find(|word| word.len() == digits && word.bytes().all(|digit| digit.is_ascii_digit()))
    }
}

impl MailServer {
    /// Starts one. Where there is TLS, it wants the name `sign-in` and the password `mail-password`.
    pub async fn start(security: MailSecurity) -> anyhow::Result<Self> {
        let python = std::env::var_os("COUNTERSIGN_TEST_PYTHON")
            .context("COUNTERSIGN_TEST_PYTHON names no Python with aiosmtpd; run `cargo xtask test`")?;
        let mut command = Command::new(python);
        command.args(["-c", PROGRAM]);
        let mut tls = |mode: &str, MailIdentity { certificate, key }: &MailIdentity| {
            command.arg(mode).arg::<&Path>(certificate).arg::<&Path>(key);
        };
        match &security {
            MailSecurity::None => {}
            MailSecurity::StartTls(identity) => tls("starttls", identity),
            MailSecurity::Tls(identity) => tls("tls", identity),
        }
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let Some(port) = lines.next_line().await? else { bail!("the mail server ended before it was ready") };
        Ok(Self { port: port.parse()?, lines, _process: process })
    }

    /// The next letter.
    pub async fn next(&mut self) -> anyhow::Result<Mail> {
        let line = timeout(PATIENCE, self.lines.next_line()).await.context("no letter came")??;
        Ok(serde_json::from_str(&line.context("the mail server ended")?)?)
    }
}
