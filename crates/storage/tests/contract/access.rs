//! Who may use what: accounts, roles, applications and grants.

use model::Realm;
use storage::Refusal;

use crate::support::{TestDatabase, microsoft_365, noon, refusal, role};

rules! {
    async fn an_account_has_its_password_and_roles(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await;
        let mail = role(contoso, "Office 365 Email Integration Users");
        db.change(async |tx| {
            tx.insert_role(&mail).await.unwrap();
            tx.add_member(contoso, mail.id, ada.id).await.unwrap();
            tx.add_member(contoso, mail.id, ada.id).await.unwrap();
            tx.set_password(contoso, ada.id, "$argon2id$old", noon()).await.unwrap();
            tx.set_password(contoso, ada.id, "$argon2id$new", noon()).await.unwrap();
        })
        .await;

        let spelt_otherwise = "ADA@contoso.example".parse().unwrap();
        let account = db.store.account(contoso, &spelt_otherwise).await.unwrap().unwrap();
        assert_eq!(db.store.account_by_id(contoso, ada.id).await.unwrap(), Some(account.clone()));
        assert_eq!(account.user, ada);
        assert_eq!(account.roles, [mail]);
        assert_eq!(account.password.as_ref().unwrap().hash, "$argon2id$new");
        assert!(!format!("{account:?}").contains("argon2id"));
    }

    async fn an_account_without_password_has_none(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await;
        let account = db.store.account(contoso, &ada.upn).await.unwrap().unwrap();
        assert_eq!((account.password, account.roles), (None, Vec::new()));
    }

    /// S73: what belongs to one organisation does not exist for another.
    async fn one_organisation_cannot_reach_anothers(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let ada = db.user(contoso, "ada@contoso.example").await;
        let (role, app) = (role(fabrikam, "Staff"), microsoft_365(contoso));
        db.change(async |tx| {
            tx.insert_role(&role).await.unwrap();
            tx.insert_application(&app).await.unwrap();
        })
        .await;

        assert_eq!(db.store.user(fabrikam, ada.id).await.unwrap(), None);
        assert_eq!(db.store.account(fabrikam, &ada.upn).await.unwrap(), None);
        assert_eq!(db.store.application_by_realm(fabrikam, &app.realm).await.unwrap(), None);
        for organisation in [contoso, fabrikam] {
            let mut tx = db.store.begin().await.unwrap();
            let missing = Refusal::Missing("role or user");
            assert_eq!(refusal(tx.add_member(organisation, role.id, ada.id).await), missing);
            let missing = Refusal::Missing("application or role");
            assert_eq!(refusal(tx.grant(organisation, app.id, role.id).await), missing);
        }
        let mut tx = db.store.begin().await.unwrap();
        let outcome = tx.set_password(fabrikam, ada.id, "$argon2id$", noon()).await;
        assert_eq!(refusal(outcome), Refusal::Missing("user"));
    }

    async fn a_role_has_members_until_they_leave(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await;
        let staff = role(contoso, "Staff");
        db.change(async |tx| {
            tx.insert_role(&staff).await.unwrap();
            tx.add_member(contoso, staff.id, ada.id).await.unwrap();
        })
        .await;
        assert_eq!(db.store.members(contoso, staff.id).await.unwrap(), std::slice::from_ref(&ada));
        db.change(async |tx| tx.remove_member(contoso, staff.id, ada.id).await.unwrap()).await;
        assert_eq!(db.store.members(contoso, staff.id).await.unwrap(), []);
    }

    async fn roles_differ_by_more_than_letter_case(db) {
        let contoso = db.contoso().await;
        let mut staff = role(contoso, "Staff");
        db.change(async |tx| tx.insert_role(&staff).await.unwrap()).await;
        assert_eq!(db.store.role_by_name(contoso, "sTAFF").await.unwrap(), Some(staff.clone()));

        let mut tx = db.store.begin().await.unwrap();
        let refused = refusal(tx.insert_role(&role(contoso, "STAFF")).await);
        assert_eq!(refused, Refusal::RoleTaken("STAFF".to_owned()));
        staff.name.make_ascii_lowercase();
        tx.update_role(&staff).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.roles(contoso).await.unwrap(), [staff]);
    }

    async fn an_application_reads_back_as_written(db) {
        let contoso = db.contoso().await;
        let mut app = microsoft_365(contoso);
        db.change(async |tx| tx.insert_application(&app).await.unwrap()).await;
        assert_eq!(db.store.application_by_realm(contoso, &app.realm).await.unwrap(), Some(app.clone()));

        app.enabled = false;
        app.token_script = None;
        app.reply_addresses.reverse();
        db.change(async |tx| tx.update_application(&app).await.unwrap()).await;
        assert_eq!(db.store.applications(contoso).await.unwrap(), [app]);
    }

    async fn a_realm_names_one_application_byte_for_byte(db) {
        let contoso = db.contoso().await;
        let app = microsoft_365(contoso);
        let mut other = microsoft_365(contoso);
        other.realm = Realm::parse("urn:federation:microsoftonline").unwrap();
        db.change(async |tx| {
            tx.insert_application(&app).await.unwrap();
            tx.insert_application(&other).await.unwrap();
        })
        .await;
        let mut tx = db.store.begin().await.unwrap();
        let taken = Refusal::RealmTaken(app.realm.clone());
        assert_eq!(refusal(tx.insert_application(&microsoft_365(contoso)).await), taken);
        other.realm.clone_from(&app.realm);
        assert_eq!(refusal(tx.update_application(&other).await), taken);
    }

    async fn an_application_has_a_reply_address(db) {
        let mut app = microsoft_365(db.contoso().await);
        app.reply_addresses.clear();
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(refusal(tx.insert_application(&app).await), Refusal::NoReplyAddress);
    }

    async fn a_token_lives_neither_too_short_nor_too_long(db) {
        let mut app = microsoft_365(db.contoso().await);
        for seconds in [0, 299, 28_801] {
            app.token_lifetime = seconds;
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(refusal(tx.insert_application(&app).await), Refusal::TokenLifetime(seconds));
        }
    }

    async fn a_grant_holds_until_it_is_revoked(db) {
        let contoso = db.contoso().await;
        let (staff, app) = (role(contoso, "Staff"), microsoft_365(contoso));
        db.change(async |tx| {
            tx.insert_role(&staff).await.unwrap();
            tx.insert_application(&app).await.unwrap();
            tx.grant(contoso, app.id, staff.id).await.unwrap();
            tx.grant(contoso, app.id, staff.id).await.unwrap();
        })
        .await;
        assert_eq!(db.store.grants(contoso).await.unwrap(), [(app.id, staff.id)]);
        db.change(async |tx| tx.revoke(contoso, app.id, staff.id).await.unwrap()).await;
        assert_eq!(db.store.grants(contoso).await.unwrap(), []);
    }
}
