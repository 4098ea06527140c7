//! `countersign serve`.

use std::path::Path;

use anyhow::{Context, bail};
use config::{LogFormat, Purpose, Severity};
use model::DomainName;
use server::Cookies;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::node::{Door, Node, edge, own_tls, start_logging, stop_signal};
use crate::workplace::{Workplace, read_configuration};

/// Refuses what would be unsafe, then answers requests until told to stop.
pub async fn run(config: Option<&Path>) -> anyhow::Result<()> {
    let (errors, warnings): (Vec<_>, Vec<_>) = read_configuration(config)?
        .check(Purpose::Serve)
        .into_iter()
        .partition(|problem| problem.severity == Severity::Error);
    if !errors.is_empty() {
        let list: Vec<_> = errors.iter().map(|problem| format!("\n  {problem}")).collect();
        bail!("the configuration is not fit to serve:{}", list.concat());
    }
    let workplace = Workplace::open(config).await?;
    if workplace.store.is_demo().await? {
        bail!(
            "this is a demo's data: its keys and passwords are known to everybody, so `serve` never uses it (S83)"
        );
    }
    workplace.organisation().await?;
    let log = &workplace.settings.log;
    start_logging(&log.level, log.format == LogFormat::Json);
    for problem in warnings {
        tracing::warn!("{problem}");
    }

    let tls = own_tls(&workplace.settings)?;
    if tls.as_ref().is_some_and(|tls| !tls.is_for(workplace.settings.base_url.host())) {
        tracing::warn!(base_url = %workplace.settings.base_url, "the TLS certificate is for other hosts");
    }
    let address = workplace.settings.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("{address} cannot be used"))?;
    let edge = edge(&workplace.settings, Cookies::SECURE)?;
    // Until Entra ID can be asked, its settings are what the operator says.
    let entra = workplace.settings.entra.clone();
    let entra = Box::new(move |domain: &DomainName| entra.facts(domain));
    let base_url = workplace.settings.base_url.as_str();
    let node = Box::pin(Node::start(&workplace.settings, base_url, entra, workplace.store)).await?;
    let address = listener.local_addr()?;

    let stop = CancellationToken::new();
    let (stopped, stopping) = (stop_signal()?, stop.clone());
    tokio::spawn(async move {
        stopped.await;
        stopping.cancel();
    });
    tracing::info!(%address, tls = tls.is_some(), "ready");
    let routes = node.routes(edge);
    node.serve(vec![Door { listener, tls, routes }], stop).await
}
