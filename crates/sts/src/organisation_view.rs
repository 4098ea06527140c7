use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;
use chrono::{DateTime, Utc};
use claims::{PasswordAge, TokenScript, issuer_of};
use model::{
    Application, ApplicationKind, Domain, DomainName, IssuerUri, Organisation, OrganisationId, Realm, RoleId,
    Upn, User,
};
use policy::{Mechanism, Mechanisms, NamedNetwork, NamedNetworks, Policy};
use storage::{Account, Store};
use token::{Assertion, IssuedToken, ResponseFormat, Signer, TokenError, TokenPlan};
use url::Url;

use crate::StsError;
use crate::key_ring::KeyRing;
use crate::mailbox::mailbox;
use crate::metadata::Document;
use crate::portal;

/// One organisation as the road needs it: what it trusts, with what it signs, and how its domains are called.
pub struct OrganisationView {
    /// The organisation itself.
    pub organisation: Arc<Organisation>,
    /// Who may sign in, from where, when and with what.
    pub policy: Policy,
    /// Its signing keys.
    pub keys: KeyRing,
    /// Its federation metadata, one document per domain, made when first asked for.
    pub metadata: Mutex<HashMap<DomainName, Arc<Document>>>,
    domains: Vec<Domain>,
    takes_mail_codes: bool,
    password_page: String,
    relying_parties: BTreeMap<String, Arc<RelyingParty>>,
    /// Our own portal, as the policy knows it. It is no relying party: no request names it.
    pub portal: Arc<RelyingParty>,
}

/// What all organisations of an installation share.
pub struct Installation {
    /// The networks that have a name.
    pub networks: Vec<NamedNetwork>,
    /// Whether there is a mail server.
    pub sends_mail: bool,
    /// Where people of an organisation without a host of its own change their password.
    pub password_page: Url,
}

/// An application with everything a token for it needs.
pub struct RelyingParty {
    /// The application as stored.
    pub application: Application,
    /// The plan of its latest response in each format: the next one most likely has the same shape.
    plans: [ArcSwapOption<TokenPlan>; 3],
    /// Its token script, recognised or to be run in a worker.
    pub script: TokenScript,
    roles: HashSet<RoleId>,
}

impl OrganisationView {
    /// Reads an organisation whole.
    pub async fn load(
        store: &Store,
        organisation: Arc<Organisation>,
        installation: &Installation,
    ) -> Result<Self, StsError> {
        let policy = policy(store, organisation.id, &installation.networks).await?;
        let keys = KeyRing::load(store, organisation.id).await?;
        let mut roles: HashMap<_, HashSet<RoleId>> = HashMap::new();
        for (application, role) in store.grants(organisation.id).await? {
            roles.entry(application).or_default().insert(role);
        }
        let relying_parties = store.applications(organisation.id).await?.into_iter().map(|application| {
            let relying_party = RelyingParty {
                plans: Default::default(),
                script: TokenScript::recognise(application.token_script.as_deref()),
                roles: roles.remove(&application.id).unwrap_or_default(),
                application,
            };
            (relying_party.application.realm.to_string(), Arc::new(relying_party))
        });
        Ok(Self {
            relying_parties: relying_parties.collect(),
            portal: Arc::new(RelyingParty {
                plans: Default::default(),
                script: TokenScript::recognise(None),
                roles: HashSet::new(),
                application: portal::application(organisation.id)?,
            }),
            domains: store.domains(organisation.id).await?,
            metadata: Mutex::default(),
            takes_mail_codes: installation.sends_mail && policy.names_second(Mechanism::EmailCode),
            password_page: password_page(installation, &organisation),
            policy,
            keys,
            organisation,
        })
    }

    /// The application with this realm, compared byte for byte.
    pub fn relying_party(&self, realm: &Realm) -> Option<&Arc<RelyingParty>> {
        self.relying_parties.get(realm.as_str())
    }

    /// Every application.
    pub fn relying_parties(&self) -> impl Iterator<Item = &Arc<RelyingParty>> {
        self.relying_parties.values()
    }

    /// The domain that metadata speaks for: the one named, or the first (protocol.md §3).
    pub fn domain(&self, name: Option<&str>) -> Option<&Domain> {
        match name {
            None => self.domains.iter().find(|domain| domain.proven),
            Some(name) => self.domains.iter().find(|domain| domain.proven && domain.name.as_str() == name),
        }
    }

    /// The domain that speaks for a name, if a proven one does.
    pub fn domain_of(&self, upn: &Upn) -> Option<&Domain> {
        Domain::of_user(upn, &self.domains)
    }

    /// The second factors that somebody can give: those enrolled, and a code by mail where some profile takes one and
    /// there is a mailbox for it (S87).
    pub fn second_factors(&self, account: &Account) -> Mechanisms {
        let enrolled = account.second_factors();
        let has_mailbox = self.takes_mail_codes && mailbox(&account.user, &self.domains).is_ok();
        if has_mailbox { enrolled.with(Mechanism::EmailCode) } else { enrolled }
    }

