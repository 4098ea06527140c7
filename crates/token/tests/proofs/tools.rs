//! Other people's programs, run on files in a folder of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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

/// Runs a program; the test fails with advice when it is not installed.
pub fn run(program: &Path, arguments: &[&str], files: &[PathBuf]) -> Output {
    match Command::new(program).args(arguments).args(files).output() {
        Ok(output) => output,
        Err(error) => panic!("{} does not run ({error}); `cargo xtask test` installs it", program.display()),
    }
}

/// The Python that has signxml.
pub fn python() -> PathBuf {
    match std::env::var_os("COUNTERSIGN_TEST_PYTHON") {
        Some(python) => PathBuf::from(python),
        None => panic!("COUNTERSIGN_TEST_PYTHON names no Python with signxml; run `cargo xtask test`"),
    }
}
