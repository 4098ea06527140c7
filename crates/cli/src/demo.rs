//! `countersign demo`: a furnished organisation and, beside it, a stand-in for Entra ID, on this machine only.

mod authority;
mod come_from;
mod data;
mod describe;
mod folder;
mod sample_places;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use config::{BaseUrl, MailSecurity, Purpose, Settings};
use model::{DomainName, EntraFacts, KeyState, Organisation, Realm, SystemClock};
use rehearsal::{
    ActiveAddresses, ComeFrom, RegisteredDomain, RegisteredUser, Registrations, StandIn, Tenant,
};
use server::{ConnectionLimits, Cookies, Edge};
use storage::{Sealer, Store};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::node::{Door, Node, edge, start_logging, stop_signal};
use crate::workplace::open_store;
use authority::Authority;
use come_from::pretending;
use data::PEOPLE;
use describe::{Addresses, Description};

/// How many times larger the limits on failed sign-ins are than in earnest: people try things in a demo.
const LIMIT_FACTOR: usize = 100;

#[derive(Args)]
pub struct Demo {
    /// Where its data and keys are kept between starts.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// The loopback address to answer at; the next port is the stand-in's, and the two after it are both with TLS.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Starts over: removes a folder that an earlier demo made.
    #[arg(long)]
    fresh: bool,
    /// A mail server on this machine that takes letters, in the clear; without one none are sent.
    #[arg(long, value_name = "ADDR")]
    smtp: Option<SocketAddr>,
    /// Writes one JSON document for programs once everything answers.
    #[arg(long, value_name = "FILE")]
    describe: Option<PathBuf>,
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<()> {
        if !self.listen.ip().is_loopback() {
            bail!("the demo listens on loopback only: its passwords are known to everybody");
        }
        if self.smtp.is_some_and(|server| !server.ip().is_loopback()) {
            bail!("the demo sends letters to a mail server on this machine only");
        }
        start_logging("warn", false);
        folder::prepare(&self.data, self.fresh)?;
        let Listeners { plain, stand_in, secure, secure_stand_in } = self.listen().await?;
        let authority = Authority::open_or_create(&self.data.join("keys"))?;
        let addresses = Addresses {
            base_url: format!("http://localhost:{}", plain.local_addr()?.port()),
            rehearsal_url: format!("http://127.0.0.1:{}", stand_in.local_addr()?.port()),
            tls_base_url: format!("https://localhost:{}", secure.local_addr()?.port()),
            rehearsal_tls_url: format!("https://127.0.0.1:{}", secure_stand_in.local_addr()?.port()),
            ca_file: std::path::absolute(&authority.file)?,
        };

        let mut settings = settings(&self.data, &addresses.base_url, self.listen)?;
        let sealer = Sealer::open_or_create(&settings.key_file)?;
        let store = open_store(&settings, sealer).await?;
        settings.geography = sample_places::write(&settings.data)?;
        settings.mail = self.smtp.map(mail).unwrap_or_default();
        let reply_address = format!("{}/login.srf", addresses.rehearsal_url);
        let organisation = data::furnish(&store, &reply_address).await?;
        let stand_in_settings = stand_in_settings(&store, &organisation, &addresses).await?;
        let tenant = stand_in_settings.tenant.clone();
        let entra = Box::new(move |domain: &DomainName| tenant.entra_facts(domain));
        let started = Node::start(&settings, &addresses.tls_base_url, entra, store.clone());
        let node = Box::pin(started).await?;

        let stop = CancellationToken::new();
        let routes = rehearsal::router(StandIn::new(stand_in_settings, stand_in.local_addr()?)?);
        let limits = ConnectionLimits::default();
        let mut rehearsal = JoinSet::new();
        for (listener, tls) in [(stand_in, None), (secure_stand_in, Some(authority.tls()?))] {
            rehearsal.spawn(server::serve(listener, tls, routes.clone(), limits, stop.clone()));
        }
        let plain_edge = demo_edge(&settings, Cookies::DEMO)?;
        // Another scheme is another origin, and there cookies are what they are in earnest.
        let secure_edge =
            Edge { base_url: addresses.tls_base_url.parse()?, ..demo_edge(&settings, Cookies::SECURE)? };
        let plain = Door { listener: plain, tls: None, routes: pretending(node.routes(plain_edge)) };
        let secure = Door {
            listener: secure,
            tls: Some(authority.tls()?),
            routes: pretending(node.routes(secure_edge)),
        };
        let serving = tokio::spawn(node.serve(vec![plain, secure], stop.clone()));

        // Before anybody is told that it is ready, and may stop it.
        let stopped = stop_signal()?;
        let description = Description::read(&store, &organisation, addresses, &self.data).await?;
        if let Some(file) = &self.describe {
            description.write(file)?;
        }
        println!("{}", description.welcome());
        stopped.await;
        println!("\nStopping.");
        stop.cancel();
        serving.await??;
        while let Some(ended) = rehearsal.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// Takes all four ports, or says which one is taken.
    async fn listen(&self) -> anyhow::Result<Listeners> {
        let take = async |offset: u16, ip: IpAddr| {
            let port = if self.listen.port() == 0 { 0 } else { self.listen.port().saturating_add(offset) };
            let address = SocketAddr::from((ip, port));
            TcpListener::bind(address)
                .await
                .with_context(|| format!("{address} cannot be used; choose another address with --listen"))
        };
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Ok(Listeners {
            plain: take(0, self.listen.ip()).await?,
            stand_in: take(1, loopback).await?,
            secure: take(2, self.listen.ip()).await?,
            secure_stand_in: take(3, loopback).await?,
        })
    }
}

/// The edge of a door that people reach by whatever name this machine has for itself.
fn demo_edge(settings: &Settings, cookies: Cookies) -> anyhow::Result<Edge> {
    let other_hosts = vec!["127.0.0.1".to_owned(), "[::1]".to_owned()];
    Ok(Edge { other_hosts, ..edge(settings, cookies)? })
}

/// The demo's sockets, all on this machine: Countersign's and the stand-in's, without and with TLS.
struct Listeners {
    plain: TcpListener,
    stand_in: TcpListener,
    secure: TcpListener,
    secure_stand_in: TcpListener,
}

fn settings(folder: &std::path::Path, base_url: &str, listen: SocketAddr) -> anyhow::Result<Settings> {
    let mut settings = Settings::beside(BaseUrl::parse(base_url)?, &folder.join("data"));
    settings.listen = listen;
    settings.limits.account_failures *= LIMIT_FACTOR;
    settings.limits.address_failures *= LIMIT_FACTOR;
    match settings.check(Purpose::Demo).into_iter().next() {
        Some(problem) => bail!("{problem}"),
        None => Ok(settings),
    }
}

/// A mail server of the demo.
fn mail(server: SocketAddr) -> config::Mail {
    config::Mail {
        server: server.ip().to_string(),
        port: server.port(),
        security: MailSecurity::None,
        from: "Contoso <sign-in@contoso.example>".to_owned(),
        ..config::Mail::default()
    }
}

/// What the stand-in for Entra ID knows: the domains as if they had been federated, and the users as if they had
/// been provisioned.
async fn stand_in_settings(
    store: &Store,
    organisation: &Organisation,
    addresses: &Addresses,
) -> anyhow::Result<rehearsal::Settings> {
    // Entra holds the certificate that signs first, and the next one during a rollover.
    let mut keys = store.signing_keys(organisation.id).await?;
    keys.retain(|key| key.state != KeyState::Retired);
    keys.sort_by_key(|key| key.state != KeyState::Active);
    let certificates: Vec<_> = keys.into_iter().map(|key| key.certificate).collect();
    let active = addresses.active()?;
    let active = ActiveAddresses { metadata_exchange: active.metadata_exchange, sign_in: active.trust_2005 };
    let domains = store.domains(organisation.id).await?.into_iter().map(|domain| RegisteredDomain {
        name: domain.name,
        issuer: domain.issuer,
        certificates: certificates.clone(),
        active: domain.active_road.is_on().then(|| active.clone()),
        // Nobody has looked at the tenant's Conditional Access; the stand-in has a page for it.
        entra: EntraFacts::default(),
    });
    let users = store.users(organisation.id, "", u32::MAX).await?.into_iter().filter_map(|user| {
        Some(RegisteredUser {
            immutable_id: user.immutable_id.clone()?,
            display_name: user.display_name(),
            upn: user.upn,
        })
    });
    Ok(rehearsal::Settings {
        passive_url: format!("{}/adfs/ls/", addresses.base_url),
        secure_url: addresses.rehearsal_tls_url.clone(),
        realm: Realm::parse(Realm::MICROSOFT_ONLINE)?,
        tenant: Tenant::new(Registrations { domains: domains.collect(), users: users.collect() }),
        hints: PEOPLE.iter().map(|person| person.upn.parse()).collect::<Result<_, _>>()?,
        come_from: Some(ComeFrom {
            page: format!("{}{}", addresses.base_url, come_from::PAGE),
            examples: sample_places::EXAMPLES.to_vec(),
        }),
        organisation_name: organisation.name.clone(),
        stylesheet: server::stylesheet(&organisation.accent),
        clock: Arc::new(SystemClock),
    })
}
