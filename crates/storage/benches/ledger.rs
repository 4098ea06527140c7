//! What a durable ledger row costs: `cargo bench -p countersign-storage`, `-- --json` for programs.
//!
//! CPU time of the whole process per row, all threads and the kernel's work included, with so many sign-ins waiting
//! at once; the median of several slices.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

use std::sync::Arc;
use std::time::Duration;

use model::{ApplicationId, OrganisationId, UserId};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use storage::{Database, EntryKind, Journal, JournalSettings, LedgerEntry, Sealer, Store};
use tempfile::TempDir;

/// Rows of each sign-in in a slice, and slices.
const ROWS: u16 = 200;
const SLICES: usize = 7;

/// Microseconds of CPU per row with 32 sign-ins at once, which leave room for the budget of a whole sign-in.
const BUDGET: f64 = 15.0;

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = TempDir::new().unwrap();
    let journal = runtime.block_on(async {
        let database = Database::new(format!("sqlite:{}", folder.path().join("ledger.db").display()));
        let store = Store::open(&database, Sealer::transient().unwrap()).await.unwrap();
        Journal::start(store, JournalSettings::default()).await.unwrap()
    });
    let (organisation, application) = (OrganisationId::new(), ApplicationId::new());
    let entries: Arc<[LedgerEntry]> = (0..64).map(|_| token(organisation, application)).collect();
    for at_once in [1, 8, 32, 64] {
        let mut slices: Vec<f64> =
            (0..SLICES).map(|_| runtime.block_on(slice(&journal, &entries, at_once))).collect();
        slices.sort_by(f64::total_cmp);
        let value = slices[SLICES / 2];
        let target = (at_once == 32).then_some(1.0);
        let name = format!("ledger/record/{at_once}");
        if json {
            let ratio = BUDGET / value;
            println!(
                "{}",
                json!({ "name": name, "value": value, "unit": "µs", "limit": BUDGET, "ratio": ratio, "target": target })
            );
        } else {
            println!("{name:<22} {value:>10.2} µs");
        }
    }
    runtime.block_on(journal.shutdown());
}

/// Microseconds of CPU per row.
async fn slice(journal: &Journal, entries: &Arc<[LedgerEntry]>, at_once: u32) -> f64 {
    let before = cpu_time();
    let writers: Vec<_> = (0..at_once)
        .map(|_| {
            let (journal, entries) = (journal.clone(), Arc::clone(entries));
            tokio::spawn(async move {
                for entry in entries.iter().cycle().take(usize::from(ROWS)) {
                    journal.record(entry).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    cpu_time().saturating_sub(before).as_secs_f64() * 1e6 / (f64::from(ROWS) * f64::from(at_once))
}

/// What a token leaves behind.
fn token(organisation: OrganisationId, application: ApplicationId) -> LedgerEntry {
    LedgerEntry {
        organisation: Some(organisation),
        reference: Some("7K4M-2QXD".parse().unwrap()),
        user: Some(UserId::new()),
        application: Some(application),
        personal: json!({ "upn": "ada@contoso.example", "address": "192.0.2.1", "user_agent": "Mozilla/5.0" }),
        detail: json!({
            "assertion": "_0123456789abcdef0123456789abcdef",
            "issuer": "URN:contoso.example",
            "realm": "urn:federation:MicrosoftOnline",
            "rule": "default",
        }),
        ..LedgerEntry::new(EntryKind::TokenIssued, chrono::Utc::now())
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}
