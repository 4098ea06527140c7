//! No change may lock out every administrator, or the one who makes it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use anyhow::bail;
use chrono::TimeDelta;
use model::Upn;
use policy::{ClientKind, Endpoint, Mechanism, Policy, Signals};
use storage::Account;

use super::case::{Case, Outcome};
use super::desk::Desk;

/// How far back administrators' sign-ins tell where they work.
const RECENT: TimeDelta = TimeDelta::days(30);

/// So many of the ledger's latest decisions are looked at for that.
const DECISIONS: u32 = 20_000;

/// Who makes a change, and from where.
pub struct Author {
    pub upn: Option<Upn>,
    pub from: Option<IpAddr>,
}

/// Refuses a draft that would lock out whom it must not.
pub async fn check(desk: &Desk, in_force: &Policy, draft: &Policy, author: &Author) -> anyhow::Result<()> {
    if let Some(upn) = &author.upn {
        let account = desk.account(upn).await?;
        let addresses = author.from.map_or_else(|| usual_addresses(draft), |from| vec![from]);
        if let Some(why) = locked_out(desk, draft, &account, &addresses).await? {
            bail!("nothing was saved: this policy would lock out {upn}, who saves it ({why})");
        }
    }
    // A draft cannot take the guard away and lock out whom it guarded in one go.
    let roles: BTreeSet<&str> = in_force.administrators().into_iter().chain(draft.administrators()).collect();
    for role in roles {
        administrators(desk, draft, role, author).await?;
    }
    Ok(())
}

async fn administrators(desk: &Desk, draft: &Policy, role: &str, author: &Author) -> anyhow::Result<()> {
    let (store, organisation) = (&desk.workplace.store, desk.organisation.id);
    let Some(found) = store.role_by_name(organisation, role).await? else {
        bail!("nothing was saved: [guard] names the role \u{201c}{role}\u{201d}, which does not exist");
    };
    let members = store.members(organisation, found.id).await?;
    let mut addresses: Vec<IpAddr> = author.from.into_iter().collect();
    for row in storage::ledger::decisions(store, organisation, Desk::now() - RECENT, DECISIONS).await? {
        if members.iter().any(|member| Some(member.id) == row.entry.user)
            && let Some(address) = row.entry.personal["address"].as_str().and_then(|text| text.parse().ok())
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        addresses = usual_addresses(draft);
    }
    let mut reasons = Vec::new();
    for member in members {
        let account = desk.account(&member.upn).await?;
        match locked_out(desk, draft, &account, &addresses).await? {
            Some(why) => reasons.push(format!("{}: {why}", member.upn)),
            None => return Ok(()),
        }
    }
    if reasons.is_empty() {
        bail!("nothing was saved: nobody has the role \u{201c}{role}\u{201d} that [guard] names");
    }
    let from: Vec<_> = addresses.iter().take(5).map(ToString::to_string).collect();
    bail!(
        "nothing was saved: this policy would lock out everybody with the role \u{201c}{role}\u{201d}, from {} and \
         everywhere else they signed in from of late\n  {}",
        from.join(", "),
        reasons.join("\n  ")
    );
}

/// Where people most likely are of whom nothing is known: inside; or at this machine.
fn usual_addresses(policy: &Policy) -> Vec<IpAddr> {
    let inside = policy.networks().iter().filter(|network| network.inside);
    let mut addresses: Vec<_> = inside.filter_map(|network| Some(network.ranges.first()?.addr())).collect();
    if addresses.is_empty() {
        addresses.push(IpAddr::from([127, 0, 0, 1]));
    }
    addresses
}

/// Why somebody would be let in nowhere; nothing when there is an application and an address that would do.
async fn locked_out(
    desk: &Desk,
    draft: &Policy,
    account: &Account,
    addresses: &[IpAddr],
) -> anyhow::Result<Option<String>> {
    let geography = desk.geography();
    let mut reason = "nothing is granted".to_owned();
    for application in &desk.applications {
        if !desk.is_granted(account, application).await? {
            continue;
        }
        for address in addresses {
            for first_factor in [Mechanism::Password, Mechanism::Passkey] {
                if first_factor == Mechanism::Passkey && !account.second_factors().has(Mechanism::Passkey) {
                    continue;
                }
                let case = Case {
                    account: Some(account),
                    application,
                    granted: true,
                    endpoint: Endpoint::Passive,
                    address: *address,
                    place: geography.place(*address),
                    user_agent: "",
                    client: ClientKind::Browser,
                    known_device: Some(true),
                    signals: Signals::NONE,
                    at: Desk::now(),
                    first_factor,
                    second_factor: None,
                };
                match case.outcome(draft) {
                    Outcome::Allowed | Outcome::Asked(_) => return Ok(None),
                    Outcome::Refused(why) => reason = why,
                }
            }
        }
    }
    Ok(Some(reason))
}
