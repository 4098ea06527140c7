//! `countersign role`: add, list, member.

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use model::{Organisation, RoleId, Upn};
use serde_json::json;

use crate::output::Output;
use crate::workplace::{Workplace, operator_did};

#[derive(Subcommand)]
pub enum Role {
    /// Adds a role.
    Add {
        /// Its name.
        name: String,
    },
    /// Lists the roles with the number of their members.
    List,
    /// Makes a user a member of a role, or shows the members.
    Member {
        /// The role's name.
        role: String,
        /// The user to add; left out, the members are listed.
        #[arg(value_name = "UPN")]
        user: Option<String>,
        /// Takes the user out of the role instead.
        #[arg(long, requires = "user")]
        remove: bool,
    },
}

impl Role {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let workplace = Workplace::open(config).await?;
        let organisation = workplace.organisation().await?;
        match self {
            Self::Add { name } => {
                let role = model::Role { id: RoleId::new(), organisation: organisation.id, name };
                let mut transaction = workplace.store.begin().await?;
                transaction.insert_role(&role).await?;
                transaction.record(&operator_did(&organisation, "role add", json!(role))).await?;
                transaction.commit().await?;
                output.done(&format!("The role \u{201c}{}\u{201d} is added.", role.name), &role)
            }
            Self::List => {
                let mut rows = Vec::new();
                let mut things = Vec::new();
                for role in workplace.store.roles(organisation.id).await? {
                    let members = workplace.store.members(organisation.id, role.id).await?.len();
                    things.push(json!({ "id": role.id, "name": role.name, "members": members }));
                    rows.push([role.name, members.to_string()]);
                }
                let empty = "No roles yet. `countersign role add NAME` adds one.";
                output.table(["Role", "Members"], &rows, &things.into(), empty)
            }
            Self::Member { role, user: None, .. } => {
                let role = find(&workplace, &organisation, &role).await?;
                let members = workplace.store.members(organisation.id, role.id).await?;
                let rows: Vec<_> =
                    members.iter().map(|user| [user.upn.to_string(), user.display_name()]).collect();
                output.table(["User", "Name"], &rows, &json!(members), "Nobody is a member of this role.")
            }
            Self::Member { role, user: Some(upn), remove } => {
                let role = find(&workplace, &organisation, &role).await?;
                let upn = Upn::parse(&upn)?;
                let account = workplace.store.account(organisation.id, &upn).await?;
                let user = account.with_context(|| format!("there is no user {upn}"))?.user;
                let mut transaction = workplace.store.begin().await?;
                let (what, said) = if remove {
                    transaction.remove_member(organisation.id, role.id, user.id).await?;
                    ("role member removed", "is no longer a member of")
                } else {
                    transaction.add_member(organisation.id, role.id, user.id).await?;
                    ("role member added", "is a member of")
                };
                let detail = json!({ "role": role.id, "user": user.id });
                transaction.record(&operator_did(&organisation, what, detail.clone())).await?;
                transaction.commit().await?;
                output.done(&format!("{upn} {said} \u{201c}{}\u{201d}.", role.name), &detail)
            }
        }
    }
}

/// A role by its name.
pub async fn find(
    workplace: &Workplace,
    organisation: &Organisation,
    name: &str,
) -> anyhow::Result<model::Role> {
    let role = workplace.store.role_by_name(organisation.id, name).await?;
    role.with_context(|| {
        format!("there is no role \u{201c}{name}\u{201d}; `countersign role list` shows them")
    })
}
