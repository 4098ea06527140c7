//! Two firms on one deployment: keys, people and scripts of one are never another's.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use authn::{AttemptLimits, Attempts, Password, PasswordLimits, Passwords, SessionLimits, Sessions};
use chrono::TimeDelta;
use model::{
    ActiveRoad, Application, ApplicationId, ApplicationKind, Attributes, Clock, DEFAULT_TOKEN_LIFETIME,
    Domain, DomainName, ImmutableId, IssuerUri, KeyState, Organisation, OrganisationId, Realm, Reference,
    ReplyAddress, Role, RoleId, SigningKeyId, SigningKeyRecord, SystemClock, User, UserId,
};
use policy::{ClientKind, Endpoint, Evidence};
use script::{ScriptLimits, Scripts};
use storage::{Database, Journal, JournalSettings, Sealer, Store};
use sts::{
    ActiveParts, Answer, Credentials, Destination, Parts, RefusalCode, SecurityTokenService, SignIn,
    SigningLane, Visit,
};
use token::{Certificate, NewKey};
use wsfed::{Message, Parameters};

const PASSWORD: &str = "correct-horse-battery";

/// A service over a database with two firms, each with a domain, a key and one user.
struct Deployment {
    sts: SecurityTokenService,
    firms: BTreeMap<&'static str, Firm>,
    _folder: tempfile::TempDir,
}

struct Firm {
    organisation: OrganisationId,
    user: UserId,
    certificate: Certificate,
}

impl Deployment {
    async fn start(script: Option<&str>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let sealer = Sealer::open_or_create(&folder.path().join("keys/key"))?;
        let store =
            Store::open(&Database::new(format!("sqlite:{}/db", folder.path().display())), sealer).await?;
        let passwords = Passwords::start(PasswordLimits::default())?;
        let hash = passwords.hash(Password::parse(PASSWORD.to_owned())?).await?;
        let mut firms = BTreeMap::new();
        for name in ["contoso.example", "fabrikam.example"] {
            firms.insert(name, furnish(&store, name, &hash, script).await?);
        }
        let journal = Journal::start(store.clone(), JournalSettings::default()).await?;
        let sts = SecurityTokenService::open(Parts {
            clock: Arc::new(SystemClock),
            signing: SigningLane::start(1, 16)?,
            // No worker can be started: a script that needs one fails, and that must mean no token.
            scripts: Scripts::start(ScriptLimits::default(), ("/nonexistent".into(), "script-worker")),
            sessions: Sessions::new(store.clone(), journal.clone(), SessionLimits::default()),
            attempts: Attempts::new(AttemptLimits::default())?,
            geography: Arc::default(),
            outbox: None,
            passive_address: "https://sign-in.example/adfs/ls/".to_owned(),
            password_page: "https://sign-in.example/account/password".parse()?,
            active: ActiveParts::default(),
            passwords,
            journal,
            store,
        })
        .await?;
        Ok(Self { sts, firms, _folder: folder })
    }

    async fn sign_in(&self, at: &str, upn: &str) -> anyhow::Result<SignIn> {
        self.sign_in_on(&self.visit(at)?, upn).await
    }

    async fn sign_in_on(&self, visit: &Visit, upn: &str) -> anyhow::Result<SignIn> {
        let credentials = Credentials {
            username: upn.to_owned(),
            password: Password::parse(PASSWORD.to_owned()).ok(),
            keep: false,
        };
        Ok(self.sts.sign_in_with_password(visit, &request()?, credentials).await?)
    }

    fn visit(&self, at: &str) -> anyhow::Result<Visit> {
        let firm = self.firms.get(at).ok_or_else(|| anyhow::anyhow!("no such firm"))?;
        Ok(Visit {
            organisation: firm.organisation,
            reference: Reference::from_random([7; 5]),
            device: None,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: String::new(),
            client: ClientKind::Browser,
            endpoint: Endpoint::Passive,
            correlation: None,
            now: SystemClock.now(),
            network_changed: false,
            session: None,
        })
    }
}

async fn furnish(store: &Store, domain: &str, hash: &str, script: Option<&str>) -> anyhow::Result<Firm> {
    let now = SystemClock.now();
    let organisation = Organisation {
        id: OrganisationId::new(),
        name: domain.to_owned(),
        host: Some(format!("sign-in.{domain}")),
        passkey_domain: Some(domain.to_owned()),
        accent: "#0b6b61".to_owned(),
        demo: false,
        created_at: now,
    };
    let id = organisation.id;
    let key = NewKey::generate(2048, domain, now - TimeDelta::days(1), now + TimeDelta::days(30))?;
    let certificate = Certificate::parse(&key.certificate)?;
    let record = SigningKeyRecord {
        id: SigningKeyId::new(),
        organisation: id,
        state: KeyState::Active,
        bits: 2048,
        certificate: key.certificate.clone(),
        expires_at: certificate.not_after(),
        demo: false,
        created_at: now,
    };
    let name = DomainName::parse(domain)?;
    let issuer = IssuerUri::of_domain(&name);
    let user = User {
        id: UserId::new(),
        organisation: id,
        upn: format!("ada@{domain}").parse()?,
        immutable_id: Some(ImmutableId::parse("PSwbCl9OcWCCk6S1xtfo+Q==")?),
        active: true,
        attributes: Attributes::default(),
        created_at: now,
    };
    let role = Role { id: RoleId::new(), organisation: id, name: "Everybody".to_owned() };
    let application = Application {
        id: ApplicationId::new(),
        organisation: id,
        kind: ApplicationKind::Microsoft365,
        name: "Microsoft 365".to_owned(),
        realm: Realm::parse(Realm::MICROSOFT_ONLINE)?,
        reply_addresses: vec![ReplyAddress::parse("https://login.microsoftonline.com/login.srf")?],
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        issuer: None,
        token_script: script.map(str::to_owned),
        enabled: true,
        second_factor: false,
    };
    let mut transaction = store.begin().await?;
    transaction.insert_organisation(&organisation).await?;
    transaction
        .insert_domain(&Domain { organisation: id, name, issuer, proven: true, active_road: ActiveRoad::Off })
        .await?;
    transaction.insert_user(&user).await?;
    transaction.set_password(id, user.id, hash, now).await?;
    transaction.insert_role(&role).await?;
    transaction.add_member(id, role.id, user.id).await?;
    transaction.insert_application(&application).await?;
    transaction.grant(id, application.id, role.id).await?;
    transaction.insert_signing_key(&record, &key.pkcs8).await?;
    transaction.commit().await?;
    Ok(Firm { organisation: id, user: user.id, certificate })
}

