//! What a running server costs beside the operations it cannot do without: `cargo xtask bench server`, `--json` for
//! programs, the last part of a row's name to measure that row alone.
//!
//! The demo of this build runs on one core and the generator of its load on the other. A figure and its limit are CPU
//! time of a process of their own on the same core, slice by slice in turn, while the other core is kept equally busy:
//! the two share hardware, and only ratios of the same moment mean anything.

mod bare;
mod client;
mod figures;
mod load;
mod processor;
mod row;
mod sessions;
mod visit;

use figures::Figures;
use row::Row;

/// The rows, by the last part of their names, in the order in which they are measured: memory comes before passwords.
const ROWS: [&str; 9] = [
    "start",
    "idle_memory",
    "metadata",
    "sso",
    "password",
    "other_p50",
    "half-load-p99",
    "script",
    "sessions_100k",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(bare) = arguments.first().and_then(|name| bare::Operation::from_name(name)) {
        return bare.serve();
    }
    let json = arguments.iter().any(|argument| argument == "--json");
    let wanted = arguments.iter().find(|argument| !argument.starts_with("--"));
    let rows: Vec<_> = ROWS.into_iter().filter(|row| wanted.is_none_or(|wanted| wanted == row)).collect();
    anyhow::ensure!(!rows.is_empty(), "there is no such row; there are {}", ROWS.join(", "));
    processor::pin(processor::GENERATOR)?;
    // One thread: what the generator does stays on its core.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut figures = Figures::start().await?;
        if !json {
            println!("{}", Row::heading());
        }
        for name in rows {
            let row = figures.row(name).await?;
            println!("{}", if json { row.json() } else { row.line() });
        }
        Ok(())
    })
}
