//! `countersign domain`: add, list, active.

mod active;
mod consequences;

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use model::{ActiveRoad, DomainName, IssuerUri};
use serde_json::json;

use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

pub use consequences::remedy;

#[derive(Subcommand)]
pub enum Domain {
    /// Adds a domain, declared proven by you who run this host (S71).
    Add {
        /// The suffix of user names, as in contoso.example.
        domain: String,
        /// What tokens for its users name as their issuer; by default URN: and the domain.
        #[arg(long, value_name = "URI")]
        issuer: Option<String>,
    },
    /// Lists the domains with their issuers and who may sign in without a page.
    List,
    /// Switches sign-in without a page: Windows, and programs that ask for the password themselves.
    Active(active::Active),
}

impl Domain {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let workplace = Workplace::open(config).await?;
        let organisation = workplace.organisation().await?;
        match self {
            Self::Add { domain, issuer } => {
                let name = DomainName::parse(&domain)?;
                let issuer = match issuer {
                    Some(uri) => IssuerUri::parse(&uri).context("--issuer")?,
                    None => IssuerUri::of_domain(&name),
                };
                let domain = model::Domain {
                    organisation: organisation.id,
                    name,
                    issuer,
                    proven: true,
                    active_road: ActiveRoad::Off,
                };
                let mut transaction = workplace.store.begin().await?;
                transaction.insert_domain(&domain).await?;
                transaction.record(&operator_did(&organisation, "domain add", json!(domain))).await?;
                transaction.commit().await?;
                output.done(
                    &format!("{} is added; its issuer is {}.", domain.name, domain.issuer),
                    &active::whole(&domain, &[]),
                )
            }
            Self::List => {
                let roles = workplace.store.roles(organisation.id).await?;
                let domains = workplace.store.domains(organisation.id).await?;
                let rows: Vec<_> = domains
                    .iter()
                    .map(|domain| {
                        let proven = if domain.proven { "yes" } else { "no" };
                        let road = active::described(&domain.active_road, &roles);
                        [domain.name.to_string(), domain.issuer.to_string(), proven.to_owned(), road]
                    })
                    .collect();
                let things: Vec<_> = domains.iter().map(|domain| active::whole(domain, &roles)).collect();
                let empty = "No domains yet. `countersign domain add contoso.example` adds one.";
                output.table(["Domain", "Issuer", "Proven", "Without a page"], &rows, &things.into(), empty)
            }
            Self::Active(active) => active.run(&workplace, &organisation, output).await,
        }
    }
}
