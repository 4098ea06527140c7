//! What is taken away from a running server: it says so with a page, loses nothing, and goes on when it has it back.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use testkit::{Demo, Page, Visitor};

use crate::{COUNTERSIGN, operator};

/// Somebody with a live session.
async fn signed_in(demo: &Demo) -> anyhow::Result<Visitor> {
    let ada = demo.person("ada")?;
    let visitor = Visitor::new()?;
    ensure!(visitor.sign_in(&demo.request(""), &ada.upn, &ada.password).await?.has_token());
    Ok(visitor)
}

/// A page that says that it is our fault, with a reference, and that hands over nothing.
fn assert_unavailable(page: &Page) {
    assert_eq!(page.status, 503, "{}", page.body);
    assert!(page.body.contains("<h1>") && page.reference().is_some(), "{}", page.body);
    assert!(!page.has_token() && !page.body.contains("wresult"));
}

/// The ledger, read by another process, is whole.
fn assert_intact(folder: &Path) -> anyhow::Result<()> {
    let verified = operator(folder, &["ledger", "verify"])?;
    ensure!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    Ok(())
}

/// Another program that keeps the database for itself.
struct Intruder(Child);

impl Intruder {
    fn on(database: &Path) -> anyhow::Result<Self> {
        let python = std::env::var_os("COUNTERSIGN_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let program = "import sqlite3, sys\n\
            db = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
            db.execute('begin exclusive')\n\
            print('locked', flush=True)\n\
            sys.stdin.readline()\n\
            db.execute('rollback')\n";
        let mut child = Command::new(python)
            .args(["-c", program])
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut said)?;
        ensure!(said.trim() == "locked", "the database could not be locked");
        Ok(Self(child))
    }

    fn leave(mut self) -> anyhow::Result<()> {
        self.0.stdin.take().context("no standard input")?.write_all(b"\n")?;
        ensure!(self.0.wait()?.success());
        Ok(())
    }
}

/// A token whose row cannot be written is not handed over; once the database is free, everything is as before.
#[tokio::test]
async fn a_locked_database_stops_tokens_and_nothing_else() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let visitor = signed_in(&demo).await?;

    let intruder = Intruder::on(&demo.data().join("data/countersign.db"))?;
    assert_unavailable(&visitor.get(&demo.request("")).await?);
    let form = Visitor::new()?.get(&demo.request("")).await?;
    assert_eq!(form.status, 200, "who only reads is served");

    intruder.leave()?;
    assert!(visitor.get(&demo.request("")).await?.has_token());
    assert_intact(folder.path())
}

/// The program, started so that it is told of a full disk rather than killed.
fn patient_program(folder: &Path) -> anyhow::Result<PathBuf> {
    let program = folder.join("countersign");
    fs::write(&program, format!("#!/bin/sh\ntrap '' XFSZ\nexec '{COUNTERSIGN}' \"$@\"\n"))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(program)
}

/// How long the files of a demo may grow; none: as long as ours.
fn let_grow_to(demo: &Demo, bytes: Option<u64>) -> anyhow::Result<()> {
    let id = demo.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).context("the demo has ended")?;
    let ours = getrlimit(Resource::Fsize);
    prlimit(Some(id), Resource::Fsize, Rlimit { current: bytes.or(ours.current), ..ours })?;
    Ok(())
}

/// No room: no file may grow any more, which a process meets as it meets a full disk.
#[tokio::test]
async fn a_full_disk_stops_tokens_and_loses_none() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let program = patient_program(folder.path())?;
    let demo = Demo::start_in(&program.to_string_lossy(), folder.path()).await?;
    let visitor = signed_in(&demo).await?;

    // The log, too, finds no room.
    let_grow_to(&demo, Some(1))?;
    for _ in 0..3 {
        assert_unavailable(&visitor.get(&demo.request("")).await?);
    }
    let ada = demo.person("ada")?;
    let page = Visitor::new()?.sign_in(&demo.request(""), &ada.upn, &ada.password).await?;
    assert_unavailable(&page);

    let_grow_to(&demo, None)?;
    assert!(visitor.get(&demo.request("")).await?.has_token());
    assert_intact(folder.path())?;
    demo.kill().await?;
    assert_intact(folder.path())
}

/// The key file is read once: a running server needs it no more, and one that starts without it, or with another,
/// says which file is meant and changes nothing.
#[tokio::test]
async fn a_key_file_that_is_gone_or_another_stops_the_next_start_only() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let visitor = signed_in(&demo).await?;
    let key = demo.data().join("keys/countersign.key");
    let kept = folder.path().join("kept.key");

    fs::rename(&key, &kept)?;
    assert!(visitor.get(&demo.request("")).await?.has_token(), "the key is in memory");
    let missing = operator(folder.path(), &["key", "list"])?;
    let complaint = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(!missing.status.success() && complaint.contains("there is no key file"), "{complaint}");

    let stranger = tempfile::tempdir()?;
    let other = Demo::start_in(COUNTERSIGN, stranger.path()).await?;
    fs::copy(other.data().join("keys/countersign.key"), &key)?;
    assert!(visitor.get(&demo.request("")).await?.has_token());
    assert!(demo.stop().await?.success());
    let refused = Demo::start_in(COUNTERSIGN, folder.path()).await.map(drop);
    let complaint = refused.err().context("it started with a foreign key")?.to_string();
    assert!(complaint.contains("does not open this database"), "{complaint}");

    fs::rename(&kept, &key)?;
    let again = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    signed_in(&again).await?;
    assert_intact(folder.path())
}
