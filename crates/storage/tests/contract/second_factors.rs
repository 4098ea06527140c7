//! Second factors: authenticator apps and recovery codes.

use storage::{Refusal, StorageError};

use crate::support::{TestDatabase, noon, refusal};

const SECRET: &[u8] = b"12345678901234567890";

/// Contoso's Ada, with an app whose enrolment was confirmed by a code of step 100.
async fn ada_with_an_app(db: &TestDatabase) -> (model::OrganisationId, model::UserId) {
    let contoso = db.contoso().await;
    let ada = db.user(contoso, "ada@contoso.example").await;
    db.change(async |tx| {
        tx.begin_totp(contoso, ada.id, SECRET, noon()).await.unwrap();
        tx.confirm_totp(contoso, ada.id, 100, noon()).await.unwrap();
    })
    .await;
    (contoso, ada.id)
}

rules! {
    async fn an_app_counts_once_a_code_has_proved_it(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        db.change(async |tx| tx.begin_totp(contoso, ada, b"the first", noon()).await.unwrap()).await;
        db.change(async |tx| tx.begin_totp(contoso, ada, SECRET, noon()).await.unwrap()).await;
        let begun = db.store.totp(contoso, ada).await.unwrap().unwrap();
        assert_eq!((begun.secret.as_slice(), begun.confirmed_at), (SECRET, None));
        assert!(db.store.account_by_id(contoso, ada).await.unwrap().unwrap().second_factors().is_empty());
        assert!(!db.store.take_totp_step(contoso, ada, 200).await.unwrap(), "nobody is asked for a code yet");

        db.change(async |tx| tx.confirm_totp(contoso, ada, 100, noon()).await.unwrap()).await;
        let account = db.store.account(contoso, &"ada@contoso.example".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(account.totp_since, Some(noon()));

        let mut again = db.store.begin().await.unwrap();
        let refused = refusal(again.begin_totp(contoso, ada, b"another", noon()).await);
        assert_eq!(refused, Refusal::TotpEnrolled);
    }

    /// S28: once, in order, over restarts; the code that proved the app signs nobody in.
    async fn a_time_step_is_taken_once(db) {
        let (contoso, ada) = ada_with_an_app(&db).await;
        for (step, taken) in [(100, false), (99, false), (101, true), (101, false), (100, false), (103, true), (102, false)] {
            assert_eq!(db.store.take_totp_step(contoso, ada, step).await.unwrap(), taken, "{step}");
        }
        let restarted = db.reopened().await;
        assert!(!restarted.take_totp_step(contoso, ada, 103).await.unwrap());
        assert!(restarted.take_totp_step(contoso, ada, 104).await.unwrap());
    }

    /// S28: of many who ask at the same time, on two nodes, one is told yes.
    async fn a_step_and_a_recovery_code_go_to_one_of_many(db) {
        let (contoso, ada) = ada_with_an_app(&db).await;
        db.change(async |tx| tx.replace_recovery_codes(contoso, ada, &[[7; 32]], noon()).await.unwrap()).await;
        let other = db.reopened().await;
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..16 {
            let store = if number % 2 == 0 { db.store.clone() } else { other.clone() };
            asking.spawn(async move {
                let step = store.take_totp_step(contoso, ada, 500).await.unwrap();
                let code = store.spend_recovery_code(contoso, ada, &[7; 32]).await.unwrap();
                (usize::from(step), usize::from(code))
            });
        }
        let told = asking.join_all().await;
        let sum = told.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        assert_eq!(sum, (1, 1));
    }

    async fn recovery_codes_work_once_and_are_replaced_together(db) {
        let (contoso, ada) = ada_with_an_app(&db).await;
        let old = [[1; 32], [2; 32]];
        db.change(async |tx| tx.replace_recovery_codes(contoso, ada, &old, noon()).await.unwrap()).await;
        assert_eq!(db.store.recovery_codes_left(contoso, ada).await.unwrap(), 2);
        assert!(db.store.spend_recovery_code(contoso, ada, &[1; 32]).await.unwrap());
        assert!(!db.store.spend_recovery_code(contoso, ada, &[1; 32]).await.unwrap());
        assert!(!db.store.spend_recovery_code(contoso, ada, &[9; 32]).await.unwrap());

        db.change(async |tx| tx.replace_recovery_codes(contoso, ada, &[[3; 32]], noon()).await.unwrap()).await;
        assert!(!db.store.spend_recovery_code(contoso, ada, &[2; 32]).await.unwrap());
        assert!(db.store.spend_recovery_code(contoso, ada, &[3; 32]).await.unwrap());
        assert_eq!(db.store.recovery_codes_left(contoso, ada).await.unwrap(), 0);
    }

    async fn removed_factors_are_gone_with_their_recovery_codes(db) {
        let (contoso, ada) = ada_with_an_app(&db).await;
        db.change(async |tx| {
            tx.replace_recovery_codes(contoso, ada, &[[1; 32]], noon()).await.unwrap();
            tx.remove_second_factors(contoso, ada).await.unwrap();
        })
        .await;
        assert!(db.store.totp(contoso, ada).await.unwrap().is_none());
        assert!(!db.store.spend_recovery_code(contoso, ada, &[1; 32]).await.unwrap());
        assert!(db.store.account_by_id(contoso, ada).await.unwrap().unwrap().second_factors().is_empty());
        let mut again = db.store.begin().await.unwrap();
        assert!(matches!(refusal(again.remove_second_factors(contoso, ada).await), Refusal::Missing(_)));
        assert!(matches!(
            refusal(again.replace_recovery_codes(contoso, ada, &[[1; 32]], noon()).await),
            Refusal::Missing(_)
        ));
    }

    /// S73: nothing of one organisation's user is reached through another organisation.
    async fn factors_belong_to_the_users_own_organisation(db) {
        let (contoso, ada) = ada_with_an_app(&db).await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        db.change(async |tx| tx.replace_recovery_codes(contoso, ada, &[[1; 32]], noon()).await.unwrap()).await;
        assert!(db.store.totp(fabrikam, ada).await.unwrap().is_none());
        assert!(!db.store.take_totp_step(fabrikam, ada, 999).await.unwrap());
        assert!(!db.store.spend_recovery_code(fabrikam, ada, &[1; 32]).await.unwrap());
        assert_eq!(db.store.recovery_codes_left(fabrikam, ada).await.unwrap(), 0);
        let mut change = db.store.begin().await.unwrap();
        assert!(matches!(refusal(change.begin_totp(fabrikam, ada, SECRET, noon()).await), Refusal::Missing(_)));
        assert!(matches!(refusal(change.confirm_totp(fabrikam, ada, 1, noon()).await), Refusal::Missing(_)));
        assert!(matches!(refusal(change.remove_second_factors(fabrikam, ada).await), Refusal::Missing(_)));
    }

    /// S47: a secret moved to another user by hand does not open there, so that nobody's app opens another's account.
    async fn a_secret_is_bound_to_its_user(db) {
        let (contoso, ada) = ada_with_an_app(&db).await;
        let bob = db.user(contoso, "bob@contoso.example").await.id;
        db.change(async |tx| tx.begin_totp(contoso, bob, b"of bob, 20 bytes lon", noon()).await.unwrap()).await;
        let touched = db
            .tamper("update totp_factors set secret = (select secret from totp_factors where confirmed_at is not null)")
            .await;
        assert_eq!(touched, 2);
        assert!(db.store.totp(contoso, ada).await.is_ok());
        assert!(matches!(db.store.totp(contoso, bob).await, Err(StorageError::Seal(_))));
    }
}
