//! A database with one organisation and one user to sign in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use authn::{Session, SessionLimits, SessionSecret, Sessions};
use chrono::{DateTime, Utc};
use model::{
    ActiveRoad, Attributes, Domain, DomainName, IssuerUri, Organisation, OrganisationId, Upn, User, UserId,
};
use policy::Evidence;
use storage::{Database, Journal, JournalSettings, Sealer, Store};
use tempfile::TempDir;

pub struct Place {
    pub folder: TempDir,
    pub store: Store,
    pub organisation: OrganisationId,
    pub user: UserId,
}

impl Place {
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("countersign.db").display());
        let store = Store::open(&Database::new(url), Sealer::transient().unwrap()).await.unwrap();
        let organisation = OrganisationId::new();
        let mut transaction = store.begin().await.unwrap();
        transaction
            .insert_organisation(&Organisation {
                id: organisation,
                name: "Contoso".to_owned(),
                host: None,
                passkey_domain: None,
                accent: "#2255aa".to_owned(),
                demo: false,
                created_at: at(0),
            })
            .await
            .unwrap();
        let name = DomainName::parse("contoso.example").unwrap();
        let domain = Domain {
            organisation,
            issuer: IssuerUri::of_domain(&name),
            name,
            proven: true,
            active_road: ActiveRoad::Off,
        };
        transaction.insert_domain(&domain).await.unwrap();
        transaction.commit().await.unwrap();
        let place = Self { folder, store, organisation, user: UserId::new() };
        let user = place.user("ada@contoso.example").await;
        Self { user, ..place }
    }

    pub async fn user(&self, upn: &str) -> UserId {
        let user = User {
            id: UserId::new(),
            organisation: self.organisation,
            upn: Upn::parse(upn).unwrap(),
            immutable_id: None,
            active: true,
            attributes: Attributes::default(),
            created_at: at(0),
        };
        let mut transaction = self.store.begin().await.unwrap();
        transaction.insert_user(&user).await.unwrap();
        transaction.commit().await.unwrap();
        user.id
    }

    /// A journal as another process keeps it: a node has one writer, so that each is a node of its own.
    pub async fn journal(&self) -> Journal {
        static NODES: AtomicU32 = AtomicU32::new(0);
        let node = format!("node{}", NODES.fetch_add(1, Ordering::Relaxed));
        Journal::start(self.store.clone(), JournalSettings { node, ..JournalSettings::default() })
            .await
            .unwrap()
    }

    /// The sessions as a process that has just started knows them.
    pub async fn sessions(&self) -> Sessions {
        Sessions::new(self.store.clone(), self.journal().await, SessionLimits::default())
    }

    pub async fn sign_in(&self, sessions: &Sessions, now: DateTime<Utc>) -> (SessionSecret, Arc<Session>) {
        sessions.begin(self.organisation, self.user, password(now), false, None, now).await.unwrap()
    }
}

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// A password given at an instant.
pub fn password(first_factor_at: DateTime<Utc>) -> Evidence {
    Evidence::of_password(first_factor_at)
}
