//! What operators type, told through the real binary.

mod active_road;
mod init;
mod ledger;
mod lockout;
mod mail;
mod places;
mod policy;
mod refusals;
mod second_factor;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::Context;

/// An installation in a folder of its own.
struct Installation {
    folder: tempfile::TempDir,
}

impl Installation {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command with this text on its standard input.
    fn run_with(&self, arguments: &[&str], input: &str) -> anyhow::Result<Output> {
        use std::io::Write as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("COUNTERSIGN_DATA", self.path().join("data"))
            .env("COUNTERSIGN_BASE_URL", "https://sign-in.contoso.example")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("no standard input")?.write_all(input.as_bytes())?;
        Ok(child.wait_with_output()?)
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        self.run_with(arguments, "")
    }

    /// Runs a command that has to work, and gives what it prints.
    fn done(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.run(arguments)?;
        anyhow::ensure!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs a command that has to fail, and gives its complaint.
    fn refused(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.run(arguments)?;
        anyhow::ensure!(!output.status.success(), "{arguments:?} was accepted");
        Ok(String::from_utf8(output.stderr)?)
    }
}
