//! `countersign user factor`: totp, list, recovery-codes, remove.

use std::io::{IsTerminal, Write as _};

use anyhow::{Context, bail};
use authn::{RECOVERY_CODES, RecoveryCode, TotpSecret};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use mail::Notice;
use model::{Clock, Organisation, SystemClock, User};
use policy::Mechanism;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use storage::{LedgerEntry, Transaction};
use sts::{MAILBOX_ATTRIBUTE, private_mailbox};

use super::caller::Verification;
use crate::letters;
use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

#[derive(Subcommand)]
pub enum Factor {
    /// Enrols an authenticator app: shows its secret, and asks for a code that proves the app has it.
    Totp {
        /// A code of the app: confirms an enrolment that was begun before, as `--json` does.
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
    },
    /// Lists the user's second factors.
    List,
    /// Makes new recovery codes; those of before are void.
    RecoveryCodes,
    /// Takes all second factors and recovery codes from the user, and ends every session. Whoever asks for it is
    /// verified first, by `user verify-caller`.
    Remove {
        #[command(flatten)]
        verification: Verification,
    },
}

/// Whose factors.
pub struct Person<'a> {
    pub workplace: &'a Workplace,
    pub organisation: &'a Organisation,
    pub user: User,
}

impl Factor {
    pub async fn run(self, person: &Person<'_>, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Totp { code: None } => person.enrol(output).await,
            Self::Totp { code: Some(code) } => person.confirm(&code, output).await,
            Self::List => person.list(output).await,
            Self::RecoveryCodes => person.renew_recovery_codes(output).await,
            Self::Remove { verification } => person.remove(&verification, output).await,
        }
    }
}

