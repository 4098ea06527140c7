//! The directory: organisations, domains, users, and how they change.

use crate::support::{TestDatabase, domain_of, noon, organisation, refusal, user};
use model::{DomainName, ImmutableId, OrganisationId, UserId};
use serde_json::json;
use storage::ledger::tail;
use storage::{EntryKind, Journal, JournalSettings, LedgerEntry, Reason, Refusal};

fn anchor(text: &str) -> ImmutableId {
    ImmutableId::parse(text).unwrap()
}

async fn issue_token(db: &TestDatabase, organisation: OrganisationId, user: UserId) {
    let journal = Journal::start(db.store.clone(), JournalSettings::default()).await.unwrap();
    let entry = LedgerEntry {
        organisation: Some(organisation),
        user: Some(user),
        ..LedgerEntry::new(EntryKind::TokenIssued, noon())
    };
    journal.record(&entry).await.unwrap();
    journal.shutdown().await;
}

rules! {
    async fn an_organisation_reads_back_as_it_was_written(db) {
        let mut contoso = organisation("Contoso");
        contoso.host = Some("sign-in.contoso.example".to_owned());
        db.change(async |tx| tx.insert_organisation(&contoso).await.unwrap()).await;
        assert_eq!(db.store.organisation(contoso.id).await.unwrap(), Some(contoso.clone()));

        contoso.name.push_str(" & Söhne");
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
        ada.immutable_id = Some(anchor("QURB"));
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
            user.immutable_id = Some(anchor(text));
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
            ada.immutable_id = Some(anchor(text));
            db.change(async |tx| tx.update_user(&ada).await.unwrap()).await;
        }
        issue_token(&db, contoso, ada.id).await;

        for changed in [Some(anchor("third")), None] {
            ada.immutable_id = changed;
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(refusal(tx.update_user(&ada).await), Refusal::ImmutableIdFixed(ada.upn.clone()));
        }
    }

    /// ANC-02: whoever changes it all the same says why, in the ledger.
    async fn an_immutable_id_is_changed_for_a_reason_that_the_ledger_keeps(db) {
        let contoso = db.contoso().await;
        let mut ada = user(contoso, "ada@contoso.example");
        ada.immutable_id = Some(anchor("first"));
        db.change(async |tx| tx.insert_user(&ada).await.unwrap()).await;
        issue_token(&db, contoso, ada.id).await;

        let reason = Reason { by: "root@host", why: "moved to another forest", at: noon() };
        db.change(async |tx| {
            tx.change_immutable_id(contoso, ada.id, Some(anchor("second")), reason).await.unwrap();
        })
        .await;

        let stored = db.store.user(contoso, ada.id).await.unwrap().unwrap();
        assert_eq!(stored.immutable_id, Some(anchor("second")));
        let rows = tail(&db.store, 10).await.unwrap();
        let row = rows.iter().find(|row| row.entry.kind == EntryKind::AdminChange).unwrap();
        assert_eq!(row.entry.detail["why"], "moved to another forest");
        assert_eq!(row.entry.personal["before"], "first");
        assert_eq!(row.entry.personal["after"], "second");
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
