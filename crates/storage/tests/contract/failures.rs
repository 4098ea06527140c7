//! What failed, counted anew from the ledger, and what an administrator forgives.

use chrono::TimeDelta;
use model::{OrganisationId, UserId};
use serde_json::{Value, json};
use storage::{EntryKind, Journal, JournalSettings, LedgerEntry, Refusal, ledger};

use crate::support::{TestDatabase, noon, refusal};

fn failure(organisation: OrganisationId, username: &str, minute: i64, detail: Value) -> LedgerEntry {
    LedgerEntry {
        organisation: Some(organisation),
        personal: json!({ "username": username, "address": "192.0.2.7" }),
        detail,
        ..LedgerEntry::new(EntryKind::SignInFailed, noon() + TimeDelta::minutes(minute))
    }
}

rules! {
    /// S29: what failed on any node is found again, after a restart too; what was never looked at is no failure.
    async fn failures_are_found_again_in_the_ledger(db) {
        let contoso = db.contoso().await;
        let journal = Journal::start(db.store.clone(), JournalSettings::default()).await.unwrap();
        for (name, minute, detail) in [
            ("early@contoso.example", -20, json!({})),
            ("ada@contoso.example", 0, json!({ "second_factor": "totp" })),
            ("soon@contoso.example", 1, json!({ "too_soon": true })),
            ("nobody", 2, json!({})),
        ] {
            journal.record(&failure(contoso, name, minute, detail)).await.unwrap();
        }
        journal.record(&LedgerEntry::new(EntryKind::TokenIssued, noon())).await.unwrap();

        let restarted = db.reopened().await;
        let found = ledger::failed_tries(&restarted, noon() - TimeDelta::minutes(15)).await.unwrap();
        let names: Vec<_> = found.iter().map(|failed| failed.username.as_str()).collect();
        assert_eq!(names, ["nobody", "ada@contoso.example"], "the latest first");
        assert_eq!((found[1].organisation, found[1].at), (contoso, noon()));
        assert_eq!(found[1].address.to_string(), "192.0.2.7");
        assert_eq!(found[1].chain, journal.chain());
    }

    async fn an_unlock_is_known_by_its_time(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        db.change(async |tx| tx.unlock(contoso, ada, noon()).await.unwrap()).await;
        db.change(async |tx| tx.unlock(contoso, ada, noon() + TimeDelta::hours(1)).await.unwrap()).await;
        let unlocks = db.store.unlocks(noon()).await.unwrap();
        assert_eq!(unlocks.len(), 1);
        assert_eq!((unlocks[0].upn.as_str(), unlocks[0].at), ("ada@contoso.example", noon() + TimeDelta::hours(1)));
        assert_eq!(db.store.unlocks(noon() + TimeDelta::hours(2)).await.unwrap(), []);
        let mut change = db.store.begin().await.unwrap();
        assert_eq!(refusal(change.unlock(fabrikam, ada, noon()).await), Refusal::Missing("user"));
        assert_eq!(refusal(change.unlock(contoso, UserId::new(), noon()).await), Refusal::Missing("user"));
    }
}
