use anyhow::Context;
use serde_json::Value;
use testkit::{Demo, Page, Visitor};
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::{COUNTERSIGN, operator};

/// How many people sign in again and again.
const VISITORS: usize = 4;
/// How many tokens have been received before the process is killed.
const ENOUGH: usize = 80;

/// The id of the assertion on a page that posts a token.
fn assertion_id(page: &Page) -> Option<String> {
    let form = page.form().ok()?;
    let (_, rest) = form.value("wresult")?.split_once("AssertionID=\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Asks for tokens until the server is gone, and tells of each that arrived whole.
async fn keep_asking(visitor: Visitor, request: String, received: UnboundedSender<String>) {
    while let Ok(page) = visitor.get(&request).await {
        let goes_on = match assertion_id(&page) {
            Some(id) => received.send(id).is_ok(),
            // The loop was noticed, as it should be: "try again" lets this browser go on.
            None => visitor.submit(&page, &[]).await.is_ok(),
        };
        if !goes_on {
            return;
        }
    }
}

/// S78: a token leaves only after its row is on disk, so that `kill -9` loses none that a client received.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_token_that_was_received_is_in_the_ledger_after_a_kill() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut ids = Vec::new();
    for person in demo.description.users.iter().take(3).cycle().take(VISITORS) {
        let visitor = Visitor::new()?;
        let page = visitor.sign_in(&demo.request(""), &person.upn, &person.password).await?;
        ids.push(assertion_id(&page).context("no token at the first sign-in")?);
        tokio::spawn(keep_asking(visitor, demo.request(""), sender.clone()));
    }
    drop(sender);
    while ids.len() < ENOUGH {
        ids.push(receiver.recv().await.context("the visitors gave up before the kill")?);
    }

    demo.kill().await?;

    while let Some(id) = receiver.recv().await {
        ids.push(id);
    }
    let again = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let tail = operator(folder.path(), &["--json", "ledger", "tail", "-n", "100000"])?;
    let rows: Vec<Value> = serde_json::from_slice(&tail.stdout)?;
    for id in &ids {
        let row = rows.iter().find(|row| row["entry"]["detail"]["assertion"] == id.as_str());
        assert!(row.is_some(), "{id} was received but is not among {} rows", rows.len());
    }
    let verified = operator(folder.path(), &["ledger", "verify"])?;
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));

    let ada = again.person("ada")?;
    let page = Visitor::new()?.sign_in(&again.request(""), &ada.upn, &ada.password).await?;
    assert!(page.has_token(), "it works as before");
    Ok(())
}
