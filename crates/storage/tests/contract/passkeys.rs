//! Passkeys, and challenges that are answered once.

use chrono::TimeDelta;
use model::{OrganisationId, UserId};
use policy::Mechanism;
use storage::{PASSKEYS_PER_USER, PasskeyRecord, PasskeyTaken, PasskeyUse, Refusal, SpentChallenge};

use crate::support::{TestDatabase, noon, refusal};

fn passkey(user: UserId, credential: &[u8]) -> PasskeyRecord {
    PasskeyRecord {
        credential: credential.to_vec(),
        user,
        name: "Ada\u{2019}s laptop".to_owned(),
        public_key: r#"{"cred":1}"#.to_owned(),
        sign_count: 5,
        backup_eligible: true,
        backed_up: false,
        made_at: noon(),
        last_used_at: None,
    }
}

fn challenge(number: u8) -> SpentChallenge {
    SpentChallenge { hash: [number; 32], expires_at: noon() + TimeDelta::minutes(10) }
}

fn answer(credential: &[u8], sign_count: u32, challenged: u8) -> PasskeyUse {
    PasskeyUse {
        credential: credential.to_vec(),
        public_key: format!(r#"{{"cred":{sign_count}}}"#),
        sign_count,
        backed_up: true,
        challenge: challenge(challenged),
    }
}

/// Contoso's Ada, with a passkey of counter 5, made in answer to challenge 0.
async fn ada_with_a_passkey(db: &TestDatabase) -> (OrganisationId, UserId) {
    let contoso = db.contoso().await;
    let ada = db.user(contoso, "ada@contoso.example").await.id;
    db.change(async |tx| tx.insert_passkey(contoso, &passkey(ada, b"key"), &challenge(0)).await.unwrap())
        .await;
    (contoso, ada)
}

rules! {
    async fn a_passkey_is_kept_as_it_was_made_and_is_a_second_factor(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        assert_eq!(db.store.passkeys(contoso, ada).await.unwrap(), [passkey(ada, b"key")]);
        assert_eq!(db.store.passkey(contoso, b"key").await.unwrap(), Some(passkey(ada, b"key")));
        assert_eq!(db.store.passkey(contoso, b"other").await.unwrap(), None);
        let account = db.store.account_by_id(contoso, ada).await.unwrap().unwrap();
        let factors: Vec<_> = account.second_factors().iter().collect();
        assert_eq!(factors, [Mechanism::Passkey, Mechanism::RecoveryCode]);
    }

    async fn a_use_moves_the_counter_and_the_time(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        let later = noon() + TimeDelta::seconds(9);
        let taken = db.store.take_passkey_answer(contoso, &answer(b"key", 6, 1), later).await.unwrap();
        assert_eq!(taken, PasskeyTaken::Taken);
        let used = db.store.passkey(contoso, b"key").await.unwrap().unwrap();
        assert_eq!((used.sign_count, used.backed_up, used.last_used_at), (6, true, Some(later)));
        assert_eq!((used.public_key.as_str(), used.user), (r#"{"cred":6}"#, ada));
    }

    /// S35: a challenge is answered once, over restarts too; nothing changes by the second answer.
    async fn a_challenge_is_answered_once(db) {
        let (contoso, _) = ada_with_a_passkey(&db).await;
        let taken = db.store.take_passkey_answer(contoso, &answer(b"key", 6, 1), noon()).await.unwrap();
        assert_eq!(taken, PasskeyTaken::Taken);
        let restarted = db.reopened().await;
        let again = restarted.take_passkey_answer(contoso, &answer(b"key", 7, 1), noon()).await.unwrap();
        assert_eq!(again, PasskeyTaken::Replayed);
        assert_eq!(db.store.passkey(contoso, b"key").await.unwrap().unwrap().sign_count, 6);
        let registration = db.store.take_passkey_answer(contoso, &answer(b"key", 7, 0), noon()).await.unwrap();
        assert_eq!(registration, PasskeyTaken::Replayed, "nor one that made a passkey");
    }

    /// S35: of many who bring an answer to one challenge at the same time, on two nodes, one is told yes.
    async fn a_challenge_goes_to_one_of_many(db) {
        let (contoso, _) = ada_with_a_passkey(&db).await;
        let other = db.reopened().await;
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..16_u32 {
            let store = if number % 2 == 0 { db.store.clone() } else { other.clone() };
            asking.spawn(async move {
                store.take_passkey_answer(contoso, &answer(b"key", 100 + number, 1), noon()).await.unwrap()
            });
        }
        let told = asking.join_all().await;
        assert_eq!(told.iter().filter(|told| **told == PasskeyTaken::Taken).count(), 1);
    }

    /// S35: a counter that stands still or goes back shows a copy; one that never counts is fine.
    async fn a_counter_that_does_not_grow_is_not_taken(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        for (number, count) in [(1, 5), (2, 4), (3, 0)] {
            let told = db.store.take_passkey_answer(contoso, &answer(b"key", count, number), noon()).await.unwrap();
            assert_eq!(told, PasskeyTaken::Outdated, "{count}");
        }
        let still = PasskeyRecord { sign_count: 0, ..passkey(ada, b"still") };
        db.change(async |tx| tx.insert_passkey(contoso, &still, &challenge(10)).await.unwrap()).await;
        for number in [11, 12] {
            let told = db.store.take_passkey_answer(contoso, &answer(b"still", 0, number), noon()).await.unwrap();
            assert_eq!(told, PasskeyTaken::Taken);
        }
    }

    async fn challenges_that_nobody_can_answer_any_more_are_forgotten(db) {
        let (contoso, _) = ada_with_a_passkey(&db).await;
        let later = noon() + TimeDelta::minutes(10);
        let mut late = answer(b"key", 6, 1);
        late.challenge.expires_at = later + TimeDelta::minutes(10);
        db.store.take_passkey_answer(contoso, &late, later).await.unwrap();
        assert_eq!(db.tamper("delete from spent_challenges").await, 1, "the first one had gone");
    }

    async fn a_credential_belongs_to_one_user_and_a_user_has_so_many(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        let bob = db.user(contoso, "bob@contoso.example").await.id;
        let mut change = db.store.begin().await.unwrap();
        let taken = change.insert_passkey(contoso, &passkey(bob, b"key"), &challenge(1)).await;
        assert_eq!(refusal(taken), Refusal::PasskeyTaken);
        let spent = change.insert_passkey(contoso, &passkey(ada, b"another"), &challenge(0)).await;
        assert_eq!(refusal(spent), Refusal::ChallengeSpent);
        for number in 1..PASSKEYS_PER_USER {
            let number = u8::try_from(number).unwrap();
            let next = passkey(ada, &[number]);
            change.insert_passkey(contoso, &next, &challenge(100 + number)).await.unwrap();
        }
        let full = change.insert_passkey(contoso, &passkey(ada, b"last"), &challenge(200)).await;
        assert_eq!(refusal(full), Refusal::PasskeysFull);
    }

    async fn recovery_codes_go_with_the_last_second_factor(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        db.change(async |tx| {
            tx.insert_passkey(contoso, &passkey(ada, b"second"), &challenge(1)).await.unwrap();
            tx.replace_recovery_codes(contoso, ada, &[[1; 32]], noon()).await.unwrap();
            tx.remove_passkey(contoso, ada, b"key").await.unwrap();
        })
        .await;
        assert_eq!(db.store.recovery_codes_left(contoso, ada).await.unwrap(), 1);
        db.change(async |tx| tx.remove_passkey(contoso, ada, b"second").await.unwrap()).await;
        assert_eq!(db.store.recovery_codes_left(contoso, ada).await.unwrap(), 0);
        let account = db.store.account_by_id(contoso, ada).await.unwrap().unwrap();
        assert!(account.second_factors().is_empty());
        let mut again = db.store.begin().await.unwrap();
        assert!(matches!(refusal(again.remove_passkey(contoso, ada, b"second").await), Refusal::Missing(_)));
    }

    async fn all_second_factors_are_removed_with_the_passkeys(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        db.change(async |tx| tx.remove_second_factors(contoso, ada).await.unwrap()).await;
        assert!(db.store.passkeys(contoso, ada).await.unwrap().is_empty());
        let told = db.store.take_passkey_answer(contoso, &answer(b"key", 6, 1), noon()).await.unwrap();
        assert_eq!(told, PasskeyTaken::Outdated, "a removed passkey signs nobody in");
    }

    /// S73: nothing of one organisation's user is reached through another organisation.
    async fn passkeys_belong_to_the_users_own_organisation(db) {
        let (contoso, ada) = ada_with_a_passkey(&db).await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        assert!(db.store.passkeys(fabrikam, ada).await.unwrap().is_empty());
        assert!(db.store.passkey(fabrikam, b"key").await.unwrap().is_none());
        let told = db.store.take_passkey_answer(fabrikam, &answer(b"key", 6, 1), noon()).await.unwrap();
        assert_eq!(told, PasskeyTaken::Outdated);
        let mut change = db.store.begin().await.unwrap();
        assert!(matches!(refusal(change.remove_passkey(fabrikam, ada, b"key").await), Refusal::Missing(_)));
        let foreign = change.insert_passkey(fabrikam, &passkey(ada, b"foreign"), &challenge(9)).await;
        assert!(foreign.is_err());
        drop(change);
        assert!(db.store.passkey(contoso, b"key").await.unwrap().is_some());
    }
}
