//! `countersign user`: add, passwd, list, enable, disable, status, unlock, factor, verify-caller, access-code.

mod caller;
mod factor;
mod lockout;
mod password;

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use model::{Attributes, Clock, ImmutableId, SystemClock, Upn, UserId};
use serde_json::json;

use crate::output::Output;
use crate::role;
use crate::workplace::{Workplace, operator_did};

/// How many users are listed at most; `filter` finds the others.
const LISTED: u32 = 10_000;

#[derive(Subcommand)]
pub enum User {
    /// Adds a user; the password is read from the terminal or from standard input.
    Add {
        /// The sign-in name, as Entra has it.
        #[arg(long)]
        upn: String,
        /// Entra's onPremisesImmutableId; by default one made from the user's id here, for Entra to be given.
        #[arg(long, value_name = "I")]
        immutable_id: Option<String>,
        /// A role to be a member of; may be given several times.
        #[arg(long, value_name = "R")]
        role: Vec<String>,
        /// An attribute, as in DisplayName=Ada; may be given several times, also for one name.
        #[arg(long = "attribute", value_name = "NAME=VALUE")]
        attributes: Vec<String>,
        /// Adds the user without a password; nobody can sign in as the user before `user passwd`.
        #[arg(long)]
        no_password: bool,
    },
    /// Sets a user's password, read from the terminal or from standard input, and ends every session.
    Passwd {
        /// The sign-in name.
        upn: String,
        #[command(flatten)]
        passwd: password::NewPassword,
    },
    /// Says how a user's account stands: factors, failed tries and who has to wait for them, known browsers.
    Status {
        /// The sign-in name.
        upn: String,
    },
    /// Forgives what failed at a user's account, so that nobody has to wait for it.
    Unlock {
        /// The sign-in name.
        upn: String,
    },
    /// Lets a user sign in again.
    Enable {
        /// The sign-in name.
        upn: String,
    },
    /// Keeps a user from signing in and ends every session.
    Disable {
        /// The sign-in name.
        upn: String,
    },
    /// The user's second factors.
    Factor {
        /// The sign-in name.
        upn: String,
        #[command(subcommand)]
        factor: factor::Factor,
    },
    /// Verifies that a caller is who they say, before a factor is reset: two numbers, of which the caller sees both at
    /// their account.
    VerifyCaller {
        /// The sign-in name.
        upn: String,
        /// The number that the caller reads to you.
        #[arg(long, value_name = "NUMBER")]
        answer: Option<String>,
    },
    /// Makes a temporary access code for somebody who lost every second factor: it opens the set-up of another app, once.
    AccessCode {
        /// The sign-in name.
        upn: String,
        /// How long it is good, an hour at most.
        #[arg(long, value_name = "N", default_value_t = 60)]
        minutes: u16,
        #[command(flatten)]
        verification: caller::Verification,
    },
    /// Lists the users.
    List {
        /// Only those whose sign-in name holds this text.
        filter: Option<String>,
    },
}

