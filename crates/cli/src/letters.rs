//! `countersign mail`, and the mail server as a running node wants it.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use clap::Subcommand;
use config::{MailSecurity, Settings};
use mail::{Content, Language, Letter, MailAddress, Notice, Occasion, Relay, RelaySettings, Security};
use model::{Clock, Organisation, SystemClock, User};
use secrecy::SecretString;
use serde_json::json;
use sts::{notice, private_mailbox};

use crate::output::Output;
use crate::workplace::Workplace;

#[derive(Subcommand)]
pub enum Mail {
    /// Sends a letter to an address, and says whether the mail server takes it.
    Test {
        /// Whom to.
        address: MailAddress,
        /// The language it is written in: en or de.
        #[arg(long, default_value = "en")]
        language: String,
    },
}

impl Mail {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let Self::Test { address, language } = self;
        let workplace = Workplace::open(config).await?;
        let Some(relay) = relay(&workplace.settings)? else {
            bail!("no mail server is configured; name one in [mail]");
        };
        let letter = Letter {
            to: address,
            language: Language::of_tag(&language),
            organisation: workplace.organisation().await?.name,
            content: Content::Test,
        };
        let config::Mail { server, port, .. } = &workplace.settings.mail;
        relay.deliver(&letter).await.with_context(|| format!("{server}:{port}"))?;
        let sentence = format!("{server} has taken a letter to {}. Look whether it arrives.", letter.to);
        output.done(&sentence, &json!({ "server": server, "to": letter.to.to_string() }))
    }
}

/// Tells a user what an operator did to the account, outside the mailbox that it opens. What was done stays done: that
/// nobody could be told is for the operator to know.
pub async fn tell(workplace: &Workplace, organisation: &Organisation, user: &User, what: Notice) {
    if let Err(error) = try_to_tell(workplace, organisation, user, what).await {
        eprintln!("countersign: {} was not told by mail: {error:#}", user.upn);
    }
}

async fn try_to_tell(
    workplace: &Workplace,
    organisation: &Organisation,
    user: &User,
    what: Notice,
) -> anyhow::Result<()> {
    let Some(relay) = relay(&workplace.settings)? else { return Ok(()) };
    let to = private_mailbox(&workplace.store, user).await??;
    let occasion = Occasion { at: SystemClock.now(), address: None, reference: None };
    Ok(relay.deliver(&notice(organisation, to, user, what, occasion)).await?)
}

/// The way to the mail server; none where no server is named.
pub fn relay(settings: &Settings) -> anyhow::Result<Option<Relay>> {
    let mail = &settings.mail;
    if !mail.is_on() {
        return Ok(None);
    }
    let read = |file: &Path| fs::read(file).with_context(|| format!("{} cannot be read", file.display()));
    let password = match &mail.password_file {
        Some(file) => String::from_utf8(read(file)?)
            .with_context(|| format!("{} is no text", file.display()))?
            .trim_end_matches(['\r', '\n'])
            .to_owned(),
        None => mail.password.expose().to_owned(),
    };
    let credentials = (mail.user.clone(), SecretString::from(password));
    let relay = Relay::new(RelaySettings {
        host: mail.server.clone(),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Tls => Security::Tls,
            MailSecurity::StartTls => Security::StartTls,
            MailSecurity::None => Security::None,
        },
        credentials: Some(credentials).filter(|(user, _)| !user.is_empty()),
        authority: mail.authority_file.as_deref().map(read).transpose()?,
        from: mail.from.clone(),
        timeout: mail.timeout,
    })?;
    Ok(Some(relay))
}
