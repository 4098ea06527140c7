//! Codes sent by mail.

use chrono::TimeDelta;
use storage::EmailCodeLimits;

use crate::support::{TestDatabase, noon};

const LIMITS: EmailCodeLimits =
    EmailCodeLimits { pause: TimeDelta::minutes(1), codes: 3, window: TimeDelta::hours(1) };

rules! {
    async fn a_code_takes_the_place_of_the_one_before(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        assert!(db.store.email_code(contoso, ada).await.unwrap().is_none());
        for (minutes, hash) in [(0, [1; 32]), (1, [2; 32])] {
            let now = noon() + TimeDelta::minutes(minutes);
            assert!(db.store.begin_email_code(contoso, ada, &hash, LIMITS, now).await.unwrap());
        }
        let kept = db.reopened().await.email_code(contoso, ada).await.unwrap().unwrap();
        assert_eq!((kept.hash.as_slice(), kept.sent_at), ([2; 32].as_slice(), noon() + TimeDelta::minutes(1)));
    }

    /// So many letters a user gets and no more, whoever asks for them and on whatever node.
    async fn codes_are_sent_with_pauses_and_only_so_many(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let other = db.reopened().await;
        for (seconds, sent) in [
            (0, true), (0, false), (59, false), (60, true), (119, false), (120, true),
            (180, false), (3_599, false), (3_600, true), (3_601, false), (3_660, true),
        ] {
            let now = noon() + TimeDelta::seconds(seconds);
            let store = if seconds % 2 == 0 { &db.store } else { &other };
            let begun = store.begin_email_code(contoso, ada, &[7; 32], LIMITS, now).await.unwrap();
            assert_eq!(begun, sent, "{seconds}");
        }
    }

    /// S28: of many who use it at the same time, on two nodes, one is told yes. What was spent still counts as sent.
    async fn a_code_is_used_once(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        assert!(db.store.begin_email_code(contoso, ada, &[1; 32], LIMITS, noon()).await.unwrap());
        let code = db.store.email_code(contoso, ada).await.unwrap().unwrap();
        let other = db.reopened().await;
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (store, code) = (if number % 2 == 0 { db.store.clone() } else { other.clone() }, code.clone());
            asking.spawn(async move { store.spend_email_code(contoso, ada, &code).await.unwrap() });
        }
        assert_eq!(asking.join_all().await.into_iter().filter(|spent| *spent).count(), 1);
        assert!(db.store.email_code(contoso, ada).await.unwrap().is_none());
        assert!(!db.store.begin_email_code(contoso, ada, &[1; 32], LIMITS, noon()).await.unwrap());

        // The code of before opens nothing after another was sent, even when it reads the same.
        let later = noon() + TimeDelta::minutes(1);
        assert!(db.store.begin_email_code(contoso, ada, &[1; 32], LIMITS, later).await.unwrap());
        assert!(!db.store.spend_email_code(contoso, ada, &code).await.unwrap());
    }

    async fn a_code_belongs_to_its_user_and_organisation(db) {
        let contoso = db.contoso().await;
        let (ada, grace) = (db.user(contoso, "ada@contoso.example").await.id, db.user(contoso, "grace@contoso.example").await.id);
        assert!(db.store.begin_email_code(contoso, ada, &[1; 32], LIMITS, noon()).await.unwrap());
        let code = db.store.email_code(contoso, ada).await.unwrap().unwrap();
        assert!(db.store.email_code(contoso, grace).await.unwrap().is_none());
        assert!(!db.store.spend_email_code(contoso, grace, &code).await.unwrap());
        let elsewhere = model::OrganisationId::new();
        assert!(!db.store.begin_email_code(elsewhere, grace, &[1; 32], LIMITS, noon()).await.unwrap());
        assert!(db.store.email_code(elsewhere, ada).await.unwrap().is_none());
        assert!(!db.store.spend_email_code(elsewhere, ada, &code).await.unwrap());
    }
}
