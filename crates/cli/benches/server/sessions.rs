//! A hundred thousand sessions, made from one.

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::SessionId;
use storage::{Journal, JournalSettings, SessionRow, Store};
use tokio::task::JoinSet;

pub const COUNT: u32 = 100_000;

/// Rows on their way to the database at a time.
const AT_A_TIME: usize = 1024;

/// The cookie of a session.
pub fn secret(number: u32) -> String {
    URL_SAFE_NO_PAD.encode(bytes(number))
}

/// By what a session is found.
pub fn hash_of(cookie: &str) -> anyhow::Result<[u8; 32]> {
    hash(&URL_SAFE_NO_PAD.decode(cookie)?)
}

/// Keeps as many sessions like the given one.
pub async fn copy(store: &Store, original: &[u8; 32]) -> anyhow::Result<()> {
    let original = store.session_by_hash(original).await?.context("the session was not kept")?;
    let settings = JournalSettings { node: "bench".to_owned(), ..JournalSettings::default() };
    let journal = Journal::start(store.clone(), settings).await?;
    let mut writing = JoinSet::new();
    for number in 0..COUNT {
        if writing.len() == AT_A_TIME {
            writing.join_next().await.context("nothing is written")???;
        }
        let row = SessionRow { hash: hash(&bytes(number))?, id: SessionId::new(), ..original.clone() };
        let journal = journal.clone();
        writing.spawn(async move { journal.session_started(row).await });
    }
    while let Some(written) = writing.join_next().await {
        written??;
    }
    journal.shutdown().await;
    Ok(())
}

fn bytes(number: u32) -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes
}

fn hash(secret: &[u8]) -> anyhow::Result<[u8; 32]> {
    Ok(digest(&SHA256, secret).as_ref().try_into()?)
}
