//! The journal: what it says is durable is durable, many rows share a commit, a failure loses nothing.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use model::{ApplicationId, SessionId, UserId};
use serde_json::json;
use storage::ledger::{tail, verify};
use storage::{
    EntryKind, Journal, JournalError, JournalSettings, LedgerEntry, Refusal, SessionRow, SessionTouch,
    StorageError,
};

use crate::support::{Noon, TestDatabase, noon};

fn settings() -> JournalSettings {
    JournalSettings { clock: Arc::new(Noon), ..JournalSettings::default() }
}

async fn journal(db: &TestDatabase) -> Journal {
    Journal::start(db.store.clone(), settings()).await.unwrap()
}

fn token() -> LedgerEntry {
    LedgerEntry {
        user: Some(UserId::new()),
        application: Some(ApplicationId::new()),
        reference: Some("7K4M-2QXD".parse().unwrap()),
        personal: json!({ "upn": "ada@contoso.example", "address": "192.0.2.1" }),
        detail: json!({ "realm": "urn:federation:MicrosoftOnline" }),
        ..LedgerEntry::new(EntryKind::TokenIssued, noon())
    }
}

async fn session(db: &TestDatabase) -> SessionRow {
    let contoso = db.contoso().await;
    let ada = db.user(contoso, "ada@contoso.example").await;
    SessionRow {
        hash: [7; 32],
        id: SessionId::new(),
        organisation: contoso,
        user: ada.id,
        evidence: r#"{"first_factor":"Password"}"#.to_owned(),
        created_at: noon(),
        last_seen_at: noon(),
        expires_at: noon() + Duration::from_hours(1),
        persistent: true,
        relying_parties: Vec::new(),
    }
}

