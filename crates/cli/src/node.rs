//! A running server, put together from its parts: the same for `serve` and for `demo`.

use anyhow::Context;
use authn::{AttemptLimits, Attempts, BreachedCheck, PasswordLimits, Passwords, SessionLimits, Sessions};
use axum::Router;
use config::{Settings, TlsMode, Unreadable};
use geography::Geography;
use mail::{Outbox, OutboxLimits};
use model::{Clock, SystemClock};
use policy::NamedNetwork;
use script::{ScriptLimits, Scripts};
use server::{App, ConnectionLimits, Cookies, Edge, LoopLimits, Tls, TlsError, TlsFiles};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;
use storage::{Journal, JournalSettings, Store};
use sts::{ActiveAddresses, ActiveParts, EntraKnowledge, Parts, SecurityTokenService, SigningLane};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{letters, passkey_domain, places};

/// The hidden command that runs a script worker.
pub const SCRIPT_WORKER: &str = "script-worker";

/// Signatures that may wait per thread: a quarter of a second's worth at 2048 bits; what comes after that is told
/// to come back (design.md §5.8).
const SIGNATURES_PER_THREAD: usize = 1000;

/// Requests answered at a time: most of them wait for a signature or a password hash, whose lanes are shorter.
const CONCURRENT_REQUESTS: usize = 8192;

/// Files that are open beside connections, at most: the database, the pipes of script workers, key files.
const OTHER_FILES: u64 = 256;

/// How often the databases of places are looked at for renewed ones.
const GEOGRAPHY_INTERVAL: Duration = Duration::from_secs(5);

/// How long letters that are under way have when the server is told to stop.
const LAST_LETTERS: Duration = Duration::from_secs(10);

/// A node of a deployment.
pub struct Node {
    pub sts: Arc<SecurityTokenService>,
    geography: Arc<Geography>,
    outbox: Option<Outbox>,
    journal: Journal,
    store: Store,
}

/// A way in: where requests come from, who ends TLS there, and who answers.
pub struct Door {
    pub listener: TcpListener,
    /// None where a proxy ends it, and at the demo's plain address.
    pub tls: Option<Tls>,
    pub routes: Router,
}

impl Node {
    /// Starts every lane and opens the keys of every organisation, so that a broken one is known before the first
    /// request.
    ///
    /// `secure_url` is where active requestors reach it, if that is an https address; `entra` says what Entra ID does
    /// by itself.
    pub async fn start(
        settings: &Settings,
        secure_url: &str,
        entra: EntraKnowledge,
        store: Store,
    ) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let journal = JournalSettings {
            checkpoint_file: Some(settings.ledger.checkpoint_file.clone()),
            checkpoint_interval: settings.ledger.checkpoint_interval,
            checkpoint_rows: settings.ledger.checkpoint_rows,
            clock: Arc::clone(&clock),
            ..JournalSettings::default()
        };
        passkey_domain::choose_where_missing(&store, &settings.base_url).await?;
        let journal = Journal::start(store.clone(), journal).await?;
        let worker = std::env::current_exe().context("this program cannot find its own file")?;
        let passwords = PasswordLimits {
            threads: settings.passwords.threads,
            queue: settings.passwords.queue.saturating_mul(settings.passwords.threads),
            quiet: settings.passwords.quiet,
        };
        let sessions = SessionLimits {
            idle: settings.sessions.idle,
            absolute: settings.sessions.absolute,
            kept_idle: settings.sessions.kept_idle,
            kept_absolute: settings.sessions.kept_absolute,
            in_memory: settings.sessions.in_memory,
        };
        let attempts = AttemptLimits {
            account_failures: settings.limits.account_failures,
            address_failures: settings.limits.address_failures,
            window: settings.limits.window,
            longest_wait: settings.limits.longest_wait,
        };
        let scripts = ScriptLimits {
            workers: settings.script.workers,
            wall: settings.script.wall,
            kill: settings.script.kill,
            memory: settings.script.memory << 20,
            ..ScriptLimits::default()
        };
        let outbox = letters::relay(settings)?.map(|relay| Outbox::new(relay, OutboxLimits::default()));
        let geography = Arc::new(Geography::open(places::files(settings)));
        let sts = SecurityTokenService::open(Parts {
            clock,
            outbox: outbox.clone(),
            geography: Arc::clone(&geography),
            signing: SigningLane::start(cores, cores * SIGNATURES_PER_THREAD)?,
            scripts: Scripts::start(scripts, (worker, SCRIPT_WORKER)),
            passwords: Passwords::start(passwords)?.checking(breached_check(settings)),
            sessions: Sessions::new(store.clone(), journal.clone(), sessions),
            attempts: Attempts::new(attempts)?,
            passive_address: settings.base_url.join("/adfs/ls/"),
            password_page: settings.base_url.join("/account/password").parse()?,
            active: active(settings, secure_url, entra),
            journal: journal.clone(),
            store: store.clone(),
        })
        .await?;
        for organisation in store.organisations().await? {
            sts.warm(organisation.id).await.with_context(|| organisation.name.clone())?;
        }
        Ok(Self { sts: Arc::new(sts), geography, outbox, journal, store })
    }

    /// The routes, behind an edge that behaves so.
    pub fn routes(&self, edge: Edge) -> Router {
        server::router(Arc::new(App::new(Arc::clone(&self.sts), self.store.sealer().clone(), edge)))
    }

    /// Answers requests at every door until told to stop, then writes the last checkpoint and closes the database.
    pub async fn serve(self, doors: Vec<Door>, stop: CancellationToken) -> anyhow::Result<()> {
        let changes = tokio::spawn({
            let (sts, stop) = (Arc::clone(&self.sts), stop.clone());
            async move { sts.follow_changes(stop).await }
        });
        let following = tokio::spawn(self.geography.follow(GEOGRAPHY_INTERVAL));
        let limits = connection_limits()?;
        let mut serving = JoinSet::new();
        for Door { listener, tls, routes } in doors {
            serving.spawn(server::serve(listener, tls, routes, limits, stop.clone()));
        }
        let mut outcome = Ok(());
        while let Some(ended) = serving.join_next().await {
            // One door that fails closes the others.
            stop.cancel();
            outcome = outcome.and(ended?);
        }
        following.abort();
        if let Some(outbox) = &self.outbox {
            outbox.drain(LAST_LETTERS).await;
        }
        changes.await?;
        self.journal.shutdown().await;
        self.store.close().await;
        Ok(outcome?)
    }
}

