//! `cargo xtask dist`: what packages ship.

use crate::command::{self, cargo, target};

/// Builds the binary with fat LTO and without the demo (S82, S83).
pub fn run() -> anyhow::Result<()> {
    command::run(&mut cargo([
        "build",
        "--profile",
        "dist",
        "--package",
        "countersign",
        "--no-default-features",
    ]))?;
    println!("{}", target().join("dist/countersign").display());
    Ok(())
}
