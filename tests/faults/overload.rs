//! More programs at once than passwords can be checked.

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::Value;
use testkit::{Connection, Demo};
use tokio::task::JoinSet;

use crate::{COUNTERSIGN, operator};

/// Programs that ask at the same moment: several times as many as may wait.
const CROWD: usize = 300;

/// What a program was told.
enum Told {
    /// The id of its assertion.
    Token(String),
    ComeBack,
}

/// One request of Ada's over a connection that stands ready.
async fn ask(connection: &mut Connection, request: &[u8]) -> anyhow::Result<Told> {
    let answer = connection.exchange(request).await?;
    let body = std::str::from_utf8(answer.body)?;
    match answer.status {
        200 => {
            let (_, rest) = body.split_once("AssertionID=\"").context("no assertion")?;
            Ok(Told::Token(rest.split('"').next().unwrap_or_default().to_owned()))
        }
        503 => {
            ensure!(answer.header("retry-after") == Some("1"), "it is not said when to come back");
            ensure!(body.contains("<s:Value>s:Receiver</s:Value>"), "not the server's fault: {body}");
            ensure!(!body.contains("Assertion "), "a token in a fault");
            Ok(Told::ComeBack)
        }
        other => anyhow::bail!("answered with {other}: {body}"),
    }
}

/// The ids of all tokens in the ledger.
fn recorded(folder: &Path) -> anyhow::Result<Vec<String>> {
    let tail = operator(folder, &["--json", "ledger", "tail", "-n", "100000"])?;
    let rows: Vec<Value> = serde_json::from_slice(&tail.stdout)?;
    let id = |row: &Value| row["entry"]["detail"]["assertion"].as_str().map(str::to_owned);
    Ok(rows.iter().filter_map(id).collect())
}

/// S34, S54: a crowd above capacity is partly served and partly told to come back; nobody has a token without a row,
/// no row is without its token, and afterwards it is as before.
#[tokio::test]
async fn a_crowd_of_programs_is_served_or_told_to_come_back_and_nothing_else() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let (door, ada) = (demo.secured()?, demo.person("ada")?);
    let mut connections = Vec::new();
    for _ in 0..CROWD {
        connections.push(Connection::open(&door).await?);
    }

    let mut crowd = JoinSet::new();
    for mut connection in connections {
        let request = demo.description.posted_token_request(&ada.upn, &ada.password);
        crowd.spawn(async move { ask(&mut connection, &request).await });
    }
    let (mut received, mut refused) = (Vec::new(), 0);
    while let Some(told) = crowd.join_next().await {
        match told?? {
            Told::Token(id) => received.push(id),
            Told::ComeBack => refused += 1,
        }
    }
    assert!(!received.is_empty() && refused > 0, "{} served, {refused} refused", received.len());

    let request = demo.description.posted_token_request(&ada.upn, &ada.password);
    match ask(&mut Connection::open(&door).await?, &request).await? {
        Told::Token(id) => received.push(id),
        Told::ComeBack => anyhow::bail!("nobody else is there any more"),
    }
    let mut recorded = recorded(folder.path())?;
    received.sort();
    recorded.sort();
    assert_eq!(received, recorded);
    let verified = operator(folder.path(), &["ledger", "verify"])?;
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    Ok(())
}
