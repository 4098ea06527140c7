use anyhow::Context;
use authn::{Password, PasswordLimits, Passwords, TotpSecret};
use model::{
    ActiveRoad, Attributes, Clock, Domain, DomainName, ImmutableId, IssuerUri, Organisation, OrganisationId,
    ReplyAddress, SystemClock, User, UserId,
};
use storage::Store;

use crate::init::{self, MICROSOFT_LOGIN};

/// Somebody of the demo. The passwords are fixed on purpose and refused everywhere else (S83).
pub struct Person {
    pub upn: &'static str,
    pub password: &'static str,
    /// What an authenticator app would know, base 32; none: a password is all there is.
    pub totp_secret: Option<&'static str>,
    /// What trying this person shows.
    pub shows: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    job_title: &'static str,
    has_role: bool,
    active: bool,
    must_change: bool,
}

/// The people of the demo, the first one first to try.
pub const PEOPLE: &[Person] = &[
    Person {
        upn: "ada@contoso.example",
        password: "analytical-engine-1843",
        totp_secret: None,
        shows: "signs in with a password",
        first_name: "Ada",
        last_name: "Byron",
        job_title: "Head of Computing",
        has_role: true,
        active: true,
        must_change: false,
    },
    Person {
        upn: "grace@contoso.example",
        password: "nanosecond-of-wire-30",
        totp_secret: None,
        shows: "signs in with a password",
        first_name: "Grace",
        last_name: "Hopper",
        job_title: "IT administrator",
        has_role: true,
        active: true,
        must_change: false,
    },
    Person {
        upn: "fatima@fabrikam.example",
        password: "two-domains-one-firm-2",
        totp_secret: None,
        shows: "belongs to the other domain, with an issuer of its own",
        first_name: "Fatima",
        last_name: "al-Fihri",
        job_title: "Registrar",
        has_role: true,
        active: true,
        must_change: false,
    },
    Person {
        upn: "noor@contoso.example",
        password: "no-role-no-mailbox-3",
        totp_secret: None,
        shows: "has no role that may use Microsoft 365, and is refused",
        first_name: "Noor",
        last_name: "Inayat",
        job_title: "Visitor",
        has_role: false,
        active: true,
        must_change: false,
    },
    Person {
        upn: "dan@contoso.example",
        password: "left-the-firm-in-may-4",
        totp_secret: None,
        shows: "is disabled: the right password reads like a wrong one",
        first_name: "Dan",
        last_name: "Bricklin",
        job_title: "Former employee",
        has_role: true,
        active: false,
        must_change: false,
    },
    Person {
        upn: "katherine@contoso.example",
        password: "orbit-by-hand-1962",
        totp_secret: Some("K5UGCZDFOJ2HG3DBORSXGZ3FORZWCZTF"),
        shows: "is asked for a code of an authenticator app as well",
        first_name: "Katherine",
        last_name: "Johnson",
        job_title: "Flight mathematician",
        has_role: true,
        active: true,
        must_change: false,
    },
    Person {
        upn: "mary@contoso.example",
        password: "wind-tunnel-for-now-6",
        totp_secret: None,
        shows: "has to choose a new password first",
        first_name: "Mary",
        last_name: "Jackson",
        job_title: "Aerospace engineer",
        has_role: true,
        active: true,
        must_change: true,
    },
];

/// RSA modulus length of the demo's key.
const KEY_BITS: u32 = 2048;

/// Furnishes an empty database; a furnished one is kept. The stand-in's reply address is the present one either way.
pub async fn furnish(store: &Store, stand_in: &str) -> anyhow::Result<Organisation> {
    let reply_addresses = vec![ReplyAddress::parse(MICROSOFT_LOGIN)?, ReplyAddress::parse(stand_in)?];
    if let Some(organisation) = store.organisations().await?.into_iter().next() {
        let applications = store.applications(organisation.id).await?;
        let mut microsoft_365 =
            applications.into_iter().next().context("the demo has lost its application")?;
        if microsoft_365.reply_addresses != reply_addresses {
            microsoft_365.reply_addresses = reply_addresses;
            let mut transaction = store.begin().await?;
            transaction.update_application(&microsoft_365).await?;
            transaction.commit().await?;
        }
        add_people(store, &organisation).await?;
        return Ok(organisation);
    }
    let organisation = Organisation {
        id: OrganisationId::new(),
        name: "Contoso".to_owned(),
        host: None,
        passkey_domain: Some("localhost".to_owned()),
        accent: "#0b6b61".to_owned(),
        demo: true,
        created_at: SystemClock.now(),
    };
    let mut mark = store.begin().await?;
    mark.mark_demo(organisation.created_at).await?;
    mark.commit().await?;
    init::furnish(store, &organisation, KEY_BITS, reply_addresses).await?;

    let mut transaction = store.begin().await?;
    for (name, active_road) in
        [("contoso.example", ActiveRoad::Windows), ("fabrikam.example", ActiveRoad::Off)]
    {
        let name = DomainName::parse(name)?;
        let issuer = IssuerUri::of_domain(&name);
        let organisation = organisation.id;
        transaction.insert_domain(&Domain { organisation, name, issuer, proven: true, active_road }).await?;
    }
    transaction.commit().await?;
    add_people(store, &organisation).await?;
    Ok(organisation)
}

/// Adds those who are not there yet: everybody, or whom a demo of a former version did not have.
async fn add_people(store: &Store, organisation: &Organisation) -> anyhow::Result<()> {
    let mut missing = Vec::new();
    for person in PEOPLE {
        if store.account(organisation.id, &person.upn.parse()?).await?.is_none() {
            missing.push(person);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let grants = store.grants(organisation.id).await?;
    let (_, role) = grants.into_iter().next().context("the demo has lost its role")?;
    let passwords = Passwords::start(PasswordLimits::default())?;
    let mut transaction = store.begin().await?;
    for person in missing {
        let user = person.user(organisation)?;
        let hash = passwords.hash(Password::parse(person.password.to_owned())?).await?;
        transaction.insert_user(&user).await?;
        transaction.set_password(organisation.id, user.id, &hash, organisation.created_at).await?;
        if person.must_change {
            transaction.require_new_password(organisation.id, user.id).await?;
        }
        if person.has_role {
            transaction.add_member(organisation.id, role, user.id).await?;
        }
        if let Some(secret) = person.totp_secret {
            let secret = TotpSecret::from_base32(secret).context("no secret of an authenticator app")?;
            let now = organisation.created_at;
            transaction.begin_totp(organisation.id, user.id, secret.as_bytes(), now).await?;
            transaction.confirm_totp(organisation.id, user.id, 0, now).await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

impl Person {
    fn user(&self, organisation: &Organisation) -> anyhow::Result<User> {
        let id = UserId::new();
        let mut attributes = Attributes::default();
        for (name, value) in [
            ("DisplayName", format!("{} {}", self.first_name, self.last_name)),
            ("GivenName", self.first_name.to_owned()),
            ("Surname", self.last_name.to_owned()),
            ("Mail", self.upn.to_owned()),
            ("JobTitle", self.job_title.to_owned()),
            // Read by nobody here, so that a code sent there proves something (S87).
            ("OtherMails", format!("{}@home.example", self.first_name.to_lowercase())),
        ] {
            attributes.set(name, [value])?;
        }
        Ok(User {
            id,
            organisation: organisation.id,
            upn: self.upn.parse()?,
            immutable_id: Some(ImmutableId::of_guid(id.as_uuid())),
            active: self.active,
            attributes,
            created_at: organisation.created_at,
        })
    }
}
