//! Checkpoints: when they are made, what they are worth, and the file they are kept in (S78).

use std::time::Duration;

use storage::ledger::{Finding, Source, verify};
use storage::{Journal, JournalSettings};

use crate::ledger::{entry, further_rows, ten_rows, verified};
use crate::support::TestDatabase;

rules! {
    /// S78: a checkpoint counts only under a key that the key file opens.
    async fn a_forged_checkpoint_shows_and_protects_nothing(db) {
        let file = ten_rows(&db).await;
        let touched = db.tamper("update checkpoints set body = replace(body, '\"sequence\":10', '\"sequence\":9')").await;
        assert_eq!(touched, 1);
        let report = verified(&db).await;
        assert_eq!(report.findings, [Finding::BadCheckpoint(Source::Table)]);
        assert_eq!(report.unprotected().count(), 1);

        let spoilt = std::fs::read_to_string(&file).unwrap().replace("\"sequence\":10", "\"sequence\":9");
        std::fs::write(&file, spoilt + "nonsense\n").unwrap();
        let report = verify(&db.store, Some(&file)).await.unwrap();
        let bad = |line| Finding::BadCheckpoint(Source::FileLine(line));
        assert_eq!(report.findings[1..], [bad(1), bad(2)]);
    }

    async fn a_checkpoint_is_made_after_so_many_rows_without_waiting_for_the_time(db) {
        let often = JournalSettings { checkpoint_rows: 5, ..JournalSettings::default() };
        let journal = Journal::start(db.store.clone(), often).await.unwrap();
        for number in 1..=11 {
            journal.record(&entry(number)).await.unwrap();
        }
        let report = verified(&db).await;
        assert!(report.chains[0].protected >= 5, "{report:?}");
    }

    /// S78: at least every minute; here, at least every few milliseconds.
    async fn a_checkpoint_is_made_in_time_for_rows_of_any_process(db) {
        let often = JournalSettings { checkpoint_interval: Duration::from_millis(5), ..JournalSettings::default() };
        let _journal = Journal::start(db.store.clone(), often).await.unwrap();
        further_rows(&db, 1).await;
        tokio::time::timeout(Duration::from_secs(20), async {
            while verified(&db).await.unprotected().count() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }

    async fn a_checkpoint_is_made_only_when_something_is_new(db) {
        let file = ten_rows(&db).await;
        let often = JournalSettings {
            checkpoint_interval: Duration::from_millis(1),
            checkpoint_file: Some(file.clone()),
            ..JournalSettings::default()
        };
        let journal = Journal::start(db.store.clone(), often).await.unwrap();
        for number in 1..=20 {
            journal.record(&entry(number)).await.unwrap();
        }
        journal.shutdown().await;
        let lines = std::fs::read_to_string(&file).unwrap();
        let mut bodies: Vec<_> = lines.lines().map(|line| line.split_once("\"chains\"").unwrap().1).collect();
        let all = bodies.len();
        bodies.dedup();
        // The first of a life may repeat what the last of the life before said.
        assert!(all - bodies.len() <= 1, "{lines}");
    }
}

#[tokio::test]
async fn half_a_line_that_a_crash_left_in_the_file_is_replaced() {
    let db = TestDatabase::sqlite().await;
    let file = ten_rows(&db).await;
    let whole = std::fs::read_to_string(&file).unwrap();
    let half = whole.split_at(whole.len() / 2).0;
    std::fs::write(&file, format!("{whole}{half}")).unwrap();

    ten_rows(&db).await;
    assert!(std::fs::read_to_string(&file).unwrap().starts_with(&whole));
    assert!(verify(&db.store, Some(&file)).await.unwrap().is_intact());
}
