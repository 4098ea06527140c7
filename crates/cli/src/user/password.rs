//! `countersign user passwd`.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use authn::{MINIMUM_NEW_PASSWORD, Password, PasswordLimits, Passwords};
use clap::Args;
use model::{Clock, Organisation, SystemClock, User};
use serde_json::json;

use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

#[derive(Args)]
pub struct NewPassword {
    /// Asks the user for another one at the next sign-in: what you typed is known to two.
    #[arg(long)]
    must_change: bool,
    /// Leaves the user signed in where they are; by default every session ends.
    #[arg(long)]
    keep_sessions: bool,
}

impl NewPassword {
    pub async fn run(
        self,
        workplace: &Workplace,
        organisation: &Organisation,
        user: &User,
        output: Output,
    ) -> anyhow::Result<()> {
        let hash = new_password_hash().await?;
        let mut transaction = workplace.store.begin().await?;
        transaction.set_password(organisation.id, user.id, &hash, SystemClock.now()).await?;
        if self.must_change {
            transaction.require_new_password(organisation.id, user.id).await?;
        }
        if !self.keep_sessions {
            transaction.end_sessions_of_user(organisation.id, user.id).await?;
        }
        let detail = json!({
            "user": user.id, "must_change": self.must_change, "sessions_ended": !self.keep_sessions
        });
        transaction.record(&operator_did(organisation, "user passwd", detail.clone())).await?;
        transaction.commit().await?;
        let next = if self.must_change { " The next sign-in asks for another one." } else { "" };
        output.done(&format!("The password of {} is set.{next}", user.upn), &detail)
    }
}

/// Reads a new password twice from a terminal, or once from whatever standard input is, and hashes it.
pub async fn new_password_hash() -> anyhow::Result<String> {
    let text = if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("New password: ")?;
        if first != rpassword::prompt_password("The same again: ")? {
            bail!("the two passwords differ; nothing was changed");
        }
        first
    } else {
        let mut piped = String::new();
        std::io::stdin().take(1024).read_to_string(&mut piped).context("no password on standard input")?;
        piped.trim_end_matches(['\r', '\n']).to_owned()
    };
    if text.chars().count() < MINIMUM_NEW_PASSWORD {
        bail!("a password has at least {MINIMUM_NEW_PASSWORD} characters; nothing was changed");
    }
    let passwords = Passwords::start(PasswordLimits { threads: 1, queue: 1, ..PasswordLimits::default() })?;
    Ok(passwords.hash(Password::parse(text)?).await?)
}