/// What active requestors need.
fn active(settings: &Settings, secure_url: &str, entra: EntraKnowledge) -> ActiveParts {
    let networks = settings.networks.iter();
    ActiveParts {
        addresses: ActiveAddresses::at(secure_url),
        networks: networks
            .map(|(name, network)| NamedNetwork::new(name.clone(), network.0.clone()))
            .collect(),
        entra,
    }
}

/// Where new passwords are looked up, if the operator has a list.
pub fn breached_check(settings: &Settings) -> Option<BreachedCheck> {
    let list = settings.passwords.breached_file.clone()?;
    Some(BreachedCheck {
        list,
        accept_unchecked: settings.passwords.breached_unreadable == Unreadable::Allow,
    })
}

/// As many connections as the system gives this process files for, so that a crowd leaves the database its own.
fn connection_limits() -> anyhow::Result<ConnectionLimits> {
    let limits = ConnectionLimits::default();
    let wanted = u64::try_from(limits.connections)? + OTHER_FILES;
    let files = rlimit::increase_nofile_limit(wanted).context("the limit of open files cannot be read")?;
    let connections = files.saturating_sub(OTHER_FILES).max(1).min(wanted - OTHER_FILES);
    Ok(ConnectionLimits { connections: usize::try_from(connections)?, ..limits })
}

/// The server's own TLS, when the settings name its files.
pub fn own_tls(settings: &Settings) -> Result<Option<Tls>, TlsError> {
    match &settings.tls {
        config::Tls { mode: TlsMode::Files, certificate_file: Some(certificate), key_file: Some(key) } => {
            Tls::load(TlsFiles { certificate: certificate.clone(), key: key.clone() }).map(Some)
        }
        _ => Ok(None),
    }
}

/// How the edge behaves under these settings.
pub fn edge(settings: &Settings, cookies: Cookies) -> anyhow::Result<Edge> {
    Ok(Edge {
        base_url: settings.base_url.as_str().parse()?,
        other_hosts: Vec::new(),
        trusted_proxies: settings.trusted_proxies.clone(),
        cookies,
        loop_limits: LoopLimits { count: settings.loop_guard.count, window: settings.loop_guard.window },
        persistent_session: settings.sessions.kept_absolute,
        concurrent_requests: CONCURRENT_REQUESTS,
    })
}

/// Listens for the operator's wish that the program stop: Ctrl-C, or the signal service managers send. From this call
/// on neither ends the program by itself; what is given resolves when one has come.
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Writes logs to standard error, as configured by `RUST_LOG` or by default.
pub fn start_logging(default: &str, json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| default.into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A file, a journal or a container's log would keep the colours as letters.
        .with_ansi(std::io::stderr().is_terminal());
    // A line that finds no room on a full disk is lost. To complain of it on the same standard error would panic, and
    // take the request with it.
    let log = log.log_internal_errors(false);
    if json { log.json().init() } else { log.init() }
}
