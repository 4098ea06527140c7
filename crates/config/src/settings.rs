use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use ipnet::IpNet;
use model::NetworkName;
use serde::{Deserialize, Serialize};

use crate::{BaseUrl, DatabaseUrl, Entra, Mail, Network, networks, optional_path, span};

/// All that an operator can set. `config/countersign.toml` explains each value where people look for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Where browsers reach this server.
    pub base_url: BaseUrl,
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// Who ends TLS, and with which certificate.
    pub tls: Tls,
    /// The proxies whose forwarded headers are believed; nobody's by default (S31).
    #[serde(with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The folder of the database and the ledger's checkpoints.
    pub data: PathBuf,
    /// The key that seals secrets in the database; outside the data folder (S91).
    pub key_file: PathBuf,
    /// Where the data is.
    pub database: Database,
    /// How much of the machine password hashing may take.
    pub passwords: Passwords,
    /// When failed tries slow people down.
    pub limits: Limits,
    /// How long people stay signed in.
    pub sessions: Sessions,
    /// When a browser that is sent to and fro is stopped.
    #[serde(rename = "loop")]
    pub loop_guard: LoopGuard,
    /// What a token script may use.
    pub script: Script,
    /// How the ledger is protected.
    pub ledger: Ledger,
    /// What is logged and how.
    pub log: Log,
    /// The networks that have a name.
    #[serde(default)]
    pub networks: BTreeMap<NetworkName, Network>,
    /// Where addresses are looked up.
    pub geography: Geography,
    /// The mail server that takes letters to people.
    pub mail: Mail,
    /// What Entra ID does by itself.
    pub entra: Entra,
}

/// Who ends TLS, and with which certificate. In a file, `tls = "proxy"` is short for its mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// Who ends it.
    pub mode: TlsMode,
    /// PEM: the server's certificate, then those that lead to its authority.
    #[serde(with = "optional_path")]
    pub certificate_file: Option<PathBuf>,
    /// PEM: the key of the server's certificate, without a passphrase.
    #[serde(with = "optional_path")]
    pub key_file: Option<PathBuf>,
}

/// Who ends TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// Nobody: for the demo on this machine only.
    None,
    /// One of `trusted_proxies`, which forwards plain HTTP.
    Proxy,
    /// This server, with the certificate of the two files. The default as soon as a file is named.
    Files,
}

/// Where the data is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: DatabaseUrl,
}

/// How much of the machine password hashing may take.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Passwords {
    /// Threads that hash passwords, each with 19 MiB while it is busy.
    pub threads: usize,
    /// Passwords that may wait for each thread; one more is answered with 503.
    pub queue: usize,
    /// After how long without a password the memory is given back.
    #[serde(with = "span")]
    pub quiet: Duration,
    /// A list of breached passwords, SHA-1 in hexadecimal, one a line, ordered by hash: no new password may be on it.
    #[serde(with = "optional_path")]
    pub breached_file: Option<PathBuf>,
    /// What becomes of a new password when the list cannot be read.
    pub breached_unreadable: Unreadable,
}

/// What becomes of a new password that cannot be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unreadable {
    /// It is not taken.
    Deny,
    /// It is taken, and the log says so.
    Allow,
}

/// When failed tries slow people down. Successes never count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Failures of one account within the window, after which each further try waits.
    pub account_failures: usize,
    /// Failures from one address within the window, after which each further try from there waits.
    pub address_failures: usize,
    /// How far back failures count.
    #[serde(with = "span")]
    pub window: Duration,
    /// What the wait, which doubles with each failure, stops at.
    #[serde(with = "span")]
    pub longest_wait: Duration,
}

/// How long people stay signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sessions {
    /// A session ends after this long without use.
    #[serde(with = "span")]
    pub idle: Duration,
    /// A session ends this long after the sign-in.
    #[serde(with = "span")]
    pub absolute: Duration,
    /// As `idle`, for people who asked to be kept signed in.
    #[serde(with = "span")]
    pub kept_idle: Duration,
    /// As `absolute`, for people who asked to be kept signed in.
    #[serde(with = "span")]
    pub kept_absolute: Duration,
    /// How many sessions are held in memory; the others are read from the database when they return.
    pub in_memory: usize,
}

/// When a browser that is sent to and fro between us and a relying party is stopped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoopGuard {
    /// Tokens for one relying party within the window that make a loop; 0 switches the guard off.
    pub count: u32,
    /// How far back tokens count.
    #[serde(with = "span")]
    pub window: Duration,
}

/// What a token script may use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Script {
    /// Worker processes, started when first needed.
    pub workers: usize,
    /// The time a script has.
    #[serde(with = "span")]
    pub wall: Duration,
    /// The time after which its process is ended.
    #[serde(with = "span")]
    pub kill: Duration,
    /// Memory of a script, in MiB.
    pub memory: usize,
}

/// How the ledger is protected against a change of its past.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ledger {
    /// Where signed checkpoints are appended, for an operator to copy away.
    pub checkpoint_file: PathBuf,
    /// A checkpoint is made after this many rows.
    pub checkpoint_rows: u64,
    /// A checkpoint is made after this long, if there are new rows.
    #[serde(with = "span")]
    pub checkpoint_interval: Duration,
}

/// What is logged and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Log {
    /// The least level, or directives such as `info,sts=debug`.
    pub level: String,
    /// For people or for programs.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where addresses are looked up. Without a file, what it would say is unknown, and rules say what follows (S32).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geography {
    /// MMDB: the country that each address is used in.
    #[serde(with = "optional_path")]
    pub country_file: Option<PathBuf>,
    /// MMDB: the autonomous system that announces each address.
    #[serde(with = "optional_path")]
    pub network_file: Option<PathBuf>,
}

impl Settings {
    /// The defaults for a data folder: the key beside it in `keys`, the database and the checkpoints within.
    pub fn beside(base_url: BaseUrl, data: &Path) -> Self {
        Self {
            base_url,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            tls: Tls { mode: TlsMode::None, certificate_file: None, key_file: None },
            trusted_proxies: Vec::new(),
            data: data.to_owned(),
            key_file: data.with_file_name("keys").join("countersign.key"),
            database: Database { url: DatabaseUrl::sqlite(&data.join("countersign.db")) },
            passwords: Passwords {
                // One core stays free for everybody else's requests.
                threads: available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1)),
                // About half a second's worth: after a storm, everybody is served again within a second.
                queue: 32,
                quiet: Duration::from_mins(1),
                breached_file: None,
                breached_unreadable: Unreadable::Deny,
            },
            limits: Limits {
                account_failures: 10,
                address_failures: 100,
                window: Duration::from_mins(15),
                longest_wait: Duration::from_mins(1),
            },
            sessions: Sessions {
                idle: Duration::from_hours(4),
                absolute: Duration::from_hours(12),
                kept_idle: Duration::from_hours(3 * 24),
                kept_absolute: Duration::from_hours(14 * 24),
                in_memory: 200_000,
            },
            loop_guard: LoopGuard { count: 6, window: Duration::from_secs(30) },
            script: Script {
                workers: 2,
                wall: Duration::from_millis(50),
                kill: Duration::from_millis(250),
                memory: 16,
            },
            ledger: Ledger {
                checkpoint_file: data.join("checkpoints.log"),
                checkpoint_rows: 1_000,
                checkpoint_interval: Duration::from_mins(1),
            },
            networks: BTreeMap::new(),
            geography: Geography::default(),
            mail: Mail::default(),
            entra: Entra::default(),
            log: Log { level: "info".to_owned(), format: LogFormat::Text },
        }
    }
}
