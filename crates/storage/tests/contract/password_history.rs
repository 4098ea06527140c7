//! Former passwords.

use chrono::TimeDelta;

use crate::support::{TestDatabase, noon};

rules! {
    async fn so_many_former_passwords_are_kept_the_latest_first(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        for number in 0..6 {
            let now = noon() + TimeDelta::days(number);
            db.change(async |tx| {
                tx.remember_password(contoso, ada, 3, now).await.unwrap();
                tx.set_password(contoso, ada, &format!("hash {number}"), now).await.unwrap();
            })
            .await;
        }
        let so_far = async |former| db.store.passwords_so_far(contoso, ada, former).await.unwrap();
        assert_eq!(so_far(24).await, ["hash 5", "hash 4", "hash 3", "hash 2"]);
        assert_eq!(so_far(1).await, ["hash 5", "hash 4"]);
        assert_eq!(so_far(0).await, ["hash 5"]);
        db.change(async |tx| tx.remember_password(contoso, ada, 0, noon()).await.unwrap()).await;
        assert_eq!(so_far(24).await, ["hash 5"]);
    }

    /// S73
    async fn former_passwords_belong_to_the_users_own_organisation(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        db.change(async |tx| {
            tx.set_password(contoso, ada, "hash", noon()).await.unwrap();
            tx.remember_password(contoso, ada, 3, noon()).await.unwrap();
            tx.remember_password(fabrikam, ada, 0, noon()).await.unwrap();
        })
        .await;
        assert!(db.store.passwords_so_far(fabrikam, ada, 24).await.unwrap().is_empty());
        assert_eq!(db.store.passwords_so_far(contoso, ada, 24).await.unwrap(), ["hash", "hash"]);
    }
}