rules! {
    async fn an_entry_is_durable_when_its_receipt_is_there(db) {
        let entry = token();
        let receipt = journal(&db).await.record(&entry).await.unwrap();

        // Another process sees it although this one never shut down.
        let rows = tail(&db.reopened().await, 10).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].epoch, rows[0].sequence), (receipt.epoch, receipt.sequence));
        assert_eq!((&rows[0].entry, rows[0].node.as_str(), rows[0].erased), (&entry, "main", false));
    }

    async fn entries_at_the_same_time_get_one_unbroken_chain(db) {
        let journal = journal(&db).await;
        let writers: Vec<_> = (0..300)
            .map(|_| {
                let journal = journal.clone();
                tokio::spawn(async move { journal.record(&token()).await.unwrap().sequence })
            })
            .collect();
        let mut sequences = BTreeSet::new();
        for writer in writers {
            sequences.insert(writer.await.unwrap());
        }
        assert_eq!(sequences, (1..=300).collect());
        journal.shutdown().await;
        let report = verify(&db.store, None).await.unwrap();
        assert_eq!((report.rows, report.findings), (300, vec![]));
    }

    /// S78: a node that starts again, from a backup or not, never goes on in an old epoch.
    async fn every_start_begins_a_new_epoch_that_follows_the_old_one(db) {
        let mut epochs = Vec::new();
        for _ in 0..3 {
            let journal = journal(&db).await;
            epochs.push(journal.record(&token()).await.unwrap().epoch);
            journal.shutdown().await;
        }
        assert!(epochs.is_sorted_by(|a, b| a < b), "{epochs:?}");
        // The number is the time, so that a restored node cannot take one that its lost future had.
        assert!(epochs[0] >= noon().timestamp());
        assert!(verify(&db.store, None).await.unwrap().is_intact());
    }

    async fn two_nodes_have_a_chain_each(db) {
        let first = journal(&db).await;
        let named = JournalSettings { node: "second".to_owned(), ..settings() };
        let second = Journal::start(db.reopened().await, named).await.unwrap();
        for journal in [&first, &second, &first] {
            journal.record(&token()).await.unwrap();
        }
        first.shutdown().await;
        second.shutdown().await;

        let report = verify(&db.store, None).await.unwrap();
        assert!(report.is_intact(), "{:?}", report.findings);
        let chains: Vec<_> = report.chains.iter().map(|chain| (chain.node.as_str(), chain.last)).collect();
        assert_eq!(BTreeSet::from_iter(chains), BTreeSet::from([("main", 2), ("second", 1)]));
    }

    async fn no_node_takes_the_name_of_the_administration_or_one_that_is_no_name(db) {
        for name in ["administration", "", "../main", "a b", "main/2"] {
            let named = JournalSettings { node: name.to_owned(), ..settings() };
            let outcome = Journal::start(db.store.clone(), named).await.map(drop);
            assert!(matches!(outcome, Err(StorageError::Refused(Refusal::NodeName(_)))), "{name:?}");
        }
    }

    async fn a_node_has_one_writer_at_a_time_and_its_successor_waits(db) {
        let first = journal(&db).await;
        let store = db.impatient().await.unwrap();
        let second = Journal::start(store.clone(), settings()).await.map(drop);
        assert!(matches!(second, Err(StorageError::Refused(Refusal::NodeTaken(_)))));

        first.shutdown().await;
        Journal::start(store, settings()).await.unwrap().record(&token()).await.unwrap();
    }

    async fn a_session_lives_from_start_to_end(db) {
        let journal = journal(&db).await;
        let mut session = session(&db).await;
        let (row, started) = tokio::join!(journal.record(&token()), journal.session_started(session.clone()));
        row.unwrap();
        started.unwrap();
        assert_eq!(db.store.session_by_hash(&session.hash).await.unwrap(), Some(session.clone()));

        session.last_seen_at = noon() + Duration::from_mins(1);
        session.relying_parties = vec![ApplicationId::new(), ApplicationId::new()];
        let touch = SessionTouch {
            hash: session.hash,
            last_seen_at: session.last_seen_at,
            relying_parties: session.relying_parties.clone(),
        };
        journal.session_touched(touch).await.unwrap();
        assert_eq!(db.store.session_by_hash(&session.hash).await.unwrap(), Some(session.clone()));

        journal.session_ended(session.hash).await.unwrap();
        journal.session_ended(session.hash).await.unwrap();
        assert_eq!(db.store.session_by_hash(&session.hash).await.unwrap(), None);
    }

    async fn all_sessions_of_a_user_end_together(db) {
        let journal = journal(&db).await;
        let first = session(&db).await;
        let second = SessionRow { hash: [8; 32], id: SessionId::new(), ..first.clone() };
        for session in [&first, &second] {
            journal.session_started(session.clone()).await.unwrap();
        }
        journal.sessions_of_user_ended(first.organisation, first.user).await.unwrap();
        assert_eq!(db.store.session_by_hash(&first.hash).await.unwrap(), None);
        assert_eq!(db.store.session_by_hash(&second.hash).await.unwrap(), None);
    }

    async fn a_change_of_the_directory_ends_sessions_too(db) {
        let session = session(&db).await;
        journal(&db).await.session_started(session.clone()).await.unwrap();
        db.change(async |tx| tx.end_sessions_of_user(session.organisation, session.user).await.unwrap()).await;
        assert_eq!(db.store.session_by_hash(&session.hash).await.unwrap(), None);
    }

    async fn a_session_of_a_user_who_is_gone_does_not_fail_the_batch_of_others(db) {
        let journal = journal(&db).await;
        let mut session = session(&db).await;
        session.user = UserId::new();
        let (row, started) = tokio::join!(journal.record(&token()), journal.session_started(session.clone()));
        row.unwrap();
        started.unwrap();
        assert_eq!(db.store.session_by_hash(&session.hash).await.unwrap(), None);
    }

    async fn expired_sessions_are_forgotten_in_time(db) {
        let mut session = session(&db).await;
        session.expires_at = noon();
        let often = JournalSettings { checkpoint_interval: Duration::from_millis(5), ..settings() };
        let journal = Journal::start(db.store.clone(), often).await.unwrap();
        journal.session_started(session.clone()).await.unwrap();
        tokio::time::timeout(Duration::from_secs(20), async {
            while db.store.session_by_hash(&session.hash).await.unwrap().is_some() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }

    async fn broken_requests_of_a_minute_become_one_row(db) {
        let journal = journal(&db).await;
        for _ in 0..1000 {
            journal.broken_request(None, Ipv4Addr::LOCALHOST.into(), "realm_missing", noon());
        }
        journal.shutdown().await;

        let rows = tail(&db.store, 10).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].entry.kind, EntryKind::BrokenRequests);
        assert_eq!(rows[0].entry.detail["count"], 1000);
    }

    /// Receipts are never given for what is not there, and the chain goes on afterwards as if nothing had been.
    async fn a_batch_that_fails_is_refused_to_all_who_wait_and_the_chain_stays_whole(db) {
        let journal = journal(&db).await;
        journal.record(&token()).await.unwrap();
        db.tamper("alter table ledger rename to hidden").await;
        let (first, second) = tokio::join!(journal.record(&token()), journal.record(&token()));
        assert!(matches!(first, Err(JournalError::Storage(_))), "{first:?}");
        assert!(matches!(second, Err(JournalError::Storage(_))), "{second:?}");

        db.tamper("alter table hidden rename to ledger").await;
        assert_eq!(journal.record(&token()).await.unwrap().sequence, 2);
        journal.shutdown().await;
        let report = verify(&db.store, None).await.unwrap();
        assert_eq!((report.rows, report.findings), (2, vec![]));
    }

    async fn after_shutdown_nothing_is_accepted_and_a_second_one_is_harmless(db) {
        let journal = journal(&db).await;
        journal.record(&token()).await.unwrap();
        journal.shutdown().await;
        journal.shutdown().await;
        assert!(matches!(journal.record(&token()).await, Err(JournalError::Stopped)));
    }
}

/// A queue that is full says so at once instead of letting people wait.
#[tokio::test]
async fn beyond_the_queue_the_answer_is_busy_at_once() {
    let db = TestDatabase::sqlite().await;
    let short = JournalSettings { queue: 2, ..settings() };
    let journal = Journal::start(db.store.clone(), short).await.unwrap();
    // On one thread the writer cannot run between these polls, so that the queue fills.
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let journal = journal.clone();
        waiting.spawn(async move { journal.record(&token()).await });
    }
    let mut outcomes = waiting.join_all().await;
    outcomes.sort_by_key(Result::is_err);
    assert!(matches!(outcomes[..], [Ok(_), Ok(_), Err(JournalError::Busy)]), "{outcomes:?}");
    assert_eq!(tail(&db.store, 10).await.unwrap().len(), 2);
}