fn request() -> anyhow::Result<Destination> {
    let parameters = Parameters::parse(b"wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline")?;
    match Message::parse(&parameters)? {
        Message::SignIn(request) => Ok(request.into()),
        other => anyhow::bail!("{other:?} is no sign-in"),
    }
}

/// The response as the relying party gets it.
fn response(answer: &Answer) -> anyhow::Result<String> {
    let html = std::str::from_utf8(&answer.response_html)?;
    Ok(html
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&"))
}

/// S72: for every pair of firms, a token of one fails against the other's certificate.
#[tokio::test]
async fn a_token_of_one_firm_fails_against_the_certificate_of_another() -> anyhow::Result<()> {
    let deployment = Deployment::start(None).await?;
    for (name, own) in &deployment.firms {
        let SignIn::Issued(answer) = deployment.sign_in(name, &format!("ada@{name}")).await? else {
            anyhow::bail!("no token at {name}")
        };
        let response = response(&answer)?;
        assert!(response.contains(&format!("Issuer=\"URN:{name}\"")));
        for (other, firm) in &deployment.firms {
            let verified = token::verify_sample(response.as_bytes(), &firm.certificate).is_ok();
            assert_eq!(verified, firm.organisation == own.organisation, "{name} against {other}");
        }
    }
    Ok(())
}

/// S73, S40: a person of one firm is nobody at the address of another, and the words are those for anybody.
#[tokio::test]
async fn a_person_of_one_firm_is_unknown_at_another() -> anyhow::Result<()> {
    let deployment = Deployment::start(None).await?;
    let foreign = deployment.sign_in("contoso.example", "ada@fabrikam.example").await?;
    let unknown = deployment.sign_in("contoso.example", "nobody@contoso.example").await?;
    let (SignIn::Challenge(foreign), SignIn::Challenge(unknown)) = (foreign, unknown) else {
        anyhow::bail!("somebody got in")
    };
    assert_eq!(foreign.failure, unknown.failure);
    assert_eq!(foreign.reason, unknown.reason);
    Ok(())
}

/// S74: with two firms, only their own hosts are anybody's.
#[tokio::test]
async fn an_address_without_a_firm_of_its_own_is_nobodys() -> anyhow::Result<()> {
    let deployment = Deployment::start(None).await?;
    let at = |host| deployment.sts.organisation_for_host(host).map(|organisation| organisation.name.clone());
    assert_eq!(at(Some("sign-in.contoso.example")).as_deref(), Some("contoso.example"));
    assert_eq!(at(Some("SIGN-IN.fabrikam.example:443")).as_deref(), Some("fabrikam.example"));
    assert_eq!(at(Some("sign-in.example")), None);
    assert_eq!(at(None), None);
    Ok(())
}

/// TOK-14: a script that cannot run means no token, never one without its decoration.
#[tokio::test]
async fn a_script_that_fails_means_no_token() -> anyhow::Result<()> {
    let deployment = Deployment::start(Some("setAttribute('team', 'computing');")).await?;
    let SignIn::Refused(refusal) = deployment.sign_in("contoso.example", "ada@contoso.example").await? else {
        anyhow::bail!("a token without its script")
    };
    assert_eq!(refusal.code, RefusalCode::ScriptFailed);
    Ok(())
}

/// TOK-14, S20: whoever gets no token gets no new session either, and keeps the one they had.
#[tokio::test]
async fn a_sign_in_without_a_token_leaves_the_session_as_it_was() -> anyhow::Result<()> {
    let deployment = Deployment::start(Some("setAttribute('team', 'computing');")).await?;
    let (mut visit, firm) = (deployment.visit("contoso.example")?, &deployment.firms["contoso.example"]);
    let evidence = Evidence::of_password(visit.now);
    let sessions = deployment.sts.sessions();
    let (secret, session) =
        sessions.begin(firm.organisation, firm.user, evidence, false, None, visit.now).await?;
    visit.session = Some(session);

    let refused = deployment.sign_in_on(&visit, "ada@contoso.example").await?;

    assert!(matches!(refused, SignIn::Refused(_)));
    assert!(sessions.find(&secret, firm.organisation, visit.now).await?.is_some());
    Ok(())
}
