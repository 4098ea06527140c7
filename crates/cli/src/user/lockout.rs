//! `countersign user status` and `countersign user unlock`.

use authn::{AccountKey, AttemptLimits, Attempts};
use chrono::{DateTime, TimeDelta, Utc};
use model::{Clock, Organisation, SystemClock, Upn};
use policy::Mechanism;
use serde_json::json;
use storage::ledger;

use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

/// Forgives what failed at a user's account so far. A running server heeds it within a second.
pub async fn unlock(
    workplace: &Workplace,
    organisation: &Organisation,
    user: &model::User,
    output: Output,
) -> anyhow::Result<()> {
    let mut transaction = workplace.store.begin().await?;
    transaction.unlock(organisation.id, user.id, SystemClock.now()).await?;
    let detail = json!({ "user": user.id });
    transaction.record(&operator_did(organisation, "user unlock", detail.clone())).await?;
    transaction.commit().await?;
    output.done(&format!("What failed at {} until now does not count any more.", user.upn), &detail)
}

/// Says how a user's account stands: factors, waits, and where it signed in.
pub async fn status(
    workplace: &Workplace,
    organisation: &Organisation,
    upn: &Upn,
    output: Output,
) -> anyhow::Result<()> {
    let account = workplace.store.account(organisation.id, upn).await?;
    let account = account.ok_or_else(|| anyhow::anyhow!("there is no user {upn}"))?;
    let now = SystemClock.now();
    let (failures, wait) = failures(workplace, organisation, &account.user.upn, now).await?;
    let devices = workplace.store.known_devices(organisation.id, account.user.id).await?;
    let factors: Vec<&str> = account.second_factors().iter().map(Mechanism::as_str).collect();

    let state = if account.user.active { "may sign in" } else { "disabled" };
    let mut rows = vec![["Account".to_owned(), state.to_owned()]];
    let password = match &account.password {
        None => "none".to_owned(),
        Some(password) if password.must_change => "the next sign-in asks for a new one".to_owned(),
        Some(password) => format!("since {}", minute(password.changed_at)),
    };
    rows.push(["Password".to_owned(), password]);
    let listed = if factors.is_empty() { "none".to_owned() } else { factors.join(", ") };
    rows.push(["Second factors".to_owned(), listed]);
    rows.push(["Failures lately".to_owned(), failures.to_string()]);
    let waits = if wait == 0 { "nobody".to_owned() } else { format!("strangers, for {wait} seconds") };
    rows.push(["Who has to wait".to_owned(), waits]);
    for device in &devices {
        let seen = format!("{} at {}, {}", device.label, device.network, minute(device.last_seen_at));
        rows.push(["Known browser".to_owned(), seen]);
    }
    let known: Vec<_> = devices
        .iter()
        .map(|device| {
            json!({
                "label": device.label, "network": device.network,
                "first_seen_at": device.first_seen_at, "last_seen_at": device.last_seen_at
            })
        })
        .collect();
    let things = json!({
        "user": account.user, "second_factors": factors, "failures": failures, "wait_of_strangers": wait,
        "password_changed_at": account.password.as_ref().map(|password| password.changed_at),
        "must_change": account.password.as_ref().is_some_and(|password| password.must_change),
        "known_devices": known,
    });
    output.table(["", upn.as_str()], &rows, &things, "")
}

/// How often the account was tried in vain lately, and how many seconds a stranger has to wait for that: counted from the
/// ledger as a server counts after a restart.
async fn failures(
    workplace: &Workplace,
    organisation: &Organisation,
    upn: &Upn,
    now: DateTime<Utc>,
) -> anyhow::Result<(usize, u64)> {
    let limits = &workplace.settings.limits;
    let attempts = Attempts::new(AttemptLimits {
        account_failures: limits.account_failures,
        address_failures: limits.address_failures,
        window: limits.window,
        longest_wait: limits.longest_wait,
    })?;
    let account = AccountKey::new(organisation.id, upn.as_str());
    let since = now - TimeDelta::from_std(limits.window)?;
    let unlocks = workplace.store.unlocks(since).await?;
    let is_own = |unlock: &&storage::Unlock| AccountKey::new(unlock.organisation, &unlock.upn) == account;
    let forgiven = unlocks.iter().find(is_own).map_or(since, |unlock| unlock.at);
    let mut count = 0;
    for failed in ledger::failed_tries(&workplace.store, since).await?.iter().rev() {
        if AccountKey::new(failed.organisation, &failed.username) == account && failed.at > forgiven {
            attempts.count(failed);
            count += 1;
        }
    }
    let wait = attempts.wait_of_strangers(&account, now);
    Ok((count, wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)))
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
