//! What a newcomer does first: the first command of the README, in a clone that holds what is committed and no more.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::command::{self, cargo, root, target};

/// How long a build from nothing may take on a small machine that does other work as well.
const PATIENCE: Duration = Duration::from_mins(40);

/// Clones, builds, starts, asks both sites, and stops. The target folder is ours: what was built already is used.
pub fn run() -> anyhow::Result<()> {
    let folder = target().join("clean-clone");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let tree = folder.join("tree");
    if !root().join(".git").exists() {
        println!("NOT TRIED: this tree is no git checkout");
        return Ok(());
    }
    command::run(Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(&tree))?;

    let description = folder.join("describe.json");
    let mut demo = cargo(first_command(&tree)?.split_whitespace().skip(1));
    demo.args(["--listen", "127.0.0.1:0", "--data"])
        .arg(folder.join("data"))
        .arg("--describe")
        .arg(&description);
    let demo = demo.current_dir(&tree).env("CARGO_TARGET_DIR", std::path::absolute(target())?).spawn()?;
    let outcome = try_out(demo, &description);
    fs::remove_dir_all(&folder)?;
    outcome
}

/// The first line of the README that is a command.
fn first_command(tree: &Path) -> anyhow::Result<String> {
    let page = fs::read_to_string(tree.join("README.md"))?;
    let command =
        page.lines().find(|line| line.starts_with("cargo ")).context("the README names no command")?;
    ensure!(command.starts_with("cargo run "), "the README begins with `{command}`");
    Ok(command.to_owned())
}

fn try_out(mut demo: Child, description: &Path) -> anyhow::Result<()> {
    let answered = wait_for(&mut demo, description).and_then(|()| {
        let description: Value = serde_json::from_slice(&fs::read(description)?)?;
        for (site, path) in [("base_url", "/healthz"), ("rehearsal_url", "/")] {
            let address = description[site].as_str().with_context(|| format!("no {site}"))?;
            ask(address, path)?;
        }
        Ok(())
    });
    // `cargo run` became the demo itself, so that this is what Ctrl-C does.
    let stopped = command::run(Command::new("kill").args(["-INT", &demo.id().to_string()]));
    let ended = demo.wait()?;
    answered.and(stopped)?;
    ensure!(ended.success(), "stopping it ended with {ended}");
    Ok(())
}

/// The description is there once everything answers.
fn wait_for(demo: &mut Child, description: &Path) -> anyhow::Result<()> {
    let patience = Instant::now() + PATIENCE;
    while Instant::now() < patience {
        if description.exists() {
            return Ok(());
        }
        if let Some(ended) = demo.try_wait()? {
            bail!("it ended with {ended} before it was ready");
        }
        thread::sleep(Duration::from_millis(200));
    }
    bail!("it was not ready after {} minutes", PATIENCE.as_secs() / 60)
}

/// A site has to answer with 200.
fn ask(address: &str, path: &str) -> anyhow::Result<()> {
    let host = address.strip_prefix("http://").with_context(|| format!("{address} is no plain address"))?;
    let mut connection = TcpStream::connect(host).with_context(|| format!("{address} does not answer"))?;
    write!(connection, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{address}{path}: {}", String::from_utf8_lossy(&answer));
    Ok(())
}
