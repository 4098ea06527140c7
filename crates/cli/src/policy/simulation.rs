//! `countersign policy simulate`: what would happen, and why.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use model::{Country, Upn};
use policy::{ClientKind, Endpoint, Mechanism, Policy, Signals, Trace};
use serde_json::json;

use super::case::Case;
use super::desk::Desk;
use crate::output::Output;

#[derive(Args)]
pub struct Simulation {
    /// Who signs in; left out: what is decided before anybody has proved anything.
    #[arg(long, value_name = "UPN")]
    user: Option<String>,
    /// From which address.
    #[arg(long)]
    address: IpAddr,
    /// In which country that is; left out: what the databases of places say.
    #[arg(long)]
    country: Option<String>,
    /// When, like 2026-11-23T17:45:00+11:00; left out: now.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// Whether the user has signed in with the device before.
    #[arg(long, default_value = "new")]
    device: Device,
    /// What the client calls itself.
    #[arg(long, default_value = "")]
    user_agent: String,
    /// For which application; left out: the first.
    #[arg(long)]
    app: Option<String>,
    /// Which endpoint is asked.
    #[arg(long, default_value = "passive")]
    endpoint: Door,
    /// What the user gives first.
    #[arg(long, default_value = "password")]
    first: First,
    /// A policy that is not saved yet; left out: the one in force.
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Device {
    /// The user has signed in with it before.
    Known,
    /// The user has not.
    New,
}

#[derive(Clone, Copy, ValueEnum)]
enum Door {
    /// A browser's.
    Passive,
    /// A program's, by WS-Trust of February 2005.
    #[value(name = "active-2005")]
    Active2005,
    /// A program's, by WS-Trust 1.3.
    #[value(name = "active-13")]
    Active13,
}

#[derive(Clone, Copy, ValueEnum)]
enum First {
    /// The right password.
    Password,
    /// A passkey of theirs.
    Passkey,
}

impl Simulation {
    pub async fn run(self, desk: &Desk, output: Output) -> anyhow::Result<()> {
        let policy = match &self.draft {
            Some(file) => desk.compile(super::next(desk).await?, &super::read(file)?).await?,
            None => desk.open_version(desk.in_force().await?.as_ref())?,
        };
        let account = match &self.user {
            Some(upn) => Some(desk.account(&Upn::parse(upn)?).await?),
            None => None,
        };
        let application = desk.application(self.app.as_deref())?;
        let mut place = desk.geography().place(self.address);
        if let Some(country) = &self.country {
            place.country = Ok(Country::parse(country).context("--country")?);
        }
        let granted = match &account {
            Some(account) => desk.is_granted(account, application).await?,
            None => false,
        };
        let first_factor = match self.first {
            First::Password => Mechanism::Password,
            First::Passkey => Mechanism::Passkey,
        };
        let case = Case {
            account: account.as_ref(),
            application,
            granted,
            endpoint: match self.endpoint {
                Door::Passive => Endpoint::Passive,
                Door::Active2005 => Endpoint::Active2005,
                Door::Active13 => Endpoint::Active13,
            },
            address: self.address,
            place,
            user_agent: &self.user_agent,
            client: ClientKind::of(&self.user_agent, None),
            known_device: Some(matches!(self.device, Device::Known)),
            signals: Signals::NONE,
            at: self.at.unwrap_or_else(Desk::now),
            first_factor,
            // Whoever uses a passkey is verified with it.
            second_factor: (first_factor == Mechanism::Passkey).then_some(Mechanism::Passkey),
        };
        report(&case, &policy, output)
    }
}

fn report(case: &Case<'_>, policy: &Policy, output: Output) -> anyhow::Result<()> {
    let (outcome, trace) = (case.outcome(policy), case.trace(policy));
    let who = case.account.map_or_else(|| "Somebody".to_owned(), |account| account.user.upn.to_string());
    let mut text = format!("{who} is {outcome}.\n\n{}", table(&trace));
    let country = case.place.country.map_or_else(|why| format!("unknown, {why}"), |it| it.to_string());
    let networks: Vec<_> =
        policy.networks().holding(case.address, case.at).iter().map(ToString::to_string).collect();
    let networks = if networks.is_empty() { "none".to_owned() } else { networks.join(", ") };
    let version = super::version_in_words(policy.version());
    write!(text, "\nCountry: {country}. Named networks: {networks}. {version}.")?;
    output.done(
        &text,
        &json!({
            "outcome": outcome.to_string(),
            "refused": outcome.is_refusal(),
            "policy_version": policy.version(),
            "rules": trace.rules,
        }),
    )
}

/// Every rule with what came of it.
pub fn table(trace: &Trace) -> String {
    if trace.rules.is_empty() {
        return "There are no rules: any first factor, then the second one of whoever has one.\n".to_owned();
    }
    let mut text = String::new();
    let mut list = None;
    for rule in &trace.rules {
        if list != Some(&rule.application) {
            list = Some(&rule.application);
            let whose = rule.application.as_deref().unwrap_or("the organisation");
            let _ = writeln!(text, "Rules of {whose}:");
        }
        let why = rule.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  {}. {} \u{2192} {}: {}{why}",
            rule.position,
            rule.name,
            rule.does,
            rule.result.as_str()
        );
    }
    text
}
