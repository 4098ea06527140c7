//! `cargo xtask bench`: figures beside their limits, never tests.

use anyhow::bail;

use crate::command::{self, cargo};

/// A name, the package whose benchmark it is, and that benchmark's name there: two may be rows of one program.
const BENCHES: [(&str, &str, &str); 6] = [
    ("token", "countersign-token", "token"),
    ("script", "countersign-script", "script"),
    ("policy", "countersign-policy", "policy"),
    ("ledger", "countersign-storage", "ledger"),
    ("server", "countersign", "server"),
    ("active", "countersign", "server"),
];

/// Runs one benchmark, or all of them.
pub fn run(name: Option<&str>, json: bool) -> anyhow::Result<()> {
    let chosen: Vec<_> =
        BENCHES.iter().filter(|(bench, ..)| name.is_none_or(|name| name == *bench)).collect();
    if chosen.is_empty() {
        bail!("there is no such benchmark; there are {}", BENCHES.map(|(bench, ..)| bench).join(", "));
    }
    for (bench, package, program) in chosen {
        let mut measure = cargo(["bench", "--quiet", "--package", package, "--bench", program, "--"]);
        if *program == "server" {
            command::run(&mut cargo(["build", "--release", "--quiet", "--package", "countersign"]))?;
            measure.arg(bench);
        }
        if json {
            measure.arg("--json");
        }
        command::run(&mut measure)?;
    }
    Ok(())
}
