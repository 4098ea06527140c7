//! `countersign user verify-caller` and `access-code`: what a help desk does for somebody who lost a factor.

use anyhow::{Context, bail};
use authn::{ACCESS_CODE_LIFETIME, AccessCode, spoken_number};
use chrono::TimeDelta;
use clap::Args;
use model::{Clock, Organisation, SystemClock, User};
use serde_json::json;
use storage::{CallerAnswer, CallerCheck, LedgerEntry, Transaction};

use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

/// Digits of the number that the help desk says.
const QUESTION: usize = 3;
/// Digits of the number that the caller answers: three guesses find one in three thousand.
const ANSWER: usize = 4;

/// How it is known that somebody who asks for a reset is who they say.
#[derive(Args)]
pub struct Verification {
    /// Goes on without `user verify-caller`, for this reason, which stands in the ledger.
    #[arg(long, value_name = "REASON")]
    unverified: Option<String>,
}

impl Verification {
    /// Holds a reset to its rule: the caller was verified within fifteen minutes, once for each reset, or a reason was
    /// given. What is returned belongs into the ledger.
    pub async fn hold(
        &self,
        transaction: &mut Transaction,
        organisation: &Organisation,
        user: &User,
    ) -> anyhow::Result<serde_json::Value> {
        if transaction.take_verified_caller(organisation.id, user.id, SystemClock.now()).await? {
            return Ok(json!("caller"));
        }
        match self.unverified.as_deref().map(str::trim) {
            Some(reason) if !reason.is_empty() => Ok(json!({ "unverified": reason })),
            _ => bail!(
                "nobody has verified that it is {0} who asks, so nothing was changed; run `countersign user \
                 verify-caller {0}`, or say with --unverified REASON why that is not needed",
                user.upn
            ),
        }
    }
}

/// Begins to verify a caller, or takes the answer.
pub async fn verify(
    workplace: &Workplace,
    organisation: &Organisation,
    user: &User,
    answer: Option<String>,
    output: Output,
) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let mut transaction = workplace.store.begin().await?;
    let Some(answer) = answer else {
        let check = CallerCheck { question: spoken_number(QUESTION)?, answer: spoken_number(ANSWER)? };
        transaction.begin_caller_check(organisation.id, user.id, &check, now).await?;
        transaction.record(&row(organisation, user, "user verify-caller begun", json!({}))).await?;
        transaction.commit().await?;
        let page = workplace.settings.base_url.join("/account");
        let sentence = format!(
            "Tell the caller {}. Whoever is signed in as {} sees that number at {page}, and another one beside it.\n\
             Let them read that to you, and give it with\n\n  countersign user verify-caller {} --answer NUMBER",
            check.question, user.upn, user.upn
        );
        return output.done(&sentence, &json!({ "user": user.id, "question": check.question }));
    };
    let found = transaction.answer_caller_check(organisation.id, user.id, answer.trim(), now).await?;
    let what = match found {
        CallerAnswer::Right => "user verify-caller right",
        CallerAnswer::Wrong => "user verify-caller wrong",
        CallerAnswer::NotAsked => bail!(
            "nobody waits for an answer of {0}: nothing was asked, it is too long ago, or three answers were wrong; begin \
             with `countersign user verify-caller {0}`",
            user.upn
        ),
    };
    transaction.record(&row(organisation, user, what, json!({}))).await?;
    transaction.commit().await?;
    if found == CallerAnswer::Wrong {
        bail!("that is not the number that {} sees; do not reset anything for this caller", user.upn);
    }
    let sentence =
        format!("The caller sees the account of {}. That is good for one reset, for 15 minutes.", user.upn);
    output.done(&sentence, &json!({ "user": user.id, "verified": true }))
}

/// Makes a temporary access code (S86).
pub async fn access_code(
    workplace: &Workplace,
    organisation: &Organisation,
    user: &User,
    minutes: u16,
    verification: &Verification,
    output: Output,
) -> anyhow::Result<()> {
    let lifetime = TimeDelta::minutes(minutes.into());
    if lifetime.is_zero() || lifetime > ACCESS_CODE_LIFETIME {
        bail!("a temporary access code is good for 1 to 60 minutes, not for {minutes}");
    }
    let account = workplace.store.account_by_id(organisation.id, user.id).await?;
    let account = account.with_context(|| format!("there is no user {}", user.upn))?;
    if account.second_factors().is_empty() {
        bail!(
            "{} has no second factor to lose: the next sign-in that demands one sets it up, and needs no code",
            user.upn
        );
    }
    let (code, now) = (AccessCode::random()?, SystemClock.now());
    let end = now + lifetime;
    let mut transaction = workplace.store.begin().await?;
    let verified = verification.hold(&mut transaction, organisation, user).await?;
    transaction.set_access_code(organisation.id, user.id, &code.hash(user.id), now, end).await?;
    let detail = json!({ "expires_at": end, "verified": verified });
    transaction.record(&row(organisation, user, "user access-code", detail)).await?;
    transaction.commit().await?;
    let sentence = format!(
        "Temporary access code of {}, until {}:\n\n  {}\n\nIt is typed after the password, where a recovery code is, works \
         once, and opens nothing but the set-up of another authenticator app.",
        user.upn,
        end.format("%H:%M UTC"),
        code.written().as_str()
    );
    output.done(&sentence, &json!({ "user": user.id, "code": code.written().as_str(), "expires_at": end }))
}

/// The ledger row of something that was done about a user, who sees it at their account.
fn row(organisation: &Organisation, user: &User, what: &str, mut detail: serde_json::Value) -> LedgerEntry {
    detail["user"] = json!(user.id);
    LedgerEntry { user: Some(user.id), ..operator_did(organisation, what, detail) }
}
