//! What people run by hand: `cargo xtask test`, `cargo xtask bench`, `cargo xtask dist`.

mod bench;
mod clean_clone;
mod command;
mod dist;
mod postgres;
mod test;
mod tools;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Countersign's own tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything the build server runs: format, lints, tests on both databases, browser stories, licences.
    Test {
        /// The long tests too.
        #[arg(long)]
        all: bool,
        /// Only tests whose name holds this text; skips format, lints and licences.
        filter: Option<String>,
    },
    /// Measures, and prints each figure beside its limit and target.
    Bench {
        /// `token`, `script` or `server`; all of them when left out.
        name: Option<String>,
        /// One JSON object a line instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Builds the binary that packages ship: fat LTO, without the demo and its stand-in for Entra ID.
    Dist,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Test { all, filter } => test::run(all, filter.as_deref()),
        Task::Bench { name, json } => bench::run(name.as_deref(), json),
        Task::Dist => dist::run(),
    }
}
