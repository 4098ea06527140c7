//! `cargo xtask test`: the one command that says whether the tree is good.

use std::process::Command;

use crate::clean_clone;
use crate::command::{self, cargo, root};
use crate::postgres::Postgres;
use crate::tools;

/// Runs everything, or only the tests whose name holds `filter`; `all` adds the long ones.
pub fn run(all: bool, filter: Option<&str>) -> anyhow::Result<()> {
    if filter.is_some() {
        return tests(all, filter);
    }
    step("format", &mut cargo(["fmt", "--all", "--check"]))?;
    step("lints", &mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    tests(all, None)?;
    let shipped = ["clippy", "--package", "countersign", "--no-default-features", "--", "-D", "warnings"];
    step("the build that packages ship: no demo, no stand-in", &mut cargo(shipped))?;
    let mut documentation = cargo(["doc", "--workspace", "--no-deps", "--quiet"]);
    step("documentation", documentation.env("RUSTDOCFLAGS", "-D warnings"))?;
    licences()?;
    if !all {
        // A release build from nothing takes longer than everything else together.
        println!("== the first command of the README, in a clean clone: with --all");
        return Ok(());
    }
    println!("== the first command of the README, in a clean clone");
    clean_clone::run()
}

fn step(name: &str, command: &mut Command) -> anyhow::Result<()> {
    println!("== {name}");
    command::run(command)
}

/// The tests themselves, with everything they need set up first.
fn tests(all: bool, filter: Option<&str>) -> anyhow::Result<()> {
    tools::install_packages()?;
    let nextest = tools::of_cargo("cargo-nextest")?;
    let python = tools::python()?;
    let postgres = Postgres::start()?;
    step("the programs under test", &mut cargo(["build", "--package", "countersign"]))?;
    let mut tests = Command::new(nextest);
    tests
        .args(["nextest", "run", "--workspace", "--no-fail-fast"])
        .args(filter)
        .current_dir(root())
        .env("COUNTERSIGN_TEST_PYTHON", python)
        .env("COUNTERSIGN_TEST_POSTGRES", postgres.url());
    if all {
        tests.env("COUNTERSIGN_TEST_LONG", "1").env("PROPTEST_CASES", "4096");
    }
    step("tests", &mut tests)
}

/// Licences, bans and sources always; advisories where their database can be reached.
fn licences() -> anyhow::Result<()> {
    let deny = tools::of_cargo("cargo-deny")?;
    let check = |what: &[&str]| {
        let mut command = Command::new(&deny);
        command.args(["--log-level", "error", "check"]).args(what).current_dir(root());
        command
    };
    step("licences, bans and sources", &mut check(&["licenses", "bans", "sources"]))?;
    println!("== advisories");
    if Command::new(&deny).args(["fetch", "db"]).current_dir(root()).status()?.success() {
        command::run(&mut check(&["advisories"]))
    } else {
        println!("ADVISORIES NOT CHECKED: their database cannot be reached from here");
        Ok(())
    }
}
