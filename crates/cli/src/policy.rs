//! `countersign policy`: who may sign in, from where, when and with what.

mod case;
mod desk;
mod difference;
mod guard;
mod record;
mod simulation;

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use model::Upn;
use serde_json::json;
use storage::PolicyVersion;

use crate::output::Output;
use crate::workplace::operator_did;
use desk::Desk;
use difference::difference;

/// What a policy that nobody has written yet may begin with.
const STARTING_DOCUMENT: &str = include_str!("policy/starting.toml");

#[derive(Subcommand)]
pub enum Policy {
    /// Shows the policy in force, or a commented one to begin with.
    Show {
        /// The commented document to begin with.
        #[arg(long, conflicts_with = "number")]
        default: bool,
        /// A former version, by its number.
        #[arg(long, value_name = "VERSION")]
        number: Option<u32>,
    },
    /// Says what is wrong in a document, by line and field, and saves nothing.
    Check {
        /// The document.
        file: PathBuf,
    },
    /// Saves a document as the next version, which is in force within a second.
    Apply {
        /// The document.
        file: PathBuf,
        #[command(flatten)]
        change: Change,
    },
    /// Lists the versions, the latest first.
    History,
    /// Shows what differs between two versions, or between one and the version in force.
    Diff {
        /// The older version.
        from: u32,
        /// The newer one; left out: the version in force.
        to: Option<u32>,
    },
    /// Saves the document of a former version as the next one.
    Restore {
        /// The former version.
        #[arg(value_name = "VERSION")]
        number: u32,
        #[command(flatten)]
        change: Change,
    },
    /// Says what would happen to a sign-in, rule by rule.
    Simulate(simulation::Simulation),
    /// Says what happened to a sign-in, rule by rule.
    Explain {
        /// The reference that its page showed.
        reference: String,
    },
    /// Puts recorded sign-ins before a draft and says who would fare otherwise, before anything is saved.
    Replay {
        /// The draft.
        file: PathBuf,
        /// How many days to look back.
        #[arg(long, default_value_t = 7)]
        days: u16,
    },
}

/// Who changes the policy, and what for.
#[derive(Args)]
pub struct Change {
    /// What the change is for.
    #[arg(long)]
    note: Option<String>,
    /// The administrator who makes it, whom it must not lock out.
    #[arg(long = "as", value_name = "UPN")]
    author: Option<String>,
    /// Where that administrator works.
    #[arg(long, value_name = "ADDRESS", requires = "author")]
    from: Option<IpAddr>,
}

impl Policy {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        if matches!(self, Self::Show { default: true, .. }) {
            return output.done(STARTING_DOCUMENT, &json!({ "document": STARTING_DOCUMENT }));
        }
        let desk = Desk::open(config).await?;
        match self {
            Self::Show { number, .. } => show(&desk, number, output).await,
            Self::Check { file } => check(&desk, &file, output).await,
            Self::Apply { file, change } => save(&desk, read(&file)?, change, "policy apply", output).await,
            Self::History => history(&desk, output).await,
            Self::Diff { from, to } => diff(&desk, from, to, output).await,
            Self::Restore { number, mut change } => {
                let former = version_of(&desk, number).await?;
                change.note.get_or_insert_with(|| format!("version {number} restored"));
                save(&desk, former.document, change, "policy restore", output).await
            }
            Self::Simulate(simulation) => simulation.run(&desk, output).await,
            Self::Explain { reference } => record::explain(&desk, &reference, output).await,
            Self::Replay { file, days } => record::replay(&desk, &file, days, output).await,
        }
    }
}

async fn show(desk: &Desk, version: Option<u32>, output: Output) -> anyhow::Result<()> {
    let saved = match version {
        Some(version) => Some(version_of(desk, version).await?),
        None => desk.in_force().await?,
    };
    match saved {
        Some(saved) => {
            let text = format!("# {}\n{}", headline(&saved), saved.document);
            output.done(&text, &json!({ "version": saved.version, "document": saved.document }))
        }
        None => output.done(
            "No policy was saved: any first factor, then the second one of whoever has one.\n\
             `countersign policy show --default` prints a document to begin with.",
            &json!({ "version": 0 }),
        ),
    }
}

async fn check(desk: &Desk, file: &Path, output: Output) -> anyhow::Result<()> {
    let policy = desk.compile(next(desk).await?, &read(file)?).await?;
    let mut text = format!("{} has {} and can be applied.", file.display(), rules(policy.rules().count()));
    let unreachable: Vec<_> = policy.unreachable().map(|rule| rule.name.clone()).collect();
    for name in &unreachable {
        write!(
            text,
            "\nNote: \u{201c}{name}\u{201d} is never reached, because a rule before it always matches."
        )?;
    }
    if policy.administrators().is_none() {
        text.push_str("\nNote: [guard] names no administrators, so that a change may lock everybody out.");
    }
    output.done(&text, &json!({ "rules": policy.rules().count(), "unreachable": unreachable }))
}

