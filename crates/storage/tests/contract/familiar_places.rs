//! Where people signed in before: known browsers and familiar networks.

use chrono::TimeDelta;
use model::{OrganisationId, Origin, SourceNetwork, UserId};
use storage::{Familiarity, Journal, JournalSettings, PlaceSeen, Store};

use crate::support::{TestDatabase, noon};

fn network(last: u8) -> SourceNetwork {
    std::net::IpAddr::from([192, 0, 2, last]).into()
}

fn at(device: u8, last: u8) -> Origin {
    Origin { network: network(last), device: Some([device; 32]) }
}

async fn journal(db: &TestDatabase) -> Journal {
    Journal::start(db.store.clone(), JournalSettings::default()).await.unwrap()
}

fn seen(organisation: OrganisationId, user: UserId, origin: Origin, days: i64) -> PlaceSeen {
    let at = noon() + TimeDelta::days(days);
    PlaceSeen { organisation, user, origin, label: "Edge, Windows".to_owned(), at }
}

/// How familiar a place is to Ada, so many days after noon.
async fn familiar(store: &Store, organisation: OrganisationId, origin: Origin, days: i64) -> Familiarity {
    let (ada, now) = ("ada@contoso.example".parse().unwrap(), noon() + TimeDelta::days(days));
    let alone = store.familiarity(organisation, &ada, &origin, now).await.unwrap();
    let with_account = store.account_at(organisation, &ada, &origin, now).await.unwrap();
    assert_eq!(with_account.unwrap().1, alone, "both queries say the same");
    alone
}

rules! {
    /// S29: a restart forgets nobody's browser and nobody's network.
    async fn places_are_familiar_after_a_restart(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        assert_eq!(familiar(&db.store, contoso, at(1, 1), 0).await, Familiarity::default());
        journal(&db).await.place_seen(seen(contoso, ada, at(1, 1), 0)).await.unwrap();

        let restarted = db.reopened().await;
        let there = familiar(&restarted, contoso, at(1, 1), 0).await;
        assert_eq!(there, Familiarity { device_seen_at: Some(noon()), network_seen_at: Some(noon()) });
        let elsewhere = familiar(&restarted, contoso, at(1, 2), 0).await;
        assert_eq!((elsewhere.device_seen_at, elsewhere.network_seen_at), (Some(noon()), None));
        let other_browser = familiar(&restarted, contoso, at(2, 1), 0).await;
        assert_eq!((other_browser.device_seen_at, other_browser.network_seen_at), (None, Some(noon())));
        let program = Origin { device: None, ..at(1, 1) };
        assert_eq!(familiar(&restarted, contoso, program, 0).await.device_seen_at, None);
    }

    async fn a_browser_is_listed_with_its_first_and_its_last_time(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let journal = journal(&db).await;
        journal.place_seen(seen(contoso, ada, at(1, 1), 0)).await.unwrap();
        journal.place_seen(seen(contoso, ada, at(1, 2), 3)).await.unwrap();
        let devices = db.store.known_devices(contoso, ada).await.unwrap();
        assert_eq!(devices.len(), 1);
        assert_eq!((devices[0].first_seen_at, devices[0].last_seen_at), (noon(), noon() + TimeDelta::days(3)));
        assert_eq!((devices[0].network.as_str(), devices[0].label.as_str()), ("192.0.2.2", "Edge, Windows"));
    }

    async fn places_become_strangers_with_time(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        journal(&db).await.place_seen(seen(contoso, ada, at(1, 1), 0)).await.unwrap();
        let later = familiar(&db.store, contoso, at(1, 1), 30).await;
        assert_eq!((later.device_seen_at, later.network_seen_at), (Some(noon()), None));
        assert_eq!(familiar(&db.store, contoso, at(1, 1), 400).await, Familiarity::default());
    }

    /// Whoever signs in with a new browser each time fills no disk.
    async fn so_many_places_of_a_user_are_kept_and_the_oldest_go(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let journal = journal(&db).await;
        for number in 0..25 {
            journal.place_seen(seen(contoso, ada, at(number, number), number.into())).await.unwrap();
        }
        assert_eq!(db.store.known_devices(contoso, ada).await.unwrap().len(), 20);
        let (oldest, newest) = (at(4, 4), at(24, 24));
        assert_eq!(familiar(&db.store, contoso, oldest, 25).await, Familiarity::default());
        assert!(familiar(&db.store, contoso, newest, 25).await.network_seen_at.is_some());
    }

    async fn forgotten_places_are_strangers(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        journal(&db).await.place_seen(seen(contoso, ada, at(1, 1), 0)).await.unwrap();
        db.change(async |tx| tx.forget_places(contoso, ada).await.unwrap()).await;
        assert_eq!(familiar(&db.store, contoso, at(1, 1), 0).await, Familiarity::default());
    }

    /// S73: one organisation's places are nothing to another's, and nobody's are nobody's.
    async fn places_belong_to_the_users_own_organisation(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let journal = journal(&db).await;
        journal.place_seen(seen(fabrikam, ada, at(1, 1), 0)).await.unwrap();
        journal.place_seen(seen(contoso, UserId::new(), at(1, 1), 0)).await.unwrap();
        assert_eq!(familiar(&db.store, contoso, at(1, 1), 0).await, Familiarity::default());
        journal.place_seen(seen(contoso, ada, at(1, 1), 0)).await.unwrap();
        db.change(async |tx| tx.forget_places(fabrikam, ada).await.unwrap()).await;
        assert_eq!(db.store.known_devices(fabrikam, ada).await.unwrap(), []);
        assert_eq!(db.store.known_devices(contoso, ada).await.unwrap().len(), 1);
    }

    async fn a_new_password_may_be_demanded_once(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await.id;
        let must_change = async || {
            let account = db.store.account_by_id(contoso, ada).await.unwrap().unwrap();
            account.password.map(|password| password.must_change)
        };
        db.change(async |tx| assert!(tx.require_new_password(contoso, ada).await.is_err())).await;
        db.change(async |tx| tx.set_password(contoso, ada, "$argon2id$", noon()).await.unwrap()).await;
        assert_eq!(must_change().await, Some(false));
        db.change(async |tx| tx.require_new_password(contoso, ada).await.unwrap()).await;
        assert_eq!(must_change().await, Some(true));
        db.change(async |tx| tx.set_password(contoso, ada, "$argon2id$2", noon()).await.unwrap()).await;
        assert_eq!(must_change().await, Some(false));
    }
}