    /// What a token can say of somebody's password; nothing of who has none.
    pub fn password_age<'a>(&'a self, account: &Account, now: DateTime<Utc>) -> Option<PasswordAge<'a>> {
        let changed_at = account.password.as_ref()?.changed_at;
        Some(PasswordAge {
            rules: self.policy.passwords(),
            changed_at,
            now,
            change_address: &self.password_page,
        })
    }

    /// Whether any domain answers active requestors at all.
    pub fn has_active_road(&self) -> bool {
        self.domains.iter().any(|domain| domain.proven && domain.active_road.is_on())
    }

    /// The issuer of a user's tokens: for Microsoft 365 the registered issuer of the user's own domain, a
    /// subdomain's being its root's (S40, TOK-16); for others the application's, by default the first domain's.
    /// None when the domain is not the organisation's, or not proven (TOK-15, S71).
    pub fn issuer<'a>(&'a self, user: &User, application: &'a Application) -> Option<&'a IssuerUri> {
        match application.kind {
            ApplicationKind::Microsoft365 => issuer_of(&user.upn, &self.domains),
            ApplicationKind::WsFederation => {
                application.issuer.as_ref().or_else(|| self.domain(None).map(|domain| &domain.issuer))
            }
            ApplicationKind::Portal => None,
        }
    }
}

/// The page for a new password, at the organisation's own host where it has one.
fn password_page(installation: &Installation, organisation: &Organisation) -> String {
    let mut page = installation.password_page.clone();
    // A host that no address can have stays the server's own.
    let _ = organisation.host.as_deref().map(|host| page.set_host(Some(host)));
    page.into()
}

/// The policy in force. One that can no longer be read lets nobody in: what it refused must not pass unseen.
async fn policy(
    store: &Store,
    organisation: OrganisationId,
    networks: &[NamedNetwork],
) -> Result<Policy, StsError> {
    let unreadable = |version: u32, error: &dyn std::fmt::Display| {
        StsError::Unavailable(format!(
            "version {version} of the policy cannot be used, and nobody signs in until it can: {error}"
        ))
    };
    match store.policy(organisation).await? {
        Some(saved) => Policy::compile(saved.version, &saved.document, networks, None)
            .map_err(|error| unreadable(saved.version, &error)),
        None => NamedNetworks::new(networks.iter().cloned())
            .map(Policy::built_in)
            .map_err(|error| unreadable(0, &error)),
    }
}

impl RelyingParty {
    /// Whether one of the account's roles is granted this application; everybody may see their own account.
    pub fn is_granted_to(&self, account: &Account) -> bool {
        self.application.kind == ApplicationKind::Portal
            || account.roles.iter().any(|role| self.roles.contains(&role.id))
    }

    /// Writes and signs a response by its plan, compiling one when the shape of the claims is new.
    pub fn issue(
        &self,
        format: ResponseFormat,
        assertion: &Assertion<'_>,
        signer: &dyn Signer,
    ) -> Result<IssuedToken, TokenError> {
        let [passive, active_2005, active_13] = &self.plans;
        let plan = match format {
            ResponseFormat::Trust2005 | ResponseFormat::Trust13 => passive,
            ResponseFormat::Active2005 => active_2005,
            ResponseFormat::Active13 => active_13,
        };
        let fits =
            |plan: &&Arc<TokenPlan>| plan.format() == format && plan.fits(assertion, signer.certificate());
        if let Some(plan) = plan.load().as_ref().filter(fits) {
            return plan.issue(assertion, signer);
        }
        let compiled = TokenPlan::compile(format, signer.certificate(), assertion)?;
        let token = compiled.issue(assertion, signer)?;
        plan.store(Some(Arc::new(compiled)));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(host: Option<&str>) -> Organisation {
        Organisation {
            id: OrganisationId::new(),
            name: "Contoso".into(),
            host: host.map(Into::into),
            passkey_domain: None,
            accent: "#0b6b61".into(),
            demo: false,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    /// TOK-11: the server's own host would not know whose page it is.
    #[test]
    fn a_password_is_changed_at_the_organisations_own_host() -> Result<(), Box<dyn std::error::Error>> {
        let installation = Installation {
            networks: Vec::new(),
            sends_mail: false,
            password_page: "https://idp.example:8443/account/password".parse()?,
        };
        for (host, page) in [
            (Some("sign-in.contoso.example"), "https://sign-in.contoso.example:8443/account/password"),
            (None, "https://idp.example:8443/account/password"),
        ] {
            assert_eq!(password_page(&installation, &organisation(host)), page);
        }
        Ok(())
    }
}
