//! `countersign ledger`: verify, tail.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

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
                in_words(&row.entry.detail),
            ]
        })
        .collect();
    output.table(["UTC", "What", "Reference", "Detail"], &rows, &json!(entries), "The ledger is empty.")?;
    Ok(ExitCode::SUCCESS)
}

/// What a row tells, for people: `key: value`, parted by semicolons; what lies deeper stands in the same line.
fn in_words(detail: &Value) -> String {
    let mut parts = Vec::new();
    tell("", detail, &mut parts);
    parts.join("; ")
}

fn tell(name: &str, value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => fields.iter().for_each(|(name, value)| tell(name, value, parts)),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(in_a_word).collect();
            parts.push(format!("{}: {}", name.replace('_', " "), values.join(", ")));
        }
        value => parts.push(format!("{}: {}", name.replace('_', " "), in_a_word(value))),
    }
}

/// A value as it is read. Some come from outside, and a terminal obeys control characters: these are spelt out.
fn in_a_word(value: &Value) -> String {
    match value {
        Value::String(text) => text.chars().map(visible).collect(),
        Value::Object(_) => in_words(value),
        value => value.to_string(),
    }
}

fn visible(c: char) -> String {
    if c.is_control() { c.escape_default().collect() } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_words() {
        let detail =
            json!({ "change": "user add", "detail": { "role_names": ["Staff", "IT"], "old": null } });
        let words = in_words(&detail);
        let mut parts: Vec<_> = words.split("; ").collect();
        // The order of a map's keys is the business of serde_json's features.
        parts.sort_unstable();
        assert_eq!(parts, ["change: user add", "role names: Staff, IT"]);
        assert_eq!(in_words(&Value::Null), "");
    }

    #[test]
    fn a_terminal_is_told_nothing() {
        let detail = json!({ "why": "a\u{1b}[2Jb\r\nc\u{9b}d é" });
        assert_eq!(in_words(&detail), "why: a\\u{1b}[2Jb\\r\\nc\\u{9b}d é");
    }
}
