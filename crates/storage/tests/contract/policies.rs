//! Policies: every version is kept, and the latest one is in force.

use storage::{PolicyVersion, Refusal};

use crate::support::{TestDatabase, noon, refusal};

fn version(version: u32, document: &str) -> PolicyVersion {
    PolicyVersion {
        version,
        document: document.to_owned(),
        note: (version > 1).then(|| "because".to_owned()),
        saved_by: "grace@contoso.example".to_owned(),
        saved_at: noon(),
    }
}

async fn save(db: &TestDatabase, organisation: model::OrganisationId, next: &PolicyVersion) {
    db.change(async |tx| tx.save_policy(organisation, next).await.unwrap()).await;
}

rules! {
    async fn the_latest_version_is_in_force_and_every_one_is_kept(db) {
        let contoso = db.contoso().await;
        assert_eq!(db.store.policy(contoso).await.unwrap(), None);
        let (first, second) = (version(1, "# one"), version(2, "# two ✓"));
        save(&db, contoso, &first).await;
        save(&db, contoso, &second).await;
        assert_eq!(db.store.policy(contoso).await.unwrap(), Some(second.clone()));
        assert_eq!(db.store.policy_version(contoso, 1).await.unwrap(), Some(first.clone()));
        assert_eq!(db.store.policy_version(contoso, 3).await.unwrap(), None);
        assert_eq!(db.store.policy_versions(contoso).await.unwrap(), [second, first]);
    }

    /// Two admins who begin from the same version cannot both win.
    async fn a_change_of_a_version_that_is_no_longer_in_force_is_refused(db) {
        let contoso = db.contoso().await;
        save(&db, contoso, &version(1, "# one")).await;
        for stale in [1, 3] {
            let mut transaction = db.store.begin().await.unwrap();
            let refused = refusal(transaction.save_policy(contoso, &version(stale, "# other")).await);
            assert_eq!(refused, Refusal::PolicyChanged, "{stale}");
        }
        assert_eq!(db.store.policy_versions(contoso).await.unwrap().len(), 1);
    }

    /// S73: nobody else's policy.
    async fn a_policy_belongs_to_one_organisation(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        save(&db, contoso, &version(1, "# contoso")).await;
        assert_eq!(db.store.policy(fabrikam).await.unwrap(), None);
        save(&db, fabrikam, &version(1, "# fabrikam")).await;
        assert_eq!(db.store.policy(contoso).await.unwrap().unwrap().document, "# contoso");
    }

    /// A change is seen by a running server: the revision moves with it.
    async fn a_saved_policy_moves_the_revision(db) {
        let contoso = db.contoso().await;
        let before = db.store.revision().await.unwrap();
        save(&db, contoso, &version(1, "# one")).await;
        assert!(db.store.revision().await.unwrap() > before);
    }
}
