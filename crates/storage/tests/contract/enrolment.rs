//! Enrolment, access codes and callers.

use chrono::TimeDelta;
use storage::{CALLER_CHECK_LIFETIME, CallerAnswer, CallerCheck};

use crate::support::{TestDatabase, noon};

rules! {
    async fn a_demand_counts_from_the_first_time(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let later = noon() + TimeDelta::days(2);
        for now in [noon(), later] {
            assert_eq!(db.store.enrolment_demanded_since(contoso, ada, now).await.unwrap(), noon());
        }
        db.change(async |tx| tx.forget_enrolment_demand(contoso, ada).await.unwrap()).await;
        assert_eq!(db.store.enrolment_demanded_since(contoso, ada, later).await.unwrap(), later);
        assert!(db.store.enrolment_demanded_since(contoso, model::UserId::new(), later).await.is_err());
    }

    /// S86: once, in its time, by its owner; a new one takes the place of the former.
    async fn an_access_code_is_spent_once_and_in_its_time(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let grace = db.user(contoso, "grace@contoso.example").await.id;
        let end = noon() + TimeDelta::hours(1);
        for hash in [[1; 32], [2; 32]] {
            db.change(async |tx| tx.set_access_code(contoso, ada, &hash, noon(), end).await.unwrap()).await;
        }
        for (user, hash, now, spent) in [
            (ada, [1; 32], noon(), false),
            (grace, [2; 32], noon(), false),
            (ada, [2; 32], end, false),
            (ada, [2; 32], end - TimeDelta::seconds(1), true),
            (ada, [2; 32], noon(), false),
        ] {
            db.change(async |tx| {
                assert_eq!(tx.spend_access_code(contoso, user, &hash, now).await.unwrap(), spent, "{hash:?} {now}");
            })
            .await;
        }
    }

    async fn a_caller_has_three_answers_and_a_quarter_of_an_hour(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let check = CallerCheck { question: "417".into(), answer: "9023".into() };
        let late = noon() + CALLER_CHECK_LIFETIME;
        db.change(async |tx| {
            assert_eq!(tx.answer_caller_check(contoso, ada, "9023", noon()).await.unwrap(), CallerAnswer::NotAsked);
            tx.begin_caller_check(contoso, ada, &check, noon()).await.unwrap();
            assert_eq!(tx.answer_caller_check(contoso, ada, "9023", late).await.unwrap(), CallerAnswer::NotAsked);
            for found in [CallerAnswer::Wrong, CallerAnswer::Wrong, CallerAnswer::Wrong, CallerAnswer::NotAsked] {
                assert_eq!(tx.answer_caller_check(contoso, ada, "0000", noon()).await.unwrap(), found);
            }
            assert_eq!(tx.answer_caller_check(contoso, ada, "9023", noon()).await.unwrap(), CallerAnswer::NotAsked);
        })
        .await;
        assert_eq!(db.store.caller_check(contoso, ada, noon()).await.unwrap(), None);
    }

    async fn a_verified_caller_is_good_for_one_reset(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let check = CallerCheck { question: "417".into(), answer: "9023".into() };
        db.change(async |tx| tx.begin_caller_check(contoso, ada, &check, noon()).await.unwrap()).await;
        assert_eq!(db.store.caller_check(contoso, ada, noon()).await.unwrap(), Some(check.clone()));
        db.change(async |tx| {
            assert!(!tx.take_verified_caller(contoso, ada, noon()).await.unwrap(), "asked is not answered");
            assert_eq!(tx.answer_caller_check(contoso, ada, "9023", noon()).await.unwrap(), CallerAnswer::Right);
            assert!(tx.take_verified_caller(contoso, ada, noon()).await.unwrap());
            assert!(!tx.take_verified_caller(contoso, ada, noon()).await.unwrap());
            tx.begin_caller_check(contoso, ada, &check, noon()).await.unwrap();
            tx.answer_caller_check(contoso, ada, "9023", noon()).await.unwrap();
            let late = noon() + CALLER_CHECK_LIFETIME;
            assert!(!tx.take_verified_caller(contoso, ada, late).await.unwrap(), "it was too long ago");
        })
        .await;
    }

    /// A person's own history, newest first, a page at a time; nothing of anybody else.
    async fn a_history_is_ones_own(db) {
        let contoso = db.contoso().await;
        let (ada, grace) = (
            db.user(contoso, "ada@contoso.example").await.id,
            db.user(contoso, "grace@contoso.example").await.id,
        );
        for (second, user) in [(0, ada), (1, grace), (2, ada), (3, ada)] {
            let entry = storage::LedgerEntry {
                organisation: Some(contoso),
                user: Some(user),
                detail: serde_json::json!({ "second": second }),
                ..storage::LedgerEntry::new(storage::EntryKind::SignedOut, noon() + TimeDelta::seconds(second))
            };
            db.change(async |tx| tx.record(&entry).await.map(drop).unwrap()).await;
        }
        let seconds = async |skipped, limit| {
            let rows = storage::ledger::history(&db.store, contoso, ada, skipped, limit).await.unwrap();
            rows.iter().map(|row| row.entry.detail["second"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(seconds(0, 2).await, [3, 2]);
        assert_eq!(seconds(2, 2).await, [0]);
    }
}
