//! `countersign domain active`: switches the active road of a domain, and says what that does to people (WST-11).

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use config::Settings;
use model::{ActiveRoad, DomainName, NetworkName, Organisation, PasswordClients, Role};
use serde_json::{Value, json};

use crate::domain::consequences::notes;
use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

#[derive(Args)]
pub struct Active {
    /// The domain, as in contoso.example.
    domain: String,
    /// Who may sign in without a page.
    #[arg(value_enum)]
    mode: Mode,
    /// With password-clients: only from this network of the configuration. May be repeated.
    #[arg(long, value_name = "NAME")]
    network: Vec<String>,
    /// With password-clients: only members of this role. May be repeated.
    #[arg(long, value_name = "NAME")]
    role: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    /// Nobody: the endpoints are not there.
    Off,
    /// Everybody, from everywhere: what sign-in to Windows and macOS needs.
    Windows,
    /// Only from named networks, or only members of named roles.
    PasswordClients,
}

impl Active {
    pub async fn run(
        self,
        workplace: &Workplace,
        organisation: &Organisation,
        output: Output,
    ) -> anyhow::Result<()> {
        let roles = workplace.store.roles(organisation.id).await?;
        let road = self.road(&workplace.settings, &roles)?;
        let name = DomainName::parse(&self.domain)?;
        // Begun before the domain is read, so that no other change comes between.
        let mut transaction = workplace.store.begin().await?;
        let domains = workplace.store.domains(organisation.id).await?;
        let Some(mut domain) = domains.iter().find(|domain| domain.name == name).cloned() else {
            let there = listed(domains.iter().map(|domain| domain.name.as_str()));
            bail!("there is no domain {name}; there are {there}")
        };
        let before = std::mem::replace(&mut domain.active_road, road);
        if before != domain.active_road {
            transaction.update_domain(&domain).await?;
            let change = json!({
                "domain": domain.name,
                "before": as_json(&before, &roles),
                "after": as_json(&domain.active_road, &roles),
            });
            transaction.record(&operator_did(organisation, "domain active", change)).await?;
            transaction.commit().await?;
        }
        let entra = workplace.settings.entra.facts(&domain.name);
        let notes = notes(&domain.name, &before, &domain.active_road, entra);
        let state = described(&domain.active_road, &roles);
        let sentence = format!("Sign-in without a page for {}: {state}.\n{}", domain.name, notes.join("\n"));
        let mut thing = whole(&domain, &roles);
        thing["notes"] = notes.into();
        output.done(&sentence, &thing)
    }

    /// The road that was asked for, once all that it names exists.
    fn road(&self, settings: &Settings, roles: &[Role]) -> anyhow::Result<ActiveRoad> {
        match self.mode {
            Mode::PasswordClients => {}
            Mode::Off | Mode::Windows if self.network.is_empty() && self.role.is_empty() => {
                return Ok(if matches!(self.mode, Mode::Off) {
                    ActiveRoad::Off
                } else {
                    ActiveRoad::Windows
                });
            }
            Mode::Off | Mode::Windows => {
                bail!("only password-clients can be narrowed; leave out --network and --role")
            }
        }
        let networks = self.network.iter().map(|name| network(name, settings));
        let named = self.role.iter().map(|name| role(name, roles).map(|role| role.id));
        let clients = PasswordClients::new(
            networks.collect::<anyhow::Result<BTreeSet<_>>>()?,
            named.collect::<anyhow::Result<BTreeSet<_>>>()?,
        )
        .context("--network NAME or --role NAME is missing")?;
        Ok(ActiveRoad::PasswordClients(clients))
    }
}

fn network(name: &str, settings: &Settings) -> anyhow::Result<NetworkName> {
    let known = settings.networks.keys().find(|known| known.as_str() == name);
    known.cloned().with_context(|| {
        let there = listed(settings.networks.keys().map(NetworkName::as_str));
        format!(
            "there is no network \u{201c}{name}\u{201d} in the configuration; in [networks] there are {there}"
        )
    })
}

fn role<'a>(name: &str, roles: &'a [Role]) -> anyhow::Result<&'a Role> {
    let known = roles.iter().find(|role| role.name.to_lowercase() == name.to_lowercase());
    known.with_context(|| {
        let there = listed(roles.iter().map(|role| role.name.as_str()));
        format!("there is no role \u{201c}{name}\u{201d}; there are {there}")
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The state in a few words.
pub fn described(road: &ActiveRoad, roles: &[Role]) -> String {
    let networks = listed(road.networks().map(NetworkName::as_str));
    let names = listed(role_names(road, roles).into_iter());
    match (road, road.networks().next().is_some(), road.roles().next().is_some()) {
        (ActiveRoad::PasswordClients(_), true, false) => format!("password-clients on {networks}"),
        (ActiveRoad::PasswordClients(_), false, _) => format!("password-clients of {names}"),
        (ActiveRoad::PasswordClients(_), true, true) => format!("password-clients of {names} on {networks}"),
        (ActiveRoad::Off | ActiveRoad::Windows, ..) => road.mode().to_owned(),
    }
}

/// A domain for programs, with the names of the roles that narrow its road.
pub fn whole(domain: &model::Domain, roles: &[Role]) -> Value {
    let mut whole = json!(domain);
    whole["active_road"] = as_json(&domain.active_road, roles);
    whole
}

fn as_json(road: &ActiveRoad, roles: &[Role]) -> Value {
    json!({
        "mode": road.mode(),
        "networks": road.networks().collect::<Vec<_>>(),
        "roles": role_names(road, roles),
    })
}

fn role_names<'a>(road: &ActiveRoad, roles: &'a [Role]) -> Vec<&'a str> {
    let named: BTreeSet<_> = road.roles().collect();
    roles.iter().filter(|role| named.contains(&role.id)).map(|role| role.name.as_str()).collect()
}
