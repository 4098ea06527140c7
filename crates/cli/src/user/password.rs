//! `countersign user passwd`.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use authn::{NewPasswordRules, Password, PasswordLimits, Passwords, known_words};
use clap::Args;
use mail::Notice;
use model::{Clock, Organisation, SystemClock, User};
use policy::PasswordRules;
use policy::document::Document;
use serde_json::json;

use crate::letters;
use crate::node::breached_check;
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
        let hash = new_password_hash(workplace, organisation, user).await?;
        let kept = rules_of(workplace, organisation).await?.history;
        let mut transaction = workplace.store.begin().await?;
        transaction.remember_password(organisation.id, user.id, kept, SystemClock.now()).await?;
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
        letters::tell(workplace, organisation, user, Notice::PasswordChanged).await;
        let next = if self.must_change { " The next sign-in asks for another one." } else { "" };
        output.done(&format!("The password of {} is set.{next}", user.upn), &detail)
    }
}

/// Reads a new password twice from a terminal, or once from whatever standard input is, and hashes it when it keeps the
/// organisation's rules.
pub async fn new_password_hash(
    workplace: &Workplace,
    organisation: &Organisation,
    user: &User,
) -> anyhow::Result<String> {
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
    let rules = rules_of(workplace, organisation).await?;
    let rules = NewPasswordRules {
        known_words: known_words(user, &organisation.name),
        former: workplace.store.passwords_so_far(organisation.id, user.id, rules.history).await?,
        rules,
    };
    let limits = PasswordLimits { threads: 1, queue: 1, ..PasswordLimits::default() };
    let passwords = Passwords::start(limits)?.checking(breached_check(&workplace.settings));
    passwords.accept(Password::parse(text)?, rules).await.context("nothing was changed")
}

/// What the organisation's policy says of passwords.
async fn rules_of(workplace: &Workplace, organisation: &Organisation) -> anyhow::Result<PasswordRules> {
    Ok(match workplace.store.policy(organisation.id).await? {
        Some(stored) => Document::parse(&stored.document)?.passwords,
        None => PasswordRules::default(),
    })
}
