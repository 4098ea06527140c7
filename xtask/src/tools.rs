//! What the tests need beside Rust: independent judges of signatures, schemas and pages, a browser, a database.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::command::{cargo, is_on_path, run, target};

/// A file that shows that a Debian package is there, and the package.
const PACKAGES: &[(&str, &str)] = &[
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/chromedriver", "chromium-driver"),
    ("/usr/bin/curl", "curl"),
    ("/usr/bin/kill", "procps"),
    ("/usr/bin/openssl", "openssl"),
    ("/usr/bin/xmlsec1", "xmlsec1"),
    ("/usr/bin/xmllint", "libxml2-utils"),
    ("/usr/share/xml/opensaml", "opensaml-schemas"),
    ("/usr/share/xml/xmltooling", "xmltooling-schemas"),
    ("/usr/lib/postgresql", "postgresql"),
];

/// Installs the Debian packages that are missing.
pub fn install_packages() -> anyhow::Result<()> {
    let mut missing: Vec<_> =
        PACKAGES.iter().filter(|(file, _)| !Path::new(file).exists()).map(|(_, package)| *package).collect();
    if !has_venv() {
        missing.push("python3-venv");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !is_on_path("apt-get") {
        bail!("the tests need these Debian packages, or their like: {list}");
    }
    println!("installing {list}");
    let advice = || format!("install them by hand: sudo apt-get install {list}");
    run(Command::new("apt-get").arg("update").arg("-qq")).with_context(advice)?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq"]).args(&missing).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut install).with_context(advice)
}

/// Whether there is a Python that can make virtual environments: Debian's comes without what that needs.
fn has_venv() -> bool {
    let mut python = Command::new("python3");
    python.args(["-c", "import ensurepip, venv"]).stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}

/// The judges that come from PyPI: signxml verifies signatures, msal signs in as programs do, aiosmtpd takes mail. The
/// last one carries axe-core, the rules of accessibility, and is wanted for that one file, hence without what it
/// depends on.
const JUDGES: [&[&str]; 2] =
    [&["signxml", "msal", "aiosmtpd"], &["--no-deps", "axe-playwright-python==0.1.8"]];

/// A Python with the judges in a virtual environment of its own; gives its interpreter.
pub fn python() -> anyhow::Result<PathBuf> {
    let folder = target().join("test-python");
    let python = folder.join("bin/python");
    let ready = folder.join("ready-signxml-msal-aiosmtpd-axe");
    if !ready.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("the tests need python3 with venv (Debian: python3-venv)")?;
        for judge in JUDGES {
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(judge))
                .with_context(|| format!("the tests need from PyPI: {}", judge.join(" ")))?;
        }
        std::fs::write(&ready, "")?;
    }
    Ok(python)
}

/// A command of cargo's that others wrote, built into the target folder when it is not on the path.
pub fn of_cargo(name: &str) -> anyhow::Result<PathBuf> {
    if is_on_path(name) {
        return Ok(name.into());
    }
    let folder = target().join("test-tools");
    let program = folder.join("bin").join(name);
    if !program.exists() {
        println!("installing {name}");
        let mut install = cargo(["install", "--locked", "--debug", name, "--root"]);
        run(install.arg(&folder)).with_context(|| format!("the tests need {name}"))?;
    }
    Ok(program)
}
