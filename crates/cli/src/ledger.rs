//! `countersign ledger`: verify, tail.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::output::Output;
use crate::workplace::Workplace;

#[derive(Subcommand)]
pub enum Ledger {
    /// Checks the chain, the checkpoints and, when given, the checkpoints kept elsewhere.
    Verify {
        /// A copy of the checkpoint file that was kept outside this machine.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Shows the last rows.
    Tail {
        /// How many.
        #[arg(short, default_value_t = 20)]
        n: u32,
    },
}

impl Ledger {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<ExitCode> {
        let workplace = Workplace::open(config).await?;
        match self {
            Self::Verify { checkpoint } => verify(&workplace, checkpoint.as_deref(), output).await,
            Self::Tail { n } => tail(&workplace, n, output).await,
        }
    }
}

async fn verify(
    workplace: &Workplace,
    checkpoint: Option<&Path>,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let report = storage::ledger::verify(&workplace.store, checkpoint).await?;
    let mut sentences = vec![format!("{} rows checked.", report.rows)];
    sentences.extend(report.findings.iter().map(|finding| format!("  {finding}")));
    if report.is_intact() {
        sentences.push("Nothing was changed, removed, inserted or reordered.".to_owned());
    }
    let unprotected: i64 = report.unprotected().map(|chain| chain.last - chain.protected).sum();
    if unprotected > 0 {
        sentences.push(format!(
            "{unprotected} of them are younger than the last checkpoint and not yet protected by one."
        ));
    }
    output.done(&sentences.join("\n"), &report)?;
    Ok(if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn tail(workplace: &Workplace, n: u32, output: Output) -> anyhow::Result<ExitCode> {
    let entries = storage::ledger::tail(&workplace.store, n).await?;
    let rows: Vec<_> = entries
        .iter()
        .map(|row| {
            [
                row.entry.at.format("%Y-%m-%d %H:%M:%S").to_string(),
                row.entry.kind.as_str().to_owned(),
                row.entry.reference.map(|reference| reference.to_string()).unwrap_or_default(),
                row.entry.detail.to_string(),
            ]
        })
        .collect();
    output.table(["UTC", "What", "Reference", "Detail"], &rows, &json!(entries), "The ledger is empty.")?;
    Ok(ExitCode::SUCCESS)
}