impl Person<'_> {
    async fn enrol(&self, output: Output) -> anyhow::Result<()> {
        let secret = TotpSecret::random()?;
        let uri = secret.uri(&self.organisation.name, &self.user.upn)?;
        let mut transaction = self.workplace.store.begin().await?;
        let id = self.user.id;
        transaction.begin_totp(self.organisation.id, id, secret.as_bytes(), SystemClock.now()).await?;
        self.record(&mut transaction, "user factor totp begun").await?;
        transaction.commit().await?;
        if output.json {
            return output.done(
                "",
                &json!({ "user": id, "uri": uri.as_str(), "secret": secret.to_base32().as_str() }),
            );
        }
        println!("Scan this with an authenticator app:\n\n{}", in_terminal(&uri)?);
        println!(
            "Or type the secret into it:  {}\nOr open:  {}\n",
            secret.to_base32().as_str(),
            uri.as_str()
        );
        if std::io::stdin().is_terminal() {
            print!("The code that the app shows: ");
            std::io::stdout().flush()?;
        }
        let mut code = String::new();
        std::io::stdin().read_line(&mut code)?;
        if code.trim().is_empty() {
            bail!(
                "no code was given, so that nothing is demanded yet; confirm with \
                 `countersign user factor {} totp --code CODE`",
                self.user.upn
            );
        }
        self.confirm(&code, output).await
    }

    async fn confirm(&self, code: &str, output: Output) -> anyhow::Result<()> {
        let (organisation, id, upn) = (self.organisation.id, self.user.id, &self.user.upn);
        let record = self.workplace.store.totp(organisation, id).await?;
        let Some(begun) = record.filter(|record| record.confirmed_at.is_none()) else {
            bail!("no enrolment of {upn} waits for a code; begin with `countersign user factor {upn} totp`");
        };
        let now = SystemClock.now();
        let step = TotpSecret::from_stored(begun.secret).step_of(code, now);
        let step = step.context(
            "the code is not one of this moment, nothing was changed; look at the clocks of the phone and of this \
             machine, and give the next code with --code",
        )?;
        let mut transaction = self.workplace.store.begin().await?;
        transaction.confirm_totp(organisation, id, step, now).await?;
        let codes = self.new_recovery_codes(&mut transaction).await?;
        transaction.end_sessions_of_user(organisation, id).await?;
        self.record(&mut transaction, "user factor totp").await?;
        transaction.commit().await?;
        letters::tell(self.workplace, self.organisation, &self.user, Notice::FactorAdded(Mechanism::Totp))
            .await;
        let sentence = format!("{upn} is asked for a code of the app from now on.");
        output.done(&told(&sentence, &codes), &json!({ "user": id, "recovery_codes": codes }))
    }

    async fn list(&self, output: Output) -> anyhow::Result<()> {
        let (organisation, id) = (self.organisation.id, self.user.id);
        let totp = self.workplace.store.totp(organisation, id).await?;
        let left = self.workplace.store.recovery_codes_left(organisation, id).await?;
        let mut rows = Vec::new();
        if let Some(totp) = &totp {
            let state = match totp.confirmed_at {
                Some(since) => format!("since {}", since.format("%Y-%m-%d %H:%M UTC")),
                None => "waits for a code".to_owned(),
            };
            rows.push(["authenticator app".to_owned(), state]);
        }
        let day = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC");
        let passkeys = self.workplace.store.passkeys(organisation, id).await?;
        for passkey in &passkeys {
            let used = passkey.last_used_at.map(|at| format!(", last used {}", day(at))).unwrap_or_default();
            let state = format!("since {}{used}", day(passkey.made_at));
            rows.push([format!("passkey \u{201c}{}\u{201d}", passkey.name), state]);
        }
        if !rows.is_empty() {
            rows.push(["recovery codes".to_owned(), format!("{left} left")]);
        }
        // S87: somebody who expects codes by mail and gets none is told why.
        if !self.user.attributes.values(MAILBOX_ATTRIBUTE).is_empty() {
            let state = match private_mailbox(&self.workplace.store, &self.user).await? {
                Ok(address) => format!("to {address}, where a profile takes it"),
                Err(reason) => format!("not offered: {reason}"),
            };
            rows.push(["code by mail".to_owned(), state]);
        }
        let confirmed_at = totp.as_ref().map(|totp| totp.confirmed_at);
        let passkeys: Vec<_> = passkeys
            .iter()
            .map(|passkey| {
                json!({
                    "name": passkey.name,
                    "made_at": passkey.made_at,
                    "last_used_at": passkey.last_used_at,
                    "backed_up": passkey.backed_up,
                })
            })
            .collect();
        let things = json!({
            "user": id,
            "totp": confirmed_at.map(|at| json!({ "confirmed_at": at })),
            "passkeys": passkeys,
            "recovery_codes_left": left,
        });
        let empty = format!(
            "{0} has a password only. `countersign user factor {0} totp` enrols an app.",
            self.user.upn
        );
        output.table(["Second factor", "State"], &rows, &things, &empty)
    }

    async fn renew_recovery_codes(&self, output: Output) -> anyhow::Result<()> {
        let mut transaction = self.workplace.store.begin().await?;
        let codes = self.new_recovery_codes(&mut transaction).await?;
        transaction.end_sessions_of_user(self.organisation.id, self.user.id).await?;
        self.record(&mut transaction, "user factor recovery-codes").await?;
        transaction.commit().await?;
        let sentence = format!("The former recovery codes of {} are void.", self.user.upn);
        output.done(&told(&sentence, &codes), &json!({ "user": self.user.id, "recovery_codes": codes }))
    }

    async fn remove(&self, verification: &Verification, output: Output) -> anyhow::Result<()> {
        let (organisation, id) = (self.organisation.id, self.user.id);
        let mut transaction = self.workplace.store.begin().await?;
        let verified = verification.hold(&mut transaction, self.organisation, &self.user).await?;
        transaction.remove_second_factors(organisation, id).await?;
        transaction.end_sessions_of_user(organisation, id).await?;
        let detail = json!({ "user": id, "verified": verified });
        let row = operator_did(self.organisation, "user factor remove", detail);
        transaction.record(&LedgerEntry { user: Some(id), ..row }).await?;
        transaction.commit().await?;
        letters::tell(self.workplace, self.organisation, &self.user, Notice::FactorRemoved(Mechanism::Totp))
            .await;
        output.done(&format!("{} signs in with the password alone.", self.user.upn), &json!({ "user": id }))
    }

    /// Fresh codes in place of those of before; what is stored are their hashes.
    async fn new_recovery_codes(&self, transaction: &mut Transaction) -> anyhow::Result<Vec<String>> {
        let codes = (0..RECOVERY_CODES).map(|_| RecoveryCode::random()).collect::<Result<Vec<_>, _>>()?;
        let hashes: Vec<_> = codes.iter().map(|code| code.hash(self.user.id)).collect();
        let now = SystemClock.now();
        transaction.replace_recovery_codes(self.organisation.id, self.user.id, &hashes, now).await?;
        Ok(codes.iter().map(|code| code.written().to_string()).collect())
    }

    async fn record(&self, transaction: &mut Transaction, what: &str) -> anyhow::Result<()> {
        let row = operator_did(self.organisation, what, json!({ "user": self.user.id }));
        transaction.record(&LedgerEntry { user: Some(self.user.id), ..row }).await?;
        Ok(())
    }
}

/// The codes as they are shown, this once.
fn told(sentence: &str, codes: &[String]) -> String {
    format!(
        "{sentence}\n\nRecovery codes, each good for one sign-in without the app. They are not shown again:\n\n  {}",
        codes.join("\n  ")
    )
}

/// A QR code in half blocks, light on dark as most terminals are; scanners read either.
fn in_terminal(uri: &str) -> anyhow::Result<String> {
    let code = QrCode::new(uri.as_bytes()).context("the secret does not fit into a QR code")?;
    Ok(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}