impl User {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let workplace = Workplace::open(config).await?;
        let organisation = workplace.organisation().await?;
        match self {
            Self::Add { upn, immutable_id, role, attributes, no_password } => {
                let id = UserId::new();
                let user = model::User {
                    id,
                    organisation: organisation.id,
                    upn: Upn::parse(&upn)?,
                    immutable_id: Some(match immutable_id {
                        Some(text) => ImmutableId::parse(&text)?,
                        None => ImmutableId::of_guid(id.as_uuid()),
                    }),
                    active: true,
                    attributes: read_attributes(&attributes)?,
                    created_at: SystemClock.now(),
                };
                let hash = if no_password {
                    None
                } else {
                    Some(password::new_password_hash(&workplace, &organisation, &user).await?)
                };
                let mut roles = Vec::new();
                for name in role {
                    roles.push(role::find(&workplace, &organisation, &name).await?.id);
                }
                let mut transaction = workplace.store.begin().await?;
                transaction.insert_user(&user).await?;
                if let Some(hash) = hash {
                    transaction.set_password(organisation.id, user.id, &hash, user.created_at).await?;
                }
                for role in &roles {
                    transaction.add_member(organisation.id, *role, user.id).await?;
                }
                let detail = json!({ "user": user.id, "roles": roles });
                transaction.record(&operator_did(&organisation, "user add", detail)).await?;
                transaction.commit().await?;
                output.done(&format!("{} is added.", user.upn), &user)
            }
            Self::Passwd { upn, passwd } => {
                let user = find(&workplace, organisation.id, &upn).await?;
                passwd.run(&workplace, &organisation, &user, output).await
            }
            Self::Status { upn } => lockout::status(&workplace, &organisation, &upn.parse()?, output).await,
            Self::Unlock { upn } => {
                let user = find(&workplace, organisation.id, &upn).await?;
                lockout::unlock(&workplace, &organisation, &user, output).await
            }
            Self::Enable { upn } => set_active(&workplace, &organisation, &upn, true, output).await,
            Self::Disable { upn } => set_active(&workplace, &organisation, &upn, false, output).await,
            Self::Factor { upn, factor } => {
                let user = find(&workplace, organisation.id, &upn).await?;
                let person = factor::Person { workplace: &workplace, organisation: &organisation, user };
                factor.run(&person, output).await
            }
            Self::VerifyCaller { upn, answer } => {
                let user = find(&workplace, organisation.id, &upn).await?;
                caller::verify(&workplace, &organisation, &user, answer, output).await
            }
            Self::AccessCode { upn, minutes, verification } => {
                let user = find(&workplace, organisation.id, &upn).await?;
                caller::access_code(&workplace, &organisation, &user, minutes, &verification, output).await
            }
            Self::List { filter } => {
                let users = workplace
                    .store
                    .users(organisation.id, filter.as_deref().unwrap_or_default(), LISTED)
                    .await?;
                let rows: Vec<_> = users
                    .iter()
                    .map(|user| {
                        let state = if user.active { "active" } else { "disabled" };
                        let anchor = user.immutable_id.as_ref().map(ToString::to_string).unwrap_or_default();
                        [user.upn.to_string(), user.display_name(), state.to_owned(), anchor]
                    })
                    .collect();
                let empty = "No users. `countersign user add --upn ada@contoso.example` adds one.";
                output.table(["User", "Name", "State", "Immutable ID"], &rows, &json!(users), empty)
            }
        }
    }
}

async fn set_active(
    workplace: &Workplace,
    organisation: &model::Organisation,
    upn: &str,
    active: bool,
    output: Output,
) -> anyhow::Result<()> {
    let user = model::User { active, ..find(workplace, organisation.id, upn).await? };
    let mut transaction = workplace.store.begin().await?;
    transaction.update_user(&user).await?;
    if !active {
        transaction.end_sessions_of_user(organisation.id, user.id).await?;
    }
    let (what, said) =
        if active { ("user enable", "may sign in") } else { ("user disable", "may not sign in any more") };
    transaction.record(&operator_did(organisation, what, json!({ "user": user.id }))).await?;
    transaction.commit().await?;
    output.done(&format!("{} {said}.", user.upn), &user)
}

async fn find(
    workplace: &Workplace,
    organisation: model::OrganisationId,
    upn: &str,
) -> anyhow::Result<model::User> {
    let upn = Upn::parse(upn)?;
    let account = workplace.store.account(organisation, &upn).await?;
    Ok(account.with_context(|| format!("there is no user {upn}"))?.user)
}

fn read_attributes(pairs: &[String]) -> anyhow::Result<Attributes> {
    let mut attributes = Attributes::default();
    for pair in pairs {
        let (name, value) =
            pair.split_once('=').with_context(|| format!("{pair} is no attribute; write NAME=VALUE"))?;
        let values: Vec<String> = attributes.values(name).iter().cloned().chain([value.to_owned()]).collect();
        attributes.set(name, values)?;
    }
    Ok(attributes)
}
