//! Whatever is done to the ledger behind its back shows (S78, S79).

use std::sync::Arc;

use proptest::prelude::*;
use storage::ledger::{Finding, Report, verify};
use storage::{Journal, JournalSettings};

use crate::ledger::{entry, further_rows, place, ten_rows, verified};
use crate::support::{Noon, TestDatabase};

/// Makes a row as somebody would who knows how hashes are made but lacks the checkpoint key.
const COPY_OF_LAST: &str = "insert into ledger
    select node_id, epoch, sequence + 1, at, kind, organisation_id, reference, user_id, application_id, detail,
        commitment, previous, hash, personal, salt
    from ledger
    where sequence = 10";

rules! {
    async fn an_untouched_ledger_is_intact_and_protected(db) {
        let file = ten_rows(&db).await;
        let report = verify(&db.store, Some(&file)).await.unwrap();
        assert!(report.is_intact(), "{:?}", report.findings);
        assert_eq!((report.rows, report.erased), (10, 0));
        assert_eq!(report.unprotected().count(), 0);
    }

    async fn an_empty_ledger_is_intact(db) {
        assert_eq!(verified(&db).await, Report::default());
    }

    async fn rows_that_no_checkpoint_covers_yet_are_named(db) {
        ten_rows(&db).await;
        further_rows(&db, 3).await;
        let report = verified(&db).await;
        assert!(report.is_intact());
        let open: Vec<_> = report.unprotected().map(|chain| (chain.node.as_str(), chain.protected, chain.last)).collect();
        assert_eq!(open, [("administration", 0, 3)]);
    }

    /// S78: any column that was hashed.
    async fn a_changed_row_shows(db) {
        ten_rows(&db).await;
        let changes = [
            "detail = '{}'",
            "kind = 'sign_in_refused'",
            "at = '2026-03-01T13:00:00+00:00'",
            "user_id = node_id",
            "organisation_id = node_id",
            "application_id = node_id",
            "reference = '7K4M-2QXD'",
            "commitment = null",
            "previous = hash",
        ];
        for change in changes {
            let before = "create table kept as select * from ledger where sequence = 4";
            db.tamper(before).await;
            assert_eq!(db.tamper(&format!("update ledger set {change} where sequence = 4")).await, 1);
            let report = verified(&db).await;
            assert!(report.findings.contains(&Finding::Changed(place(&report, 4))), "{change}: {report:?}");

            db.tamper("delete from ledger where sequence = 4").await;
            db.tamper("insert into ledger select * from kept").await;
            db.tamper("drop table kept").await;
            assert!(verified(&db).await.is_intact(), "{change}");
        }
    }

    /// S78
    async fn a_hash_written_anew_does_not_hide_a_change(db) {
        ten_rows(&db).await;
        db.tamper("update ledger set hash = previous where sequence = 4").await;
        let report = verified(&db).await;
        assert!(report.findings.contains(&Finding::Changed(place(&report, 4))));
        assert!(report.findings.contains(&Finding::Unlinked(place(&report, 5))));
    }

    /// S78
    async fn removed_rows_show(db) {
        ten_rows(&db).await;
        assert_eq!(db.tamper("delete from ledger where sequence in (4, 5, 8)").await, 3);
        let report = verified(&db).await;
        let removed = |from, to| Finding::Removed { from: place(&report, from), to };
        assert_eq!(report.findings, [removed(4, 5), removed(8, 8)]);
    }

    /// S78
    async fn a_removed_beginning_shows(db) {
        ten_rows(&db).await;
        db.tamper("delete from ledger where sequence <= 3").await;
        let report = verified(&db).await;
        assert_eq!(report.findings, [Finding::Removed { from: place(&report, 1), to: 3 }]);
    }

    /// S78: closing the gap by renumbering changes every row behind it.
    async fn a_gap_closed_by_renumbering_shows(db) {
        ten_rows(&db).await;
        db.tamper("delete from ledger where sequence = 4").await;
        for sequence in 5..=10 {
            db.tamper(&format!("update ledger set sequence = sequence - 1 where sequence = {sequence}")).await;
        }
        let report = verified(&db).await;
        assert!(report.findings.contains(&Finding::Changed(place(&report, 4))));
        assert!(report.findings.contains(&Finding::CutOff { from: place(&report, 10), to: 10 }));
    }

    /// S78
    async fn an_inserted_row_shows(db) {
        ten_rows(&db).await;
        assert_eq!(db.tamper(COPY_OF_LAST).await, 1);
        let report = verified(&db).await;
        assert_eq!(report.findings, [Finding::Changed(place(&report, 11))]);
    }

    /// S78: a row that was valid before the first one is still no part of the chain.
    async fn a_row_before_the_first_shows(db) {
        ten_rows(&db).await;
        db.tamper(&COPY_OF_LAST.replace("sequence + 1", "0")).await;
        let report = verified(&db).await;
        assert!(report.findings.contains(&Finding::Changed(place(&report, 0))), "{report:?}");
    }

    /// S78
    async fn exchanged_rows_show(db) {
        ten_rows(&db).await;
        for (from, to) in [(4, 99), (5, 4), (99, 5)] {
            db.tamper(&format!("update ledger set sequence = {to} where sequence = {from}")).await;
        }
        let report = verified(&db).await;
        for sequence in [4, 5] {
            assert!(report.findings.contains(&Finding::Changed(place(&report, sequence))));
        }
    }

    /// S78: the tail is guarded by checkpoints, in the database and outside.
    async fn a_tail_that_was_cut_off_shows(db) {
        let file = ten_rows(&db).await;
        db.tamper("delete from ledger where sequence > 7").await;
        let report = verified(&db).await;
        assert_eq!(report.findings, [Finding::CutOff { from: place(&report, 8), to: 10 }]);

        db.tamper("delete from checkpoints").await;
        assert!(verified(&db).await.is_intact());
        let report = verify(&db.store, Some(&file)).await.unwrap();
        assert!(report.findings.contains(&Finding::CutOff { from: place(&report, 8), to: 10 }));
        assert!(report.findings.iter().any(|finding| matches!(finding, Finding::CheckpointRemoved { .. })));
    }

    /// S78: dropping a whole node leaves no trace in its own chain.
    async fn a_chain_that_is_gone_shows(db) {
        ten_rows(&db).await;
        further_rows(&db, 1).await;
        let before = verified(&db).await;
        db.tamper("delete from ledger where sequence > 1").await;
        db.tamper("delete from ledger where node_id = (select id from nodes where name = 'main')").await;
        db.tamper("delete from nodes where name = 'main'").await;
        let report = verified(&db).await;
        assert_eq!(report.findings, [Finding::ChainGone(place(&before, 10))]);
    }

    /// S78: an epoch follows the last row of the one before.
    async fn an_epoch_that_is_gone_shows_in_the_next(db) {
        ten_rows(&db).await;
        let first = place(&verified(&db).await, 1).epoch;
        ten_rows(&db).await;
        db.tamper("delete from checkpoints").await;
        db.tamper(&format!("delete from ledger where epoch = {first}")).await;
        let report = verified(&db).await;
        assert_eq!(report.findings, [Finding::Unlinked(place(&report, 1))]);
    }

    /// S78: a machine rolled back to a snapshot goes on consistently; only the outside copy knows better.
    async fn a_rolled_back_ledger_shows_against_the_file(db) {
        ten_rows(&db).await;
        db.tamper("create table snapshot as select * from ledger").await;
        db.tamper("create table snapshot_of_checkpoints as select * from checkpoints").await;
        let file = ten_rows(&db).await;
        for (table, snapshot) in [("checkpoints", "snapshot_of_checkpoints"), ("ledger", "snapshot")] {
            db.tamper(&format!("delete from {table}")).await;
            db.tamper(&format!("insert into {table} select * from {snapshot}")).await;
        }
        ten_rows(&db).await;

        assert!(verified(&db).await.is_intact());
        let report = verify(&db.store, Some(&file)).await.unwrap();
        assert!(report.findings.iter().any(|finding| matches!(finding, Finding::ChainGone(_))), "{report:?}");
    }

    /// S78: who rewrites rows and every hash behind them still meets the checkpoints. The forger here is a journal
    /// that is made to believe that the epoch has just begun.
    async fn a_chain_rewritten_as_a_whole_shows(db) {
        ten_rows(&db).await;
        let honest = place(&verified(&db).await, 10);
        db.tamper("create table honest as select * from checkpoints").await;
        db.tamper("delete from ledger").await;
        db.tamper("update nodes set epoch = epoch - 1 where name = 'main'").await;
        let forger = Journal::start(
            db.store.clone(),
            JournalSettings { clock: Arc::new(Noon), ..JournalSettings::default() },
        )
        .await
        .unwrap();
        for number in 101..=110 {
            forger.record(&entry(number)).await.unwrap();
        }
        forger.shutdown().await;
        db.tamper("delete from checkpoints").await;
        db.tamper("insert into checkpoints select * from honest").await;

        let report = verified(&db).await;
        let rewritten = |finding: &Finding| matches!(finding, Finding::Rewritten { place, .. } if *place == honest);
        assert!(report.findings.len() == 1 && rewritten(&report.findings[0]), "{report:?}");
    }

    /// S79
    async fn erased_personal_fields_leave_the_ledger_intact(db) {
        ten_rows(&db).await;
        assert_eq!(db.tamper("update ledger set personal = null, salt = null where sequence = 4").await, 1);
        let report = verified(&db).await;
        assert!(report.is_intact());
        assert_eq!(report.erased, 1);
    }

    /// S79: the commitment holds what was said of whom.
    async fn changed_personal_fields_show(db) {
        ten_rows(&db).await;
        db.tamper("update ledger set personal = '{\"upn\":\"eve@contoso.example\"}' where sequence = 2").await;
        db.tamper("update ledger set personal = '{}' where sequence = 3").await;
        db.tamper("update ledger set salt = null where sequence = 4").await;
        let report = verified(&db).await;
        let expected = [2, 3, 4].map(|sequence| Finding::PersonalChanged(place(&report, sequence)));
        assert_eq!(report.findings, expected);
    }
}

