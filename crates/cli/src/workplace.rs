//! What every command needs: the configuration, the database, and the organisation that is meant.

use std::path::Path;

use anyhow::{Context, bail};
use config::{Configuration, Settings};
use model::{Clock, Organisation, SystemClock};
use serde_json::{Value, json};
use storage::{Database, EntryKind, LedgerEntry, Sealer, Store};

/// An opened installation.
pub struct Workplace {
    pub settings: Settings,
    pub store: Store,
}

impl Workplace {
    /// Opens the installation that the configuration names.
    pub async fn open(config: Option<&Path>) -> anyhow::Result<Self> {
        let settings = read_configuration(config)?.settings;
        if let Some(database) = settings.database.url.sqlite_path()
            && !database.exists()
            && !settings.key_file.exists()
        {
            bail!(
                "there is nothing yet, neither {} nor {}; run `countersign init`, or name the right configuration \
                 with --config",
                database.display(),
                settings.key_file.display()
            );
        }
        let sealer = Sealer::open(&settings.key_file)?;
        let store = open_store(&settings, sealer).await?;
        Ok(Self { settings, store })
    }

    /// The organisation: there is one until a later version lets a provider keep several.
    pub async fn organisation(&self) -> anyhow::Result<Organisation> {
        let mut organisations = self.store.organisations().await?;
        match organisations.len() {
            1 => organisations.pop().context("no organisation"),
            0 => bail!("there is no organisation yet; run `countersign init`"),
            _ => bail!("there are several organisations, and this command cannot tell which is meant"),
        }
    }
}

/// Reads the configuration from its file and the environment.
pub fn read_configuration(file: Option<&Path>) -> anyhow::Result<Configuration> {
    Ok(Configuration::load(file, config::environment())?)
}

/// Opens the database that the settings name.
pub async fn open_store(settings: &Settings, sealer: Sealer) -> anyhow::Result<Store> {
    Ok(Store::open(&Database::new(settings.database.url.expose()), sealer).await?)
}

/// The ledger row of something an operator did on the host, written in the transaction that does it.
pub fn operator_did(organisation: &Organisation, what: &str, detail: Value) -> LedgerEntry {
    let mut row = LedgerEntry::new(EntryKind::AdminChange, SystemClock.now());
    row.organisation = Some(organisation.id);
    row.detail = json!({ "by": "command line", "change": what });
    row.detail["detail"] = detail;
    row
}
