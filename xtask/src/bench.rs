//! `cargo xtask bench`: figures beside their limits, never tests.

use anyhow::bail;

use crate::command::{self, cargo};

/// A name, and the package whose benchmark of that name it is.
const BENCHES: [(&str, &str); 3] =
    [("token", "countersign-token"), ("script", "countersign-script"), ("server", "countersign")];

/// Runs one benchmark, or all of them.
pub fn run(name: Option<&str>, json: bool) -> anyhow::Result<()> {
    let chosen: Vec<_> = BENCHES.iter().filter(|(bench, _)| name.is_none_or(|name| name == *bench)).collect();
    if chosen.is_empty() {
        bail!("there is no such benchmark; there are {}", BENCHES.map(|(bench, _)| bench).join(", "));
    }
    for (bench, package) in chosen {
        if *bench == "server" {
            command::run(&mut cargo(["build", "--release", "--quiet", "--package", "countersign"]))?;
        }
        let mut measure = cargo(["bench", "--quiet", "--package", package, "--bench", bench]);
        if json {
            measure.args(["--", "--json"]);
        }
        command::run(&mut measure)?;
    }
    Ok(())
}
