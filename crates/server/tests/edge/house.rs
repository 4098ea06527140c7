use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use authn::{AttemptLimits, Attempts, Password, PasswordLimits, Passwords, SessionLimits, Sessions};
use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use geography::Geography;
use mail::Outbox;
use model::{
    ActiveRoad, Application, ApplicationId, ApplicationKind, Attributes, Clock, Domain, DomainName,
    ImmutableId, IssuerUri, KeyState, NetworkName, Organisation, OrganisationId, Realm, ReplyAddress, Role,
    RoleId, SigningKeyId, SigningKeyRecord, Upn, User, UserId,
};
use policy::NamedNetwork;
use script::{ScriptLimits, Scripts};
use server::{App, Cookies, Edge, LoopLimits, router};
use storage::{Account, Database, EntryKind, Journal, JournalSettings, PolicyVersion, Sealer, Store, ledger};
use sts::{ActiveAddresses, ActiveParts, Parts, SecurityTokenService, SigningLane};
use tempfile::TempDir;
use token::NewKey;

/// The published address of the house.
pub const BASE_URL: &str = "https://sign-in.contoso.example";
/// The reply address used when a request names none.
pub const LOGIN_SRF: &str = "https://login.microsoftonline.com/login.srf";
/// Requests that are answered at a time.
pub const PLACES: usize = 64;
/// Ada's password; she may use Microsoft 365. Bob has the same and may not, and Dan's account is disabled.
pub const PASSWORD: &str = "correct horse battery staple";

/// One key for all tests, because making one takes a while.
static KEY: LazyLock<NewKey> = LazyLock::new(|| {
    NewKey::generate(2048, "Contoso signing", start() - TimeDelta::days(1), start() + TimeDelta::days(365))
        .unwrap()
});

/// When every test begins.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

/// A clock that stands still until it is moved.
pub struct HouseClock(Mutex<DateTime<Utc>>);

impl HouseClock {
    /// Lets time pass.
    pub fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for HouseClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A server with one organisation, two people and Microsoft 365.
pub struct House {
    /// The server's router.
    pub router: Router,
    /// The time.
    pub clock: Arc<HouseClock>,
    verified: Arc<AtomicU64>,
    /// Its database.
    pub store: Store,
    journal: Journal,
    folder: TempDir,
}

/// What a house may have beside its people.
#[derive(Default)]
pub struct Equipment {
    /// Letters to people.
    pub outbox: Option<Outbox>,
    /// Where addresses are.
    pub geography: Arc<Geography>,
}

impl House {
    /// The newest row of the ledger: what it tells of, and its details.
    pub async fn newest_row(&self) -> (EntryKind, serde_json::Value) {
        let entry = ledger::tail(&self.store, 1).await.unwrap().remove(0).entry;
        (entry.kind, entry.detail)
    }

    /// The row before the newest.
    pub async fn row_before_newest(&self) -> (EntryKind, serde_json::Value) {
        let entry = ledger::tail(&self.store, 2).await.unwrap().remove(0).entry;
        (entry.kind, entry.detail)
    }

    /// Somebody's account as it is stored.
    pub async fn account(&self, name: &str) -> Account {
        let organisation = self.store.organisations().await.unwrap().remove(0).id;
        let upn = format!("{name}@contoso.example").parse().unwrap();
        self.store.account(organisation, &upn).await.unwrap().unwrap()
    }

    /// How many hashes were computed to verify passwords.
    pub fn hashes(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// Opens a house that trusts no proxy.
    pub async fn open() -> Self {
        Self::open_behind(&[]).await
    }

    /// Opens a house that answers programs on this road. Its visitors are on the network `street`.
    pub async fn open_to_programs(road: ActiveRoad) -> Self {
        Self::build(&[], road).await
    }

    /// Opens a house behind trusted proxies.
    pub async fn open_behind(proxies: &[&str]) -> Self {
        Self::build(proxies, ActiveRoad::Off).await
    }

    async fn build(proxies: &[&str], road: ActiveRoad) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HouseClock(Mutex::new(start())));
        let url = format!("sqlite:{}", folder.path().join("house.db").display());
        let store = Store::open(&Database::new(url), Sealer::transient().unwrap()).await.unwrap();
        let passwords =
            Passwords::start(PasswordLimits { threads: 1, queue: 64, quiet: Duration::from_mins(1) })
                .unwrap();
        furnish(&store, &passwords, road).await;
        Self::run(folder, clock, store, passwords, proxies, Equipment::default()).await
    }

    /// The same house after its server was stopped and started again.
    pub async fn restarted(self) -> Self {
        self.restarted_with(Equipment::default()).await
    }

    /// The same, with more than before.
    pub async fn restarted_with(self, equipment: Equipment) -> Self {
        self.journal.shutdown().await;
        let passwords =
            Passwords::start(PasswordLimits { threads: 1, queue: 64, quiet: Duration::from_mins(1) })
                .unwrap();
        Self::run(self.folder, self.clock, self.store, passwords, &[], equipment).await
    }

    /// Puts a policy in force, for servers that start from now on.
    pub async fn decree(&self, document: &str) {
        let organisation = self.store.organisations().await.unwrap().remove(0).id;
        let version = self.store.policy(organisation).await.unwrap().map_or(0, |policy| policy.version);
        let next = PolicyVersion {
            version: version + 1,
            document: document.to_owned(),
            note: None,
            saved_by: "the test".to_owned(),
            saved_at: start(),
        };
        let mut change = self.store.begin().await.unwrap();
        change.save_policy(organisation, &next).await.unwrap();
        change.commit().await.unwrap();
    }