/// A column of the ledger and a value that somebody might put there.
fn tampering() -> impl Strategy<Value = String> {
    let column = prop::sample::select(vec![
        "sequence",
        "epoch",
        "at",
        "kind",
        "organisation_id",
        "reference",
        "user_id",
        "application_id",
        "detail",
        "commitment",
        "previous",
        "hash",
    ]);
    let row = 1..=10_i64;
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        "[a-z]{0,8}".prop_map(|text| format!("'{text}'")),
        "([0-9a-f]{2}){0,33}".prop_map(|bytes| format!("x'{bytes}'")),
        Just("null".to_owned()),
    ];
    let change = (column, row.clone(), value).prop_map(|(column, row, value)| {
        format!("update or ignore ledger set {column} = {value} where sequence = {row}")
    });
    prop_oneof![4 => change, 1 => row.prop_map(|row| format!("delete from ledger where sequence >= {row}"))]
}

/// S78: at random. SQLite alone, where any column takes what is thrown at it.
#[test]
fn no_random_tampering_goes_unnoticed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let db = runtime.block_on(async {
        let db = TestDatabase::sqlite().await;
        ten_rows(&db).await;
        db.tamper("create table kept as select * from ledger").await;
        db
    });
    let differences = "delete from ledger
        where (select count(*) from ledger) = 10
            and not exists (select * from ledger except select * from kept)";
    proptest!(ProptestConfig::with_cases(200), |(statement in tampering())| {
        let (touched, report) = runtime.block_on(async {
            // What the types of the columns do not take changes nothing.
            let _ = db.try_tamper(&statement).await;
            let report = verified(&db).await;
            let touched = db.tamper(differences).await == 0;
            db.tamper("delete from ledger").await;
            db.tamper("insert into ledger select * from kept").await;
            (touched, report)
        });
        prop_assert_eq!(report.is_intact(), !touched, "{}", statement);
    });
}
