//! A sign-in that the ledger recorded, put before a policy again: "explain this sign-in", and the replay.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context, bail};
use chrono::TimeDelta;
use geography::Geography;
use model::{AutonomousSystem, Country, Place, Reference, UserId};
use policy::{ClientKind, Endpoint, Mechanism, Signals};
use serde_json::{Value, json};
use storage::ledger::LedgerRow;
use storage::{Account, EntryKind};

use super::case::{Case, Outcome};
use super::desk::Desk;
use super::simulation::table;
use crate::output::Output;

/// The most sign-ins that are replayed: the latest ones.
const MOST: u32 = 200_000;

/// Says what happened under a reference, and why.
pub async fn explain(desk: &Desk, reference: &str, output: Output) -> anyhow::Result<()> {
    let reference: Reference = reference.parse()?;
    let rows = storage::ledger::of_reference(&desk.workplace.store, desk.organisation.id, reference).await?;
    if rows.is_empty() {
        bail!("nothing was written down under {reference}");
    }
    let mut text = String::new();
    let mut things = Vec::new();
    for row in &rows {
        let entry = &row.entry;
        let code = entry.detail["code"].as_str().unwrap_or_default();
        writeln!(text, "{}  {}  {code}", entry.at.format("%Y-%m-%d %H:%M:%S UTC"), entry.kind.as_str())?;
        for (name, value) in [
            ("User", &entry.personal["upn"]),
            ("Address", &entry.personal["address"]),
            ("Client", &entry.detail["client"]),
            ("Factor", &entry.detail["factor"]),
            ("Second factor", &entry.detail["second_factor"]),
            ("Facts", &entry.personal["facts"]),
        ] {
            if !value.is_null() {
                writeln!(
                    text,
                    "  {name}: {}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                )?;
            }
        }
        let trace = rules_of(desk, row).await?;
        if let Some((trace, version)) = &trace {
            write!(text, "\n{version}\n{}", table(trace))?;
        }
        things.push(json!({ "row": row, "rules": trace.map(|(trace, _)| trace.rules) }));
    }
    output.done(&text, &things)
}

/// What the rules of then made of a row, and which version they were.
async fn rules_of(desk: &Desk, row: &LedgerRow) -> anyhow::Result<Option<(policy::Trace, String)>> {
    let Some(version) = row.entry.detail["policy"]["version"].as_u64() else { return Ok(None) };
    let version = u32::try_from(version)?;
    let saved = desk.workplace.store.policy_version(desk.organisation.id, version).await?;
    let saved = saved.with_context(|| format!("version {version} of the policy is gone"))?;
    let policy = desk.open_version(Some(&saved))?;
    let mut accounts = Accounts::default();
    let account = accounts.of(desk, row.entry.user).await?;
    let recorded = Recorded::of(desk, row, &desk.geography());
    let Some(case) = recorded.as_ref().and_then(|recorded| recorded.case(desk, account, true)) else {
        return Ok(None);
    };
    let when = saved.saved_at.format("%Y-%m-%d %H:%M UTC");
    Ok(Some((case.trace(&policy), format!("Policy version {version}, saved {when} by {}", saved.saved_by))))
}

/// Puts the recorded sign-ins of the last days before a draft, and says who would fare otherwise than with the policy in
/// force.
pub async fn replay(desk: &Desk, file: &Path, days: u16, output: Output) -> anyhow::Result<()> {
    let draft = desk.compile(super::next(desk).await?, &super::read(file)?).await?;
    let in_force = desk.open_version(desk.in_force().await?.as_ref())?;
    let since = Desk::now() - TimeDelta::days(days.into());
    let store = &desk.workplace.store;
    let rows = storage::ledger::decisions(store, desk.organisation.id, since, MOST).await?;
    let geography = desk.geography();
    let mut accounts = Accounts::default();
    let mut flips: BTreeMap<(Outcome, Outcome), Flips> = BTreeMap::new();
    let mut replayed = 0_u32;
    for row in &rows {
        let account = accounts.of(desk, row.entry.user).await?;
        let Some(recorded) = Recorded::of(desk, row, &geography) else { continue };
        let granted = match account {
            Some(account) => match desk.application_of(row) {
                Some(application) => desk.is_granted(account, application).await?,
                None => continue,
            },
            None => false,
        };
        let Some(case) = recorded.case(desk, account, granted) else { continue };
        replayed += 1;
        let (before, after) = (case.outcome(&in_force), case.outcome(&draft));
        if before != after {
            let who = account.map_or_else(|| "somebody".to_owned(), |account| account.user.upn.to_string());
            flips.entry((after, before)).or_default().count(who, row.entry.reference);
        }
    }
    let changed: usize = flips.values().map(|flips| flips.sign_ins).sum();
    let sentence = format!(
        "This draft would have changed {changed} of {replayed} sign-ins in the last {days} days. Roles and factors are \
         those of today."
    );
    let mut text = sentence.clone();
    for ((after, before), flips) in &flips {
        let people: Vec<_> = flips.people.iter().take(8).cloned().collect();
        let more = flips.people.len().saturating_sub(people.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        write!(
            text,
            "\n\n{} {after}; now {before}\n  {}{more}",
            sign_ins(flips.sign_ins),
            people.join(", ")
        )?;
        if let Some(reference) = flips.latest {
            write!(text, "\n  the latest: {reference}")?;
        }
    }
    let groups: Vec<_> = flips
        .iter()
        .map(|((after, before), flips)| {
            json!({
                "would_be": after.to_string(),
                "is": before.to_string(),
                "sign_ins": flips.sign_ins,
                "people": flips.people,
                "latest": flips.latest,
            })
        })
        .collect();
    output.done(&text, &json!({ "replayed": replayed, "changed": changed, "groups": groups }))
}

/// Sign-ins that would fare otherwise, for one reason.
#[derive(Default)]
struct Flips {
    sign_ins: usize,
    people: BTreeSet<String>,
    latest: Option<Reference>,
}

impl Flips {
    fn count(&mut self, who: String, reference: Option<Reference>) {
        self.sign_ins += 1;
        self.people.insert(who);
        // Rows come the latest first.
        self.latest = self.latest.or(reference);
    }
}

fn sign_ins(count: usize) -> String {
    if count == 1 { "1 sign-in would be".to_owned() } else { format!("{count} sign-ins would be") }
}

/// Accounts as they are today, each read once.
#[derive(Default)]
struct Accounts(HashMap<UserId, Option<Account>>);

impl Accounts {
    async fn of(&mut self, desk: &Desk, user: Option<UserId>) -> anyhow::Result<Option<&Account>> {
        let Some(user) = user else { return Ok(None) };
        Ok(match self.0.entry(user) {
            Entry::Occupied(read) => read.into_mut().as_ref(),
            Entry::Vacant(unread) => {
                let account = desk.workplace.store.account_by_id(desk.organisation.id, user).await?;
                unread.insert(account).as_ref()
            }
        })
    }
}

/// What a row of the ledger says of a sign-in.
struct Recorded<'a> {
    row: &'a LedgerRow,
    address: IpAddr,
    place: Place,
}

impl<'a> Recorded<'a> {
    /// Reads a row. One whose personal fields were erased tells too little. Where the row does not say where the address
    /// was, the databases of today do.
    fn of(desk: &Desk, row: &'a LedgerRow, geography: &Geography) -> Option<Self> {
        let personal = &row.entry.personal;
        let address: IpAddr = personal["address"].as_str()?.parse().ok()?;
        desk.application_of(row)?;
        let mut place = geography.place(address);
        if let Some(country) =
            personal["facts"]["country"].as_str().and_then(|text| Country::parse(text).ok())
        {
            place.country = Ok(country);
        }
        let system = personal["facts"]["autonomous_system"].as_str();
        if let Some(system) = system.and_then(|text| AutonomousSystem::parse(text).ok()) {
            place.autonomous_system = Ok(system);
        }
        Some(Self { row, address, place })
    }

    fn case<'c>(&'c self, desk: &'c Desk, account: Option<&'c Account>, granted: bool) -> Option<Case<'c>> {
        let LedgerRow { entry, .. } = self.row;
        let text = |value: &'c Value| value.as_str().unwrap_or_default();
        let mechanism = |value: &Value| Mechanism::from_name(value.as_str()?);
        // Whoever was let in and is gone since cannot be judged.
        if entry.user.is_some() && account.is_none() {
            return None;
        }
        let client = text(&entry.detail["client"]);
        let signals = entry.personal["facts"]["signals"].as_array().into_iter().flatten();
        let signals: Signals = policy::Signal::ALL
            .into_iter()
            .filter(|signal| signals.clone().any(|name| name.as_str() == Some(signal.as_str())))
            .collect();
        Some(Case {
            account,
            application: desk.application_of(self.row)?,
            granted,
            endpoint: match text(&entry.detail["endpoint"]) {
                "active-2005" => Endpoint::Active2005,
                "active-13" => Endpoint::Active13,
                _ => Endpoint::Passive,
            },
            address: self.address,
            place: self.place,
            user_agent: text(&entry.personal["user_agent"]),
            client: ClientKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == client)
                .unwrap_or(ClientKind::Other),
            known_device: entry.personal["facts"]["known_device"].as_bool(),
            signals,
            at: entry.at,
            first_factor: mechanism(&entry.detail["factor"]).unwrap_or(Mechanism::Password),
            second_factor: mechanism(&entry.detail["second_factor"])
                .filter(|_| entry.kind != EntryKind::SignInRefused),
        })
    }
}

impl Desk {
    /// The application that a row is about, if there still is one; the portal where it names none.
    fn application_of(&self, row: &LedgerRow) -> Option<&model::Application> {
        let id = row.entry.application.unwrap_or(model::ApplicationId::PORTAL);
        self.applications.iter().find(|application| application.id == id)
    }
}
