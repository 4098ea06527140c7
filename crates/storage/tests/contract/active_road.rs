//! The active road of a domain: who may ask for tokens with a password and without a page.

use model::{ActiveRoad, Domain, DomainName, NetworkName, PasswordClients, RoleId};
use serde_json::json;
use storage::{EntryKind, LedgerEntry, Refusal, StorageError};

use crate::support::{TestDatabase, domain_of, noon, refusal, role};

fn password_clients(networks: &[&str], roles: &[RoleId]) -> ActiveRoad {
    let networks = networks.iter().map(|name| NetworkName::parse(name).unwrap());
    ActiveRoad::PasswordClients(PasswordClients::new(networks, roles.iter().copied()).unwrap())
}

async fn stored(db: &TestDatabase, domain: &Domain) -> ActiveRoad {
    db.store.domain(&domain.name).await.unwrap().unwrap().active_road
}

rules! {
    async fn the_active_road_reads_back_as_it_was_written(db) {
        let contoso = db.contoso().await;
        let (staff, pilots) = (role(contoso, "Staff"), role(contoso, "Pilots"));
        db.change(async |tx| {
            tx.insert_role(&staff).await.unwrap();
            tx.insert_role(&pilots).await.unwrap();
        })
        .await;
        let mut domain = domain_of(contoso, "contoso.example");
        assert_eq!(stored(&db, &domain).await, ActiveRoad::Off);
        for road in [
            ActiveRoad::Windows,
            password_clients(&["office", "vpn"], &[staff.id, pilots.id]),
            password_clients(&[], &[pilots.id]),
            password_clients(&["office"], &[]),
            ActiveRoad::Off,
        ] {
            domain.active_road = road;
            db.change(async |tx| tx.update_domain(&domain).await.unwrap()).await;
            assert_eq!(stored(&db, &domain).await, domain.active_road);
            assert_eq!(db.store.domains(contoso).await.unwrap(), std::slice::from_ref(&domain));
        }
    }

    async fn a_domain_can_begin_with_its_road_on(db) {
        let contoso = db.contoso().await;
        let staff = role(contoso, "Staff");
        let mut lab = domain_of(contoso, "lab.contoso.example");
        lab.active_road = password_clients(&["office"], &[staff.id]);
        db.change(async |tx| {
            tx.insert_role(&staff).await.unwrap();
            tx.insert_domain(&lab).await.unwrap();
        })
        .await;
        assert_eq!(stored(&db, &lab).await, lab.active_road);
        assert_eq!(stored(&db, &domain_of(contoso, "contoso.example")).await, ActiveRoad::Off);
    }

    /// S73: the road of one organisation is not paved with the roles of another.
    async fn only_roles_of_its_own_organisation_narrow_a_road(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let foreign = role(fabrikam, "Staff");
        db.change(async |tx| tx.insert_role(&foreign).await.unwrap()).await;
        let mut domain = domain_of(contoso, "contoso.example");
        for role in [foreign.id, RoleId::new()] {
            domain.active_road = password_clients(&[], &[role]);
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(refusal(tx.update_domain(&domain).await), Refusal::Missing("role"));
        }
        assert_eq!(stored(&db, &domain).await, ActiveRoad::Off);
    }

    /// S73: nobody opens the door of another organisation.
    async fn only_its_organisation_switches_a_domain(db) {
        db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let mut domain = domain_of(fabrikam, "contoso.example");
        domain.active_road = ActiveRoad::Windows;
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(refusal(tx.update_domain(&domain).await), Refusal::Missing("domain"));
        drop(tx);
        assert_eq!(stored(&db, &domain).await, ActiveRoad::Off);
    }

    /// Were the role to vanish, its domain would answer everybody, or nobody.
    async fn a_role_that_narrows_a_road_cannot_vanish(db) {
        let contoso = db.contoso().await;
        let staff = role(contoso, "Staff");
        let mut domain = domain_of(contoso, "contoso.example");
        domain.active_road = password_clients(&[], &[staff.id]);
        db.change(async |tx| {
            tx.insert_role(&staff).await.unwrap();
            tx.update_domain(&domain).await.unwrap();
        })
        .await;
        assert!(db.try_tamper("delete from roles").await.is_err());
        assert_eq!(stored(&db, &domain).await, domain.active_road);
    }

    /// The row of a change stands if and only if the change does.
    async fn a_switch_and_its_ledger_row_are_one(db) {
        let contoso = db.contoso().await;
        let mut domain = domain_of(contoso, "contoso.example");
        domain.active_road = ActiveRoad::Windows;
        let mut row = LedgerEntry::new(EntryKind::AdminChange, noon());
        row.organisation = Some(contoso);
        row.detail = json!({ "change": "domain active" });
        let rows = async || db.tamper("update ledger set kind = kind").await;

        let mut dropped = db.store.begin().await.unwrap();
        dropped.update_domain(&domain).await.unwrap();
        dropped.record(&row).await.unwrap();
        drop(dropped);
        assert_eq!((stored(&db, &domain).await, rows().await), (ActiveRoad::Off, 0));

        db.change(async |tx| {
            tx.update_domain(&domain).await.unwrap();
            tx.record(&row).await.unwrap();
        })
        .await;
        assert_eq!((stored(&db, &domain).await, rows().await), (ActiveRoad::Windows, 1));
    }

    /// The migration opens nothing: what was written before it has the road off.
    async fn a_domain_of_before_has_its_road_off(db) {
        let contoso = db.contoso().await;
        for undo in [
            "drop table active_road_roles",
            "drop index domains_of_organisation",
            "alter table domains drop column active_road",
            "alter table domains drop column active_networks",
            "delete from _sqlx_migrations where version = 2",
        ] {
            db.tamper(undo).await;
        }
        let domains = db.reopened().await.domains(contoso).await.unwrap();
        assert_eq!(domains, [domain_of(contoso, "contoso.example")]);
    }

    /// A hand in the database opens nothing: what narrows nothing, or cannot be read, is an error.
    async fn a_road_that_was_changed_by_hand_is_not_followed(db) {
        let contoso = db.contoso().await;
        let name = DomainName::parse("contoso.example").unwrap();
        for change in [
            "update domains set active_road = 'password-clients'",
            "update domains set active_road = 'password-clients', active_networks = '[\"Head Office\"]'",
        ] {
            assert_eq!(db.tamper(change).await, 1);
            let read = db.store.domain(&name).await;
            assert!(matches!(read, Err(StorageError::Unreadable { table: "domains", .. })), "{read:?}");
            assert!(db.store.domains(contoso).await.is_err());
        }
        assert!(db.try_tamper("update domains set active_road = 'everything'").await.is_err());
    }
}
