//! The ledger from the command line: what was done is there, and what was changed is found.

use std::process::{Command, Stdio};

use crate::Installation;

#[test]
fn what_an_operator_does_is_in_the_ledger() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;

    let tail = here.done(&["ledger", "tail"])?;
    let verified = here.done(&["ledger", "verify"])?;

    assert!(tail.contains("change: domain add") && tail.contains("init"), "{tail}");
    assert!(tail.contains("contoso.example") && !tail.contains(['{', '"']), "for people: {tail}");
    assert!(verified.contains("Nothing was changed"), "{verified}");
    Ok(())
}

/// `countersign ledger tail | head -1`: whoever has read enough closes the pipe.
#[test]
fn an_answer_that_nobody_reads_to_its_end_is_no_failure() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    let (reader, writer) = std::io::pipe()?;
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["--json", "ledger", "tail"])
        .current_dir(here.path())
        .env_clear()
        .env("COUNTERSIGN_DATA", here.path().join("data"))
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
