//! `countersign doctor`: what would keep people from signing in, and what to do about it.

use std::path::Path;
use std::process::ExitCode;

use ::policy::active::{EntraGap, entra_collects};
use authn::BreachedPasswords;
use chrono::TimeDelta;
use config::Purpose;
use model::{Clock, Domain, KeyState, Organisation, SystemClock};
use serde::Serialize;
use token::{RsaSigner, self_test};

use crate::domain::remedy;
use crate::output::Output;
use crate::workplace::{Workplace, read_configuration};
use crate::{passkey_domain, places, policy};

/// From when on a certificate's end is a concern (MD-04).
const ROLLOVER: TimeDelta = TimeDelta::days(45);

/// One thing looked at.
#[derive(Serialize)]
struct Finding {
    good: bool,
    what: String,
}

/// Looks at everything; fails when something has to be done.
pub async fn run(config: Option<&Path>, output: Output) -> anyhow::Result<ExitCode> {
    let mut findings: Vec<_> = read_configuration(config)?
        .check(Purpose::Serve)
        .into_iter()
        .map(|problem| Finding { good: false, what: problem.to_string() })
        .collect();
    let workplace = Workplace::open(config).await?;
    findings.push(Finding { good: true, what: "the database opens and its secrets can be read".to_owned() });
    if workplace.store.is_demo().await? {
        findings.push(Finding { good: false, what: "this is a demo's data; `serve` refuses it".to_owned() });
    }
    let organisation = workplace.organisation().await?;
    keys(&workplace, &organisation, &mut findings).await?;
    findings.extend(places::looks(&workplace.settings).into_iter().map(|look| Finding {
        good: look.severity.is_none(),
        what: format!("{}: {}", look.setting, look.words),
    }));
    let (good, what) = policy::look(config).await?;
    findings.push(Finding { good, what });
    people(&workplace, &organisation, &mut findings).await?;
    findings.extend(breached_passwords(&workplace));
    findings.push(passkeys(&workplace, &organisation));

    let rows: Vec<_> = findings
        .iter()
        .map(|finding| [if finding.good { "good" } else { "TO DO" }.to_owned(), finding.what.clone()])
        .collect();
    output.table(["", "Finding"], &rows, &serde_json::json!(findings), "")?;
    Ok(if findings.iter().all(|finding| finding.good) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the list of breached passwords is one, where there should be one.
fn breached_passwords(workplace: &Workplace) -> Option<Finding> {
    let list = workplace.settings.passwords.breached_file.as_ref()?;
    Some(match BreachedPasswords::open(list) {
        Ok(_) => {
            let what = format!("new passwords are looked up in the breached ones of {}", list.display());
            Finding { good: true, what }
        }
        Err(error) => {
            let what = format!("passwords.breached_file: {:#}", anyhow::Error::from(error));
            Finding { good: false, what }
        }
    })
}

async fn keys(
    workplace: &Workplace,
    organisation: &Organisation,
    findings: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    let records = workplace.store.signing_keys(organisation.id).await?;
    let Some(active) = records.iter().find(|record| record.state == KeyState::Active) else {
        let what =
            "no signing key is active; run `countersign key new` and `countersign key activate`".to_owned();
        findings.push(Finding { good: false, what });
        return Ok(());
    };
    let private = workplace.store.private_key(organisation.id, active.id).await?.unwrap_or_default();
    let tried = RsaSigner::from_pkcs8(&private, &active.certificate)
        .map_err(anyhow::Error::from)
        .and_then(|signer| self_test(&signer).map_err(anyhow::Error::from));
    findings.push(match tried {
        Ok(()) => {
            Finding { good: true, what: format!("key {} signs, and its signature verifies", active.id) }
        }
        Err(error) => Finding { good: false, what: format!("key {} cannot be used: {error:#}", active.id) },
    });
    let has_next = records.iter().any(|record| record.state == KeyState::Next);
    let days = (active.expires_at - SystemClock.now()).num_days();
    let soon = active.expires_at - SystemClock.now() < ROLLOVER && !has_next;
    let advice = if soon { "; run `countersign key new` now" } else { "" };
    findings.push(Finding {
        good: !soon,
        what: format!("the certificate is valid for {days} more days{advice}"),
    });
    Ok(())
}

async fn people(
    workplace: &Workplace,
    organisation: &Organisation,
    findings: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    let domains = workplace.store.domains(organisation.id).await?;
    let missing = domains.is_empty();
    let what = if missing {
        "there is no domain; run `countersign domain add contoso.example`".to_owned()
    } else {
        let names: Vec<_> = domains.iter().map(|domain| domain.name.to_string()).collect();
        format!("users sign in with names of {}", names.join(", "))
    };
    findings.push(Finding { good: !missing, what });
    for domain in domains.iter().filter(|domain| domain.active_road.is_on()) {
        active_road(workplace, domain, findings);
    }
    let grants = workplace.store.grants(organisation.id).await?;
    for application in workplace.store.applications(organisation.id).await? {
        let granted = grants.iter().any(|(id, _)| *id == application.id);
        let what = if granted {
            format!("\u{201c}{}\u{201d} is permitted to a role", application.name)
        } else {
            format!("nobody may use \u{201c}{}\u{201d}; run `countersign app permit`", application.name)
        };
        findings.push(Finding { good: granted, what });
    }
    let users = workplace.store.users(organisation.id, "", u32::MAX).await?;
    let without = users.iter().filter(|user| user.active && user.immutable_id.is_none()).count();
    if without > 0 {
        let what = format!("{without} users have no immutable ID and get no token");
        findings.push(Finding { good: false, what });
    }
    Ok(())
}

/// Whether passkeys work where the pages are.
fn passkeys(workplace: &Workplace, organisation: &Organisation) -> Finding {
    let host = organisation.host.as_deref().unwrap_or(workplace.settings.base_url.host());
    let (good, what) = match organisation.passkey_domain.as_deref() {
        Some(domain) if passkey_domain::holds(domain, host) => {
            (true, format!("passkeys are bound to {domain} and work at {host}"))
        }
        Some(domain) => (
            false,
            format!(
                "passkeys are bound to {domain}, and none works at {host}; go back to a host in {domain}"
            ),
        ),
        None => (
            true,
            format!(
                "there are no passkeys yet; at a host with a name, `serve` binds them to it, not to {host}"
            ),
        ),
    };
    Finding { good, what }
}

/// What is to be known of a domain that people may sign in to without a page.
fn active_road(workplace: &Workplace, domain: &Domain, findings: &mut Vec<Finding>) {
    let (name, settings) = (&domain.name, &workplace.settings);
    for network in domain.active_road.networks().filter(|network| !settings.networks.contains_key(network)) {
        let what = format!(
            "{name} answers password clients on the network {network}, which the configuration does not name; \
             nobody is on it"
        );
        findings.push(Finding { good: false, what });
    }
    findings.push(match entra_collects(settings.entra.facts(name)) {
        Ok(()) => Finding {
            good: true,
            what: format!("{name} answers without a page, and Entra ID collects second factors here"),
        },
        Err(gap) => Finding {
            // What nobody has looked at is to be done; what an operator has said is settled.
            good: !matches!(gap, EntraGap::DemandNotKnown | EntraGap::BehaviorNotKnown),
            what: format!(
                "{name} answers without a page, but nobody who has a second factor or needs one. {}. {}",
                gap.reason(),
                remedy(name, gap)
            ),
        },
    });
}
