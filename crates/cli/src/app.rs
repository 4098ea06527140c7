//! `countersign app`: list, permit, second-factor, add.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use model::{
    Application, ApplicationId, ApplicationKind, DEFAULT_TOKEN_LIFETIME, Organisation, Realm, ReplyAddress,
};
use serde_json::json;

use crate::output::Output;
use crate::role;
use crate::workplace::{Workplace, operator_did};

#[derive(Subcommand)]
pub enum App {
    /// Lists the applications with realm, reply addresses and permitted roles.
    List,
    /// Lets the members of a role have tokens for an application.
    Permit {
        /// The application, by its name or realm.
        app: String,
        /// The role's name.
        role: String,
    },
    /// Says whether an application demands a second factor of everybody, whatever it asks for itself.
    SecondFactor {
        /// The application, by its name or realm.
        app: String,
        /// Whether it does.
        demand: SecondFactorDemand,
    },
    /// Adds an application.
    Add {
        /// Its kind: ws-federation or microsoft-365.
        #[arg(long)]
        kind: String,
        /// Its realm (wtrealm), exactly as it sends it.
        #[arg(long)]
        realm: String,
        /// Where answers may be posted; may be given several times, the first is the default.
        #[arg(long, required = true, value_name = "URL")]
        reply: Vec<String>,
        /// The name people see.
        #[arg(long)]
        name: String,
    },
}

/// Whether an application demands a second factor of everybody.
#[derive(Clone, Copy, ValueEnum)]
pub enum SecondFactorDemand {
    /// Nobody gets a token with a password alone.
    Required,
    /// Whoever has a second factor is asked for it, nobody else.
    Optional,
}

impl App {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let workplace = Workplace::open(config).await?;
        let organisation = workplace.organisation().await?;
        match self {
            Self::List => list(&workplace, &organisation, output).await,
            Self::Permit { app, role } => {
                let role = role::find(&workplace, &organisation, &role).await?;
                let application = find(&workplace, &organisation, &app).await?;
                let mut transaction = workplace.store.begin().await?;
                transaction.grant(organisation.id, application.id, role.id).await?;
                let detail = json!({ "application": application.id, "role": role.id });
                transaction.record(&operator_did(&organisation, "app permit", detail.clone())).await?;
                transaction.commit().await?;
                let sentence = format!(
                    "Members of \u{201c}{}\u{201d} may use \u{201c}{}\u{201d}.",
                    role.name, application.name
                );
                output.done(&sentence, &detail)
            }
            Self::SecondFactor { app, demand } => {
                let application = find(&workplace, &organisation, &app).await?;
                let second_factor = matches!(demand, SecondFactorDemand::Required);
                let application = Application { second_factor, ..application };
                let mut transaction = workplace.store.begin().await?;
                transaction.update_application(&application).await?;
                let detail = json!({ "application": application.id, "second_factor": second_factor });
                transaction.record(&operator_did(&organisation, "app second-factor", detail.clone())).await?;
                transaction.commit().await?;
                let name = &application.name;
                let sentence = match demand {
                    SecondFactorDemand::Required => format!(
                        "\u{201c}{name}\u{201d} takes nobody without a second factor. Who has none yet: \
                         `countersign user factor UPN list`."
                    ),
                    SecondFactorDemand::Optional => {
                        format!("\u{201c}{name}\u{201d} takes a password of those who have no second factor.")
                    }
                };
                output.done(&sentence, &detail)
            }
            Self::Add { kind, realm, reply, name } => {
                let kind = ApplicationKind::from_name(&kind).with_context(|| {
                    format!("{kind} is no kind of application; there are ws-federation and microsoft-365")
                })?;
                let reply_addresses =
                    reply.iter().map(|url| ReplyAddress::parse(url)).collect::<Result<Vec<_>, _>>()?;
                if let Some(plain) = reply_addresses.iter().find(|address| !address.is_https()) {
                    bail!(
                        "{plain} does not start with https://; a token posted there could be read on the way"
                    );
                }
                let application = new(&organisation, kind, &name, &realm, reply_addresses)?;
                let mut transaction = workplace.store.begin().await?;
                transaction.insert_application(&application).await?;
                transaction.record(&operator_did(&organisation, "app add", json!(application))).await?;
                transaction.commit().await?;
                let sentence = format!(
                    "\u{201c}{name}\u{201d} is added. Nobody may use it yet: `countersign app permit \"{name}\" ROLE`."
                );
                output.done(&sentence, &application)
            }
        }
    }
}

/// An application with the defaults of its kind.
pub fn new(
    organisation: &Organisation,
    kind: ApplicationKind,
    name: &str,
    realm: &str,
    reply_addresses: Vec<ReplyAddress>,
) -> anyhow::Result<Application> {
    Ok(Application {
        id: ApplicationId::new(),
        organisation: organisation.id,
        kind,
        name: name.to_owned(),
        realm: Realm::parse(realm)?,
        reply_addresses,
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        issuer: None,
        token_script: None,
        enabled: true,
        second_factor: false,
    })
}

async fn find(workplace: &Workplace, organisation: &Organisation, name: &str) -> anyhow::Result<Application> {
    let applications = workplace.store.applications(organisation.id).await?;
    let mut found = applications.into_iter().filter(|application| {
        application.name.eq_ignore_ascii_case(name) || application.realm.as_str() == name
    });
    match (found.next(), found.next()) {
        (Some(application), None) => Ok(application),
        (None, _) => {
            bail!("there is no application \u{201c}{name}\u{201d}; `countersign app list` shows them")
        }
        (Some(_), Some(_)) => bail!("several applications are called \u{201c}{name}\u{201d}; name the realm"),
    }
}

async fn list(workplace: &Workplace, organisation: &Organisation, output: Output) -> anyhow::Result<()> {
    let roles = workplace.store.roles(organisation.id).await?;
    let grants = workplace.store.grants(organisation.id).await?;
    let mut rows = Vec::new();
    let mut things = Vec::new();
    for application in workplace.store.applications(organisation.id).await? {
        let granted = grants.iter().filter(|(id, _)| *id == application.id).map(|(_, role)| role);
        let names: Vec<_> = granted
            .filter_map(|id| roles.iter().find(|role| role.id == *id))
            .map(|role| role.name.clone())
            .collect();
        let addresses: Vec<_> = application.reply_addresses.iter().map(ToString::to_string).collect();
        rows.push([
            application.name.clone(),
            application.kind.as_str().to_owned(),
            application.realm.to_string(),
            addresses.join(" "),
            names.join(", "),
        ]);
        things.push(json!({ "application": application, "roles": names }));
    }
    let empty = "No applications yet. `countersign app add` adds one.";
    output.table(["Name", "Kind", "Realm", "Reply addresses", "Roles"], &rows, &things.into(), empty)
}
