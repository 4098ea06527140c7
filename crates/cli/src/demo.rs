//! `countersign demo`: a furnished organisation and, beside it, a stand-in for Entra ID, on this machine only.

mod data;
mod describe;
mod folder;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use config::{BaseUrl, Purpose, Settings};
use model::{KeyState, Organisation, Realm, SystemClock};
use rehearsal::{RegisteredDomain, RegisteredUser, Registrations, Tenant};
use server::Cookies;
use storage::{Sealer, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::node::{Door, Node, edge, start_logging, stop_signal};
use crate::workplace::open_store;
use data::PEOPLE;
use describe::Description;

/// How many times larger the limits on failed sign-ins are than in earnest: people try things in a demo.
const LIMIT_FACTOR: usize = 100;

#[derive(Args)]
pub struct Demo {
    /// Where its data and keys are kept between starts.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// The loopback address to answer at; the stand-in takes the next port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Starts over: removes a folder that an earlier demo made.
    #[arg(long)]
    fresh: bool,
    /// Writes one JSON document for programs once everything answers.
    #[arg(long, value_name = "FILE")]
    describe: Option<PathBuf>,
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<()> {
        if !self.listen.ip().is_loopback() {
            bail!("the demo listens on loopback only: its passwords are known to everybody");
        }
        start_logging("warn", false);
        folder::prepare(&self.data, self.fresh)?;
        let (listener, stand_in) = self.listen().await?;
        let base_url = format!("http://localhost:{}", listener.local_addr()?.port());
        let rehearsal_url = format!("http://127.0.0.1:{}", stand_in.local_addr()?.port());

        let settings = settings(&self.data, &base_url, self.listen)?;
        let sealer = Sealer::open_or_create(&settings.key_file)?;
        let store = open_store(&settings, sealer).await?;
        let organisation = data::furnish(&store, &format!("{rehearsal_url}/login.srf")).await?;
        let node = Node::start(&settings, &base_url, store.clone()).await?;
        let description =
            Description::read(&store, &organisation, &base_url, &rehearsal_url, &self.data).await?;

        let stop = CancellationToken::new();
        let stand_in_settings = stand_in_settings(&store, &organisation, &base_url).await?;
        let rehearsal = rehearsal::serve(stand_in, stand_in_settings, stop.clone().cancelled_owned());
        let rehearsal = tokio::spawn(rehearsal);
        let plain = Door { listener, tls: None, edge: edge(&settings, Cookies::DEMO)? };
        let serving = tokio::spawn(node.serve(vec![plain], stop.clone()));

        if let Some(file) = &self.describe {
            description.write(file)?;
        }
        println!("{}", description.welcome());
        stop_signal().await?;
        println!("\nStopping.");
        stop.cancel();
        serving.await??;
        rehearsal.await??;
        Ok(())
    }

    /// Takes both ports, or says which one is taken.
    async fn listen(&self) -> anyhow::Result<(TcpListener, TcpListener)> {
        let take = async |address: SocketAddr| {
            TcpListener::bind(address)
                .await
                .with_context(|| format!("{address} cannot be used; choose another address with --listen"))
        };
        let listener = take(self.listen).await?;
        let next = if self.listen.port() == 0 { 0 } else { self.listen.port().saturating_add(1) };
        let stand_in = take(SocketAddr::from((Ipv4Addr::LOCALHOST, next))).await?;
        Ok((listener, stand_in))
    }
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

/// What the stand-in for Entra ID knows: the domains as if they had been federated, and the users as if they had
/// been provisioned.
async fn stand_in_settings(
    store: &Store,
    organisation: &Organisation,
    base_url: &str,
) -> anyhow::Result<rehearsal::Settings> {
    // Entra holds the certificate that signs first, and the next one during a rollover.
    let mut keys = store.signing_keys(organisation.id).await?;
    keys.retain(|key| key.state != KeyState::Retired);
    keys.sort_by_key(|key| key.state != KeyState::Active);
    let certificates: Vec<_> = keys.into_iter().map(|key| key.certificate).collect();
    let domains = store.domains(organisation.id).await?.into_iter().map(|domain| RegisteredDomain {
        name: domain.name,
        issuer: domain.issuer,
        certificates: certificates.clone(),
    });
    let users = store.users(organisation.id, "", u32::MAX).await?.into_iter().filter_map(|user| {
        Some(RegisteredUser {
            immutable_id: user.immutable_id.clone()?,
            display_name: user.display_name(),
            upn: user.upn,
        })
    });
    Ok(rehearsal::Settings {
        passive_url: format!("{base_url}/adfs/ls/"),
        realm: Realm::parse(Realm::MICROSOFT_ONLINE)?,
        tenant: Tenant::new(Registrations { domains: domains.collect(), users: users.collect() }),
        hints: PEOPLE.iter().map(|person| person.upn.parse()).collect::<Result<_, _>>()?,
        organisation_name: organisation.name.clone(),
        stylesheet: server::stylesheet(&organisation.accent),
        clock: Arc::new(SystemClock),
    })
}
