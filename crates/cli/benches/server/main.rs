//! What a running server costs beside the operations it cannot do without: `cargo xtask bench server` for browsers,
//! `cargo xtask bench active` for programs, `--json` for programs that read it, the name of a row to measure that row
//! alone.
//!
//! The demo of this build runs on one core and the generator of its load on the other. A figure and its limit are
//! CPU time of a process of their own on the same core, slice by slice in turn, while the other core is kept equally
//! busy: the two share hardware, and only ratios of the same moment mean anything. Where answers are timed beside a
//! crowd of passwords, the server has both cores, and shares one with the generator.

mod active;
mod bare;
mod figures;
mod load;
mod processor;
mod row;
mod sessions;
mod visit;

use active::Active;
use figures::Figures;
use row::Row;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(bare) = arguments.first().and_then(|name| bare::Operation::from_name(name)) {
        return bare.serve();
    }
    let json = arguments.iter().any(|argument| argument == "--json");
    let wanted = arguments.iter().find(|argument| !argument.starts_with("--"));
    let server = chosen("server", &figures::ROWS, wanted);
    let active = chosen("active", &active::ROWS, wanted);
    anyhow::ensure!(
        server.len() + active.len() > 0,
        "there is no such row; server has {}, active has {}",
        figures::ROWS.join(", "),
        active::ROWS.join(", ")
    );
    processor::pin(processor::GENERATOR)?;
    // One thread: what the generator does stays on its core.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        if !json {
            println!("{}", Row::heading());
        }
        let print = |row: &Row| println!("{}", if json { row.json() } else { row.line() });
        if !server.is_empty() {
            let mut figures = Figures::start().await?;
            for name in server {
                print(&figures.row(name).await?);
            }
        }
        let mut figures = Active::new()?;
        for name in active {
            print(&figures.row(name).await?);
        }
        Ok(())
    })
}

/// The rows of a group that are wanted: all of them by the group's name, one by its own, with or without the group's.
fn chosen(group: &str, rows: &[&'static str], wanted: Option<&String>) -> Vec<&'static str> {
    let Some(wanted) = wanted else { return rows.to_vec() };
    let is_wanted = |row: &&str| wanted == group || wanted == row || *wanted == format!("{group}/{row}");
    rows.iter().copied().filter(is_wanted).collect()
}