async fn save(
    desk: &Desk,
    document: String,
    change: Change,
    what: &str,
    output: Output,
) -> anyhow::Result<()> {
    let in_force = desk.in_force().await?;
    let version = in_force.as_ref().map_or(0, |saved| saved.version) + 1;
    let draft = desk.compile(version, &document).await?;
    let upn = change.author.as_deref().map(Upn::parse).transpose().context("--as")?;
    let author = guard::Author { upn, from: change.from };
    guard::check(desk, &desk.open_version(in_force.as_ref())?, &draft, &author).await?;

    let saved = PolicyVersion {
        version,
        document,
        note: change.note,
        saved_by: author.upn.map_or_else(|| "command line".to_owned(), |upn| upn.to_string()),
        saved_at: model::to_micros(Desk::now()),
    };
    let detail = json!({ "version": version, "note": saved.note, "saved_by": saved.saved_by });
    let mut transaction = desk.workplace.store.begin().await?;
    transaction.save_policy(desk.organisation.id, &saved).await?;
    transaction.record(&operator_did(&desk.organisation, what, detail.clone())).await?;
    transaction.commit().await?;
    let rules = rules(draft.rules().count());
    output.done(
        &format!("Version {version} with {rules} is saved; running servers obey it within a second."),
        &detail,
    )
}

async fn history(desk: &Desk, output: Output) -> anyhow::Result<()> {
    let versions = desk.workplace.store.policy_versions(desk.organisation.id).await?;
    let rows: Vec<_> = versions
        .iter()
        .map(|saved| {
            [
                saved.version.to_string(),
                saved.saved_at.format("%Y-%m-%d %H:%M:%S").to_string(),
                saved.saved_by.clone(),
                saved.note.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let things: Vec<_> = versions
        .iter()
        .map(|saved| {
            json!({
                "version": saved.version,
                "saved_at": saved.saved_at,
                "saved_by": saved.saved_by,
                "note": saved.note,
            })
        })
        .collect();
    let empty = "No policy was ever saved; `countersign policy show --default` prints one to begin with.";
    output.table(["Version", "UTC", "By", "Note"], &rows, &things.into(), empty)
}

async fn diff(desk: &Desk, from: u32, to: Option<u32>, output: Output) -> anyhow::Result<()> {
    let older = version_of(desk, from).await?;
    let newer = match to {
        Some(to) => version_of(desk, to).await?,
        None => desk.in_force().await?.context("no policy is in force")?,
    };
    let text = difference(&older.document, &newer.document);
    output.done(&text, &json!({ "from": older.version, "to": newer.version, "diff": text }))
}

/// Whether the policy in force can be used and names nothing that is gone, in words.
pub async fn look(config: Option<&Path>) -> anyhow::Result<(bool, String)> {
    let desk = Desk::open(config).await?;
    let Some(saved) = desk.in_force().await? else {
        return Ok((true, "no policy was saved, and the built-in one is in force".to_owned()));
    };
    Ok(match desk.compile(saved.version, &saved.document).await {
        Ok(policy) => {
            let rules = rules(policy.rules().count());
            (true, format!("version {} of the policy can be used and has {rules}", saved.version))
        }
        Err(error) => (false, format!("version {} of the policy needs a look: {error}", saved.version)),
    })
}

/// The number that the next version will have.
async fn next(desk: &Desk) -> anyhow::Result<u32> {
    Ok(desk.in_force().await?.map_or(0, |saved| saved.version) + 1)
}

async fn version_of(desk: &Desk, version: u32) -> anyhow::Result<PolicyVersion> {
    let saved = desk.workplace.store.policy_version(desk.organisation.id, version).await?;
    saved.with_context(|| format!("there is no version {version}; `countersign policy history` lists them"))
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn headline(saved: &PolicyVersion) -> String {
    let note = saved.note.as_ref().map(|note| format!(": {}", note.replace('\n', " "))).unwrap_or_default();
    format!(
        "Version {}, saved {} UTC by {}{note}",
        saved.version,
        saved.saved_at.format("%Y-%m-%d %H:%M"),
        saved.saved_by
    )
}

fn version_in_words(version: u32) -> String {
    if version == 0 { "The built-in policy".to_owned() } else { format!("Version {version} of the policy") }
}

fn rules(count: usize) -> String {
    if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") }
}
