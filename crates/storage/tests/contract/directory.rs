//! The directory: organisations, domains, users, roles, applications and their rules, on both databases.

use crate::support::{TestDatabase, domain_of, microsoft_365, noon, organisation, role, user};
use model::{DomainName, ImmutableId, OrganisationId, Realm, UserId};
use serde_json::json;
use storage::ledger::tail;
use storage::{EntryKind, Journal, JournalSettings, LedgerEntry, Reason, Refusal, StorageError};

/// The rule that a change would have broken.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, StorageError>) -> Refusal {
    match outcome {
        Err(StorageError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn anchor(text: &str) -> Option<ImmutableId> {
    Some(ImmutableId::parse(text).unwrap())
}

async fn issue_token(db: &TestDatabase, organisation: OrganisationId, user: UserId) {
    let journal = Journal::start(db.store.clone(), JournalSettings::default()).await.unwrap();
    let entry = LedgerEntry {
        organisation: Some(organisation),
        user: Some(user),
        ..LedgerEntry::new(EntryKind::TokenIssued, noon())
    };
    journal.record(entry).await.unwrap();
    journal.shutdown().await;
}

rules! {
    async fn an_organisation_reads_back_as_it_was_written(db) {
        let mut contoso = organisation("Contoso");
        contoso.host = Some("sign-in.contoso.example".to_owned());
        db.change(async |tx| tx.insert_organisation(&contoso).await.unwrap()).await;
        assert_eq!(db.store.organisation(contoso.id).await.unwrap(), Some(contoso.clone()));

        contoso.name = "Contoso & Söhne".to_owned();
        db.change(async |tx| tx.update_organisation(&contoso).await.unwrap()).await;
        assert_eq!(db.store.organisations().await.unwrap(), [contoso]);
    }

    async fn a_host_leads_to_one_organisation(db) {
        let mut contoso = organisation("Contoso");
        contoso.host = Some("sign-in.example".to_owned());
        let mut fabrikam = organisation("Fabrikam");
        fabrikam.host.clone_from(&contoso.host);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_organisation(&contoso).await.unwrap();
        let refused = refusal(tx.insert_organisation(&fabrikam).await);
        assert_eq!(refused, Refusal::HostTaken("sign-in.example".to_owned()));
    }

    /// S83: what a demo made is a demo's for ever.
    async fn the_demo_mark_cannot_be_taken_away(db) {
        assert!(!db.store.is_demo().await.unwrap());
        let mut contoso = organisation("Contoso");
        contoso.demo = true;
        db.change(async |tx| tx.insert_organisation(&contoso).await.unwrap()).await;

        contoso.demo = false;
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(refusal(tx.update_organisation(&contoso).await), Refusal::DemoForEver);
        drop(tx);
        assert!(db.store.is_demo().await.unwrap());
    }

    async fn an_installation_marked_as_demo_is_one_without_any_data(db) {
        db.change(async |tx| {
            tx.mark_demo(noon()).await.unwrap();
            tx.mark_demo(noon()).await.unwrap();
        })
        .await;
        assert!(db.reopened().await.is_demo().await.unwrap());
    }

    /// S71: neither a domain, nor one above or below it, belongs to two organisations.
    async fn a_domain_belongs_to_one_organisation(db) {
        let contoso = db.organisation("Contoso", "mail.contoso.example").await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        for name in ["mail.contoso.example", "contoso.example", "a.b.mail.contoso.example"] {
            let mut tx = db.store.begin().await.unwrap();
            let refused = refusal(tx.insert_domain(&domain_of(fabrikam, name)).await);
            assert_eq!(refused, Refusal::DomainTaken(DomainName::parse(name).unwrap()));
        }
        db.change(async |tx| {
            tx.insert_domain(&domain_of(contoso, "contoso.example")).await.unwrap();
            tx.insert_domain(&domain_of(fabrikam, "notcontoso.example")).await.unwrap();
        })
        .await;
        assert_eq!(db.store.domains(contoso).await.unwrap().len(), 2);
    }

    async fn a_domain_that_exists_is_changed_only_by_its_organisation(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let mut domain = domain_of(contoso, "contoso.example");
        domain.proven = false;
        db.change(async |tx| tx.update_domain(&domain).await.unwrap()).await;
        assert_eq!(db.store.domain(&domain.name).await.unwrap(), Some(domain.clone()));

        domain.organisation = fabrikam;
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(refusal(tx.update_domain(&domain).await), Refusal::Missing("domain"));
    }

    /// TOK-16: a subdomain is its root's.
    async fn the_nearest_registered_domain_answers_for_a_name(db) {
        let contoso = db.contoso().await;
        let over = async |name: &str| {
            let domain = db.store.domain_over(&DomainName::parse(name).unwrap()).await.unwrap();
            domain.map(|domain| domain.name.to_string())
        };
        assert_eq!(over("a.b.contoso.example").await.as_deref(), Some("contoso.example"));
        db.change(async |tx| tx.insert_domain(&domain_of(contoso, "b.contoso.example")).await.unwrap()).await;
        assert_eq!(over("a.b.contoso.example").await.as_deref(), Some("b.contoso.example"));
        assert_eq!(over("evilcontoso.example").await, None);
    }

    async fn a_user_reads_back_as_written(db) {
        let contoso = db.contoso().await;
        let mut ada = user(contoso, "Ada@contoso.example");
        ada.immutable_id = anchor("QURB");
        db.change(async |tx| tx.insert_user(&ada).await.unwrap()).await;
        assert_eq!(db.store.user(contoso, ada.id).await.unwrap(), Some(ada.clone()));

        ada.active = false;
        ada.attributes.set("JobTitle", ["Countess"]).unwrap();
        db.change(async |tx| tx.update_user(&ada).await.unwrap()).await;
        assert_eq!(db.store.users(contoso, "", 10).await.unwrap(), [ada]);
    }

    async fn users_are_found_by_any_part_of_their_name_and_wildcards_are_letters(db) {
        let contoso = db.contoso().await;
        for upn in ["ada@contoso.example", "Bob_B@contoso.example", "bobxb@contoso.example"] {
            db.user(contoso, upn).await;
        }
        let found = async |text: &str, limit| {
            let users = db.store.users(contoso, text, limit).await.unwrap();
            users.into_iter().map(|user| user.upn.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("BOB_", 10).await, ["Bob_B@contoso.example"]);
        assert_eq!(found("%", 10).await, Vec::<String>::new());
        assert_eq!(found("", 2).await.len(), 2);
    }

    async fn the_domain_of_a_user_is_the_organisations_own(db) {
        let contoso = db.contoso().await;
        db.organisation("Fabrikam", "fabrikam.example").await;
        for upn in ["eve@fabrikam.example", "eve@nowhere.example", "eve@evilcontoso.example"] {
            let eve = user(contoso, upn);
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(refusal(tx.insert_user(&eve).await), Refusal::ForeignDomain(eve.upn.clone()));
        }
        db.user(contoso, "eve@mail.contoso.example").await;
    }

    async fn two_spellings_of_a_name_are_one_user(db) {
        let contoso = db.contoso().await;
        db.user(contoso, "ada@contoso.example").await;
        let again = user(contoso, "ADA@Contoso.example");
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(refusal(tx.insert_user(&again).await), Refusal::UpnTaken(again.upn.clone()));
    }

    /// S41: an anchor names one user; it is compared with letter case, as Entra does.
    async fn an_immutable_id_names_one_user_of_the_organisation(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let with_anchor = |organisation, upn, text| {
            let mut user = user(organisation, upn);
            user.immutable_id = anchor(text);
            user
        };
        let ada = with_anchor(contoso, "ada@contoso.example", "QURB");
        db.change(async |tx| {
            tx.insert_user(&ada).await.unwrap();
            tx.insert_user(&with_anchor(contoso, "bob@contoso.example", "qurb")).await.unwrap();
            tx.insert_user(&with_anchor(fabrikam, "fay@fabrikam.example", "QURB")).await.unwrap();
        })
        .await;
        let eve = with_anchor(contoso, "eve@contoso.example", "QURB");
        let mut tx = db.store.begin().await.unwrap();
        let taken = Refusal::ImmutableIdTaken(eve.immutable_id.clone().unwrap());
        assert_eq!(refusal(tx.insert_user(&eve).await), taken);
    }

    /// S41, ANC-02: an anchor may be corrected until Entra has seen it.
    async fn an_immutable_id_stays_once_a_token_was_issued(db) {
        let contoso = db.contoso().await;
        let mut ada = db.user(contoso, "ada@contoso.example").await;
        for text in ["first", "second"] {
            ada.immutable_id = anchor(text);
            db.change(async |tx| tx.update_user(&ada).await.unwrap()).await;
        }
        issue_token(&db, contoso, ada.id).await;

        for changed in [anchor("third"), None] {
            ada.immutable_id = changed;
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(refusal(tx.update_user(&ada).await), Refusal::ImmutableIdFixed(ada.upn.clone()));
        }
    }

    /// ANC-02: whoever changes it all the same says why, in the ledger.
    async fn an_immutable_id_is_changed_for_a_reason_that_the_ledger_keeps(db) {
        let contoso = db.contoso().await;
        let mut ada = user(contoso, "ada@contoso.example");
        ada.immutable_id = anchor("first");
        db.change(async |tx| tx.insert_user(&ada).await.unwrap()).await;
        issue_token(&db, contoso, ada.id).await;

        let reason = Reason { by: "root@host", why: "moved to another forest", at: noon() };
        db.change(async |tx| {
            tx.change_immutable_id(contoso, ada.id, anchor("second"), reason).await.unwrap();
        })
        .await;

        let stored = db.store.user(contoso, ada.id).await.unwrap().unwrap();
        assert_eq!(stored.immutable_id, anchor("second"));
        let rows = tail(&db.store, 10).await.unwrap();
        let row = rows.iter().find(|row| row.entry.kind == EntryKind::AdminChange).unwrap();
        assert_eq!(row.entry.detail["why"], "moved to another forest");
        assert_eq!(row.entry.personal["before"], "first");
        assert_eq!(row.entry.personal["after"], "second");
    }

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
        assert_eq!(db.store.members(contoso, staff.id).await.unwrap(), [ada.clone()]);
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
        staff.name = "staff".to_owned();
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

    async fn a_change_that_is_not_committed_never_happened(db) {
        let before = db.store.revision().await.unwrap();
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_organisation(&organisation("Contoso")).await.unwrap();
        tx.record(&LedgerEntry::new(EntryKind::AdminChange, noon())).await.unwrap();
        drop(tx);

        assert_eq!(db.store.organisations().await.unwrap(), []);
        assert_eq!(tail(&db.store, 10).await.unwrap(), []);
        assert_eq!(db.store.revision().await.unwrap(), before);
    }

    async fn every_commit_moves_the_revision_that_other_processes_watch(db) {
        let watcher = db.reopened().await;
        let before = watcher.revision().await.unwrap();
        let tx = db.store.begin().await.unwrap();
        let revision = tx.commit().await.unwrap();
        assert_eq!(revision, before + 1);
        assert_eq!(watcher.revision().await.unwrap(), revision);
    }

    async fn an_administrative_row_stands_with_its_change(db) {
        let entry = LedgerEntry {
            personal: json!({ "by": "root@host" }),
            detail: json!({ "change": "organisation" }),
            ..LedgerEntry::new(EntryKind::AdminChange, noon())
        };
        db.change(async |tx| {
            assert_eq!(tx.record(&entry).await.unwrap().sequence, 1);
            assert_eq!(tx.record(&entry).await.unwrap().sequence, 2);
        })
        .await;
        let rows = tail(&db.store, 10).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].node.as_str(), &rows[1].entry), ("administration", &entry));
    }

    async fn what_cannot_be_read_back_is_named(db) {
        let contoso = db.contoso().await;
        let ada = db.user(contoso, "ada@contoso.example").await;
        assert_eq!(db.tamper("update users set upn = 'nonsense'").await, 1);
        let error = db.store.user(contoso, ada.id).await.unwrap_err().to_string();
        assert!(error.contains("users.upn") && error.contains(&ada.id.to_string()), "{error}");
    }
}
