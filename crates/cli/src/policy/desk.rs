//! What every command about policies needs: the installation, its organisation, and what rules may name.

use std::path::Path;

use anyhow::Context;
use geography::Geography;
use model::{Application, Clock, Organisation, SystemClock, Upn};
use policy::{Known, NamedNetwork, NamedNetworks, Policy};
use storage::{Account, PolicyVersion};

use crate::places;
use crate::workplace::Workplace;

pub struct Desk {
    pub workplace: Workplace,
    pub organisation: Organisation,
    pub networks: Vec<NamedNetwork>,
    pub applications: Vec<Application>,
}

impl Desk {
    pub async fn open(config: Option<&Path>) -> anyhow::Result<Self> {
        let workplace = Workplace::open(config).await?;
        let organisation = workplace.organisation().await?;
        let networks = workplace.settings.networks.iter();
        let networks =
            networks.map(|(name, network)| NamedNetwork::new(name.clone(), network.0.clone())).collect();
        let mut applications = workplace.store.applications(organisation.id).await?;
        applications.push(sts::portal_application(organisation.id)?);
        Ok(Self { workplace, organisation, networks, applications })
    }

    /// The version in force; none: the built-in policy is.
    pub async fn in_force(&self) -> anyhow::Result<Option<PolicyVersion>> {
        Ok(self.workplace.store.policy(self.organisation.id).await?)
    }

    /// A saved version, ready to be asked.
    pub fn open_version(&self, saved: Option<&PolicyVersion>) -> anyhow::Result<Policy> {
        match saved {
            Some(saved) => Policy::compile(saved.version, &saved.document, &self.networks, None)
                .with_context(|| format!("version {} cannot be used", saved.version)),
            None => Ok(Policy::built_in(NamedNetworks::new(self.networks.iter().cloned())?)),
        }
    }

    /// A document that is to become the next version: everything that it names has to exist.
    pub async fn compile(&self, version: u32, document: &str) -> anyhow::Result<Policy> {
        let known = self.known().await?;
        Ok(Policy::compile(version, document, &self.networks, Some(&known))?)
    }

    async fn known(&self) -> anyhow::Result<Known> {
        let (store, id) = (&self.workplace.store, self.organisation.id);
        Ok(Known {
            roles: store.roles(id).await?.into_iter().map(|role| role.name).collect(),
            applications: self.applications.iter().map(|application| application.name.clone()).collect(),
            domains: store.domains(id).await?.into_iter().map(|domain| domain.name.to_string()).collect(),
            users: store.users(id, "", u32::MAX).await?.into_iter().map(|user| user.upn.key()).collect(),
        })
    }

    pub async fn account(&self, upn: &Upn) -> anyhow::Result<Account> {
        let account = self.workplace.store.account(self.organisation.id, upn).await?;
        account.with_context(|| format!("there is no user {upn}"))
    }

    /// An application by its name; without one, Microsoft 365.
    pub fn application(&self, name: Option<&str>) -> anyhow::Result<&Application> {
        let names = || self.applications.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = match name {
            Some(name) => self.applications.iter().find(|it| it.name.eq_ignore_ascii_case(name)),
            None => self.applications.first(),
        };
        found.with_context(|| format!("there is no such application; known: {}", names()))
    }

    /// Whether somebody may use an application at all.
    pub async fn is_granted(&self, account: &Account, application: &Application) -> anyhow::Result<bool> {
        let grants = self.workplace.store.grants(self.organisation.id).await?;
        let by_role =
            |(id, role): &(_, _)| *id == application.id && account.roles.iter().any(|own| own.id == *role);
        Ok(application.kind == model::ApplicationKind::Portal || grants.iter().any(by_role))
    }

    /// The operator's databases of places.
    pub fn geography(&self) -> Geography {
        Geography::open(places::files(&self.workplace.settings))
    }

    pub fn now() -> chrono::DateTime<chrono::Utc> {
        SystemClock.now()
    }
}
