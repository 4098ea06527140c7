//! Other people's programs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder that ends with the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// Runs a program with this input; the test fails with advice when it is not installed.
pub fn run(program: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("{} does not run ({error}); `cargo xtask test` installs it", program.display()),
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The Python that has msal.
pub fn python() -> PathBuf {
    match std::env::var_os("COUNTERSIGN_TEST_PYTHON") {
        Some(python) => PathBuf::from(python),
        None => panic!("COUNTERSIGN_TEST_PYTHON names no Python with msal; run `cargo xtask test`"),
    }
}
