//! A ledger to tamper with.

use std::path::PathBuf;

use serde_json::json;
use storage::ledger::{Place, Report, verify};
use storage::{EntryKind, Journal, JournalSettings, LedgerEntry};

use crate::support::{TestDatabase, noon};

/// Ten rows of one life of the node, every other with personal fields, and a checkpoint at the end.
pub async fn ten_rows(db: &TestDatabase) -> PathBuf {
    let file = db.folder.path().join("checkpoints.log");
    let settings = JournalSettings { checkpoint_file: Some(file.clone()), ..JournalSettings::default() };
    let journal = Journal::start(db.store.clone(), settings).await.unwrap();
    for number in 1..=10 {
        journal.record(&entry(number)).await.unwrap();
    }
    journal.shutdown().await;
    file
}

/// Rows that no checkpoint covers: the journal is dropped without its last checkpoint.
pub async fn further_rows(db: &TestDatabase, number: i64) {
    db.change(async |tx| {
        for number in 1..=number {
            tx.record(&entry(number)).await.unwrap();
        }
    })
    .await;
}

/// A row of which every other names somebody.
pub fn entry(number: i64) -> LedgerEntry {
    let personal = if number % 2 == 0 { json!({ "upn": "ada@contoso.example" }) } else { json!(null) };
    LedgerEntry {
        personal,
        detail: json!({ "number": number }),
        ..LedgerEntry::new(EntryKind::TokenIssued, noon())
    }
}

pub async fn verified(db: &TestDatabase) -> Report {
    verify(&db.store, None).await.unwrap()
}

/// The place of a row in the chain that [`ten_rows`] made.
pub fn place(report: &Report, sequence: i64) -> Place {
    let chain = report.chains.iter().find(|chain| chain.node == "main").unwrap();
    Place { node: chain.node.clone(), epoch: chain.epoch, sequence }
}