    async fn run(
        folder: TempDir,
        clock: Arc<HouseClock>,
        store: Store,
        passwords: Passwords,
        proxies: &[&str],
        equipment: Equipment,
    ) -> Self {
        let verified = passwords.verified();
        let settings = JournalSettings { clock: clock.clone(), ..JournalSettings::default() };
        let journal = Journal::start(store.clone(), settings).await.unwrap();
        let parts = Parts {
            clock: clock.clone(),
            journal: journal.clone(),
            signing: SigningLane::start(1, 64).unwrap(),
            scripts: Scripts::start(ScriptLimits::default(), (PathBuf::from("/nowhere"), "script-worker")),
            passwords,
            sessions: Sessions::new(store.clone(), journal.clone(), SessionLimits::default()),
            attempts: Attempts::new(AttemptLimits { account_failures: 3, ..AttemptLimits::default() })
                .unwrap(),
            geography: equipment.geography,
            outbox: equipment.outbox,
            passive_address: format!("{BASE_URL}/adfs/ls/"),
            password_page: format!("{BASE_URL}/account/password").parse().unwrap(),
            active: ActiveParts {
                addresses: ActiveAddresses::at(BASE_URL),
                networks: vec![NamedNetwork::new(
                    NetworkName::parse("street").unwrap(),
                    vec!["203.0.113.0/24".parse().unwrap()],
                )],
                ..ActiveParts::default()
            },
            store: store.clone(),
        };
        let sts = Arc::new(SecurityTokenService::open(parts).await.unwrap());
        let edge = Edge {
            base_url: BASE_URL.parse().unwrap(),
            other_hosts: vec!["127.0.0.1".into()],
            trusted_proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
            cookies: Cookies::SECURE,
            loop_limits: LoopLimits { count: 6, window: Duration::from_secs(30) },
            persistent_session: Duration::from_hours(14 * 24),
            concurrent_requests: PLACES,
        };
        let app = Arc::new(App::new(sts, Sealer::transient().unwrap(), edge));
        Self { router: router(app), clock, verified, store, journal, folder }
    }
}

/// Where every browser of these tests comes from.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 24));

async fn furnish(store: &Store, passwords: &Passwords, active_road: ActiveRoad) {
    let organisation = Organisation {
        id: OrganisationId::new(),
        name: "Contoso".into(),
        host: None,
        passkey_domain: Some("contoso.example".into()),
        accent: "#0b6b61".into(),
        demo: false,
        created_at: start(),
    };
    let domain = DomainName::parse("contoso.example").unwrap();
    let role = Role { id: RoleId::new(), organisation: organisation.id, name: "M365 Users".into() };
    let application = microsoft_365(organisation.id);
    let hash = passwords.hash(Password::parse(PASSWORD.to_owned()).unwrap()).await.unwrap();

    let mut change = store.begin().await.unwrap();
    change.insert_organisation(&organisation).await.unwrap();
    let issuer = IssuerUri::of_domain(&domain);
    let domain = Domain { organisation: organisation.id, name: domain, issuer, proven: true, active_road };
    change.insert_domain(&domain).await.unwrap();
    change.insert_role(&role).await.unwrap();
    change.insert_application(&application).await.unwrap();
    change.grant(organisation.id, application.id, role.id).await.unwrap();
    for name in ["ada", "bob", "dan"] {
        let user = User { active: name != "dan", ..person(organisation.id, name) };
        change.insert_user(&user).await.unwrap();
        change.set_password(organisation.id, user.id, &hash, start()).await.unwrap();
        if name == "ada" {
            change.add_member(organisation.id, role.id, user.id).await.unwrap();
        }
    }
    change.insert_signing_key(&signing_key(organisation.id), &KEY.pkcs8).await.unwrap();
    change.commit().await.unwrap();
}

fn microsoft_365(organisation: OrganisationId) -> Application {
    Application {
        id: ApplicationId::new(),
        organisation,
        kind: ApplicationKind::Microsoft365,
        name: "Microsoft 365".into(),
        realm: Realm::parse(Realm::MICROSOFT_ONLINE).unwrap(),
        reply_addresses: vec![ReplyAddress::parse(LOGIN_SRF).unwrap()],
        token_lifetime: model::DEFAULT_TOKEN_LIFETIME,
        issuer: None,
        token_script: None,
        enabled: true,
        second_factor: false,
    }
}

fn person(organisation: OrganisationId, name: &str) -> User {
    User {
        id: UserId::new(),
        organisation,
        upn: Upn::parse(&format!("{name}@contoso.example")).unwrap(),
        immutable_id: Some(ImmutableId::parse(&format!("{name}PSwbCl9OcWCCk6S1xtfo")).unwrap()),
        active: true,
        attributes: Attributes::default(),
        created_at: start(),
    }
}

fn signing_key(organisation: OrganisationId) -> SigningKeyRecord {
    SigningKeyRecord {
        id: SigningKeyId::new(),
        organisation,
        state: KeyState::Active,
        bits: 2048,
        certificate: KEY.certificate.clone(),
        expires_at: start() + TimeDelta::days(365),
        demo: false,
        created_at: start(),
    }
}
