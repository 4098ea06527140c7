//! `countersign key`: new, list, activate, retire.

use std::path::Path;

use anyhow::{Context, bail};
use chrono::{DateTime, Months, Utc};
use clap::Subcommand;
use model::{Clock, KeyState, Organisation, SigningKeyId, SigningKeyRecord, SystemClock};
use serde_json::json;
use token::{Certificate, NewKey};

use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

/// How long a signing certificate is valid. Entra looks for a new one 35 days before the end (protocol.md §3).
const CERTIFICATE_MONTHS: Months = Months::new(36);

#[derive(Subcommand)]
pub enum Key {
    /// Makes a key and publishes its certificate as the next one; it does not sign yet.
    New {
        /// RSA modulus length: 2048, 3072 or 4096.
        #[arg(long, default_value_t = 3072)]
        bits: u32,
    },
    /// Lists the keys with state, expiry and thumbprint.
    List,
    /// Lets a published key sign from now on; the one that signed before is retired and leaves the metadata.
    Activate {
        /// The key, by its id or the beginning of its thumbprint.
        key: String,
    },
    /// Takes a key out of the metadata for good.
    Retire {
        /// The key, by its id or the beginning of its thumbprint.
        key: String,
    },
}

impl Key {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let workplace = Workplace::open(config).await?;
        let organisation = workplace.organisation().await?;
        match self {
            Self::New { bits } => {
                let (record, private) = generate(&organisation, bits, KeyState::Next, SystemClock.now())?;
                let mut transaction = workplace.store.begin().await?;
                transaction.insert_signing_key(&record, &private.pkcs8).await?;
                transaction
                    .record(&operator_did(&organisation, "key new", json!({ "key": record.id })))
                    .await?;
                transaction.commit().await?;
                let sentence = format!(
                    "Key {} is published in the metadata. Let relying parties take it up, then run `countersign key activate {}`.",
                    record.id, record.id
                );
                output.done(&sentence, &record)
            }
            Self::List => list(&workplace, &organisation, output).await,
            Self::Activate { key } => {
                let record = find(&workplace, &organisation, &key).await?;
                if record.state != KeyState::Next {
                    bail!(
                        "key {} is {}; only a published key that does not sign yet can be activated",
                        record.id,
                        record.state.as_str()
                    );
                }
                change(&workplace, &organisation, &record, KeyState::Active).await?;
                output.done(&format!("Key {} signs from now on.", record.id), &record.id)
            }
            Self::Retire { key } => {
                let record = find(&workplace, &organisation, &key).await?;
                if record.state == KeyState::Active {
                    bail!("key {} signs; activate another one before it is retired", record.id);
                }
                change(&workplace, &organisation, &record, KeyState::Retired).await?;
                output.done(&format!("Key {} is retired.", record.id), &record.id)
            }
        }
    }
}

/// Makes a key with its self-signed certificate.
pub fn generate(
    organisation: &Organisation,
    bits: u32,
    state: KeyState,
    now: DateTime<Utc>,
) -> anyhow::Result<(SigningKeyRecord, NewKey)> {
    let expires_at =
        now.checked_add_months(CERTIFICATE_MONTHS).context("the clock is too far in the future")?;
    let name = format!("{} token signing", organisation.name);
    let key = NewKey::generate(bits, &name, now - chrono::TimeDelta::days(1), expires_at)?;
    let certificate = Certificate::parse(&key.certificate)?;
    let record = SigningKeyRecord {
        id: SigningKeyId::new(),
        organisation: organisation.id,
        state,
        bits,
        expires_at: certificate.not_after(),
        certificate: key.certificate.clone(),
        demo: organisation.demo,
        created_at: now,
    };
    Ok((record, key))
}

async fn change(
    workplace: &Workplace,
    organisation: &Organisation,
    record: &SigningKeyRecord,
    state: KeyState,
) -> anyhow::Result<()> {
    let mut transaction = workplace.store.begin().await?;
    transaction.set_key_state(organisation.id, record.id, state).await?;
    let detail = json!({ "key": record.id, "state": state });
    transaction.record(&operator_did(organisation, "key state", detail)).await?;
    transaction.commit().await?;
    Ok(())
}

async fn find(
    workplace: &Workplace,
    organisation: &Organisation,
    name: &str,
) -> anyhow::Result<SigningKeyRecord> {
    let mut found = Vec::new();
    for record in workplace.store.signing_keys(organisation.id).await? {
        let thumbprint = Certificate::parse(&record.certificate)?.thumbprint();
        if record.id.to_string() == name || (name.len() >= 6 && thumbprint.starts_with(&name.to_lowercase()))
        {
            found.push(record);
        }
    }
    match (found.pop(), found.pop()) {
        (Some(record), None) => Ok(record),
        (None, _) => bail!("there is no key {name}; `countersign key list` shows them"),
        (Some(_), Some(_)) => bail!("several keys begin with {name}; give more of the thumbprint"),
    }
}

async fn list(workplace: &Workplace, organisation: &Organisation, output: Output) -> anyhow::Result<()> {
    let records = workplace.store.signing_keys(organisation.id).await?;
    let mut rows = Vec::new();
    let mut things = Vec::new();
    for record in &records {
        let certificate = Certificate::parse(&record.certificate)?;
        let thumbprint = certificate.thumbprint();
        let expires = record.expires_at.format("%Y-%m-%d").to_string();
        things.push(json!({
            "id": record.id, "state": record.state, "bits": record.bits, "expires_at": record.expires_at,
            "thumbprint_sha256": thumbprint, "certificate_pem": certificate.pem(),
        }));
        rows.push([
            record.id.to_string(),
            record.state.as_str().to_owned(),
            record.bits.to_string(),
            expires,
            thumbprint.chars().take(16).collect(),
        ]);
    }
    let empty = "No keys yet. `countersign key new` makes one.";
    output.table(["Key", "State", "Bits", "Expires", "Thumbprint"], &rows, &things.into(), empty)
}
