use std::path::Path;

use anyhow::Context;
use chrono::Utc;
use storage::{Database, PolicyVersion, Sealer, Store};
use testkit::Demo;

use crate::surroundings::COUNTERSIGN;

/// Furnishes a demo in this folder and puts a policy in force in it, for one that is started there later.
pub async fn decree(folder: &Path, document: &str) -> anyhow::Result<()> {
    let demo = Demo::start_in(COUNTERSIGN, folder).await?;
    let data = demo.data();
    demo.stop().await?;
    let url = format!("sqlite:{}", data.join("data/countersign.db").display());
    let sealer = Sealer::open(&data.join("keys/countersign.key"))?;
    let store = Store::open(&Database::new(url), sealer).await?;
    let organisation = store.organisations().await?.pop().context("no organisation")?;
    let mut change = store.begin().await?;
    let next = PolicyVersion {
        version: 1,
        document: document.to_owned(),
        note: None,
        saved_by: "the test".to_owned(),
        saved_at: Utc::now(),
    };
    change.save_policy(organisation.id, &next).await?;
    change.commit().await?;
    store.close().await;
    Ok(())
}
