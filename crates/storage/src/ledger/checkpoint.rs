//! Signed statements of where every chain stood, kept in the database, beside it in a file, and in the log (S78).

use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use tokio::fs::OpenOptions;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::chain::Hash;
use super::rows;
use crate::backend::{Connection, on, statements};
use crate::error::StorageError;
use crate::sealer::{SealError, Sealer};
use crate::store::Store;

/// What is signed: the end of every node's chain at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) chains: Vec<ChainEnd>,
}

/// The last row of a node, which stands for all rows before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChainEnd {
    pub(crate) node: Uuid,
    pub(crate) name: String,
    pub(crate) epoch: i64,
    pub(crate) sequence: i64,
    #[serde(with = "base64_hash")]
    pub(crate) hash: Hash,
}

/// A statement as it was signed. In the file, one per line: key, signature, body, with spaces between.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub(crate) struct Checkpoint {
    key_id: Vec<u8>,
    body: String,
    pub(crate) signature: Vec<u8>,
}

impl Checkpoint {
    fn line(&self) -> String {
        let [key, signature] = [&self.key_id, &self.signature].map(|bytes| BASE64_STANDARD.encode(bytes));
        format!("{key} {signature} {}", self.body)
    }

    /// Reads a line of the file.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let mut fields = line.splitn(3, ' ');
        let key_id = BASE64_STANDARD.decode(fields.next()?).ok()?;
        let signature = BASE64_STANDARD.decode(fields.next()?).ok()?;
        Some(Self { key_id, signature, body: fields.next()?.to_owned() })
    }

    /// The statement, when one of our keys signed it.
    pub(crate) fn open(&self, keys: &[PublicKey]) -> Option<Statement> {
        let key = keys.iter().find(|key| key.id.as_slice() == self.key_id)?;
        key.key.verify(self.body.as_bytes(), &self.signature).ok()?;
        serde_json::from_str(&self.body).ok()
    }
}

/// A key that checkpoints are verified with.
pub(crate) struct PublicKey {
    id: Vec<u8>,
    key: UnparsedPublicKey<Vec<u8>>,
}

/// Makes checkpoints for one node.
pub(crate) struct Checkpointer {
    key: Ed25519KeyPair,
    key_id: Vec<u8>,
    file: Option<PathBuf>,
    /// What the last one said.
    last: Vec<ChainEnd>,
}

impl Checkpointer {
    /// Takes the newest key of the database, or makes the first one.
    pub(crate) async fn open(
        store: &Store,
        file: Option<PathBuf>,
        now: DateTime<Utc>,
    ) -> Result<Self, StorageError> {
        let mut lease = store.writer().await?;
        let mut connection = lease.borrowed();
        let key = match stored_keys(&mut connection).await?.last() {
            Some(stored) => stored.open(store.sealer())?,
            None => make_key(&mut connection, store.sealer(), now).await?,
        };
        Ok(Self { key_id: id_of(&key), key, file, last: Vec::new() })
    }

    /// Signs where every chain stands, unless nothing has moved, and keeps it in the table, the file and the log, in
    /// this order: a checkpoint that the file has and the table lacks was taken away.
    pub(crate) async fn make(&mut self, store: &Store, now: DateTime<Utc>) -> Result<(), CheckpointError> {
        let mut lease = store.writer().await?;
        let mut connection = lease.borrowed();
        let chains = rows::heads(&mut connection).await?.into_iter().map(|(name, head)| ChainEnd {
            node: head.node,
            name,
            epoch: head.epoch,
            sequence: head.sequence,
            hash: head.hash,
        });
        let chains: Vec<_> = chains.collect();
        if chains == self.last {
            return Ok(());
        }
        let statement = Statement { made_at: now, chains };
        let checkpoint = self.sign(&statement)?;
        insert(&mut connection, &checkpoint, now).await?;
        drop(lease);
        let line = checkpoint.line();
        if let Some(file) = &self.file {
            let source = append_line(file, &line).await;
            source.map_err(|source| CheckpointError::File { path: file.clone(), source })?;
        }
        tracing::info!(target: "countersign::ledger", checkpoint = line, "ledger checkpoint");
        self.last = statement.chains;
        Ok(())
    }

    fn sign(&self, statement: &Statement) -> Result<Checkpoint, CheckpointError> {
        let body = serde_json::to_string(statement).map_err(CheckpointError::Encoding)?;
        let signature =
            self.key.try_sign(body.as_bytes()).map_err(|_| StorageError::from(SealError::Library))?;
        Ok(Checkpoint { key_id: self.key_id.clone(), body, signature: signature.as_ref().to_vec() })
    }
}

/// Why a checkpoint could not be made; the next one will cover the same rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckpointError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the checkpoint could not be written as JSON")]
    Encoding(#[source] serde_json::Error),
    #[error("the checkpoint file {path} cannot be written; check its folder's permissions and space")]
    File { path: PathBuf, source: io::Error },
}

async fn insert(
    connection: &mut Connection<'_>,
    checkpoint: &Checkpoint,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    on!(connection, db => {
        sqlx::query::<Db>(INSERT_CHECKPOINT)
            .bind(Uuid::now_v7())
            .bind(now)
            .bind(checkpoint.key_id.as_slice())
            .bind(checkpoint.body.as_str())
            .bind(checkpoint.signature.as_slice())
            .execute(db)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Appends a durable line. Half a line that a crash left is cut off first: it protects nothing.
async fn append_line(path: &Path, line: &str) -> io::Result<()> {
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path).await?;
    let whole = length_of_whole_lines(&mut file).await?;
    file.set_len(whole).await?;
    file.seek(io::SeekFrom::Start(whole)).await?;
    file.write_all(format!("{line}\n").as_bytes()).await?;
    file.flush().await?;
    file.sync_data().await
}

/// Everything up to the last line feed, looked for in blocks from the end.
async fn length_of_whole_lines(file: &mut tokio::fs::File) -> io::Result<u64> {
    const BLOCK: u64 = 4096;
    let mut end = file.metadata().await?.len();
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        file.seek(io::SeekFrom::Start(start)).await?;
        let mut block = Vec::new();
        (&mut *file).take(end - start).read_to_end(&mut block).await?;
        if let Some(position) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + position as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Checkpoints of the table after an id, a page at a time.
pub(crate) async fn page_after(
    connection: &mut Connection<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, Checkpoint)>, StorageError> {
    #[derive(FromRow)]
    struct Row {
        id: Uuid,
        #[sqlx(flatten)]
        checkpoint: Checkpoint,
    }
    let rows = on!(connection, db => {
        sqlx::query_as::<Db, Row>(CHECKPOINTS_AFTER).bind(after).bind(limit).fetch_all(db).await
    })?;
    Ok(rows.into_iter().map(|row| (row.id, row.checkpoint)).collect())
}

/// The public halves of all keys that open with the key file. One that does not open was not made here, and what it
/// signed counts for nothing.
pub(crate) async fn public_keys(store: &Store) -> Result<Vec<PublicKey>, StorageError> {
    let mut lease = store.reader().await?;
    let stored = stored_keys(&mut lease.borrowed()).await?;
    let opened = stored.iter().filter_map(|stored| stored.open(store.sealer()).ok());
    Ok(opened
        .map(|key| PublicKey {
            id: id_of(&key),
            key: UnparsedPublicKey::new(&ED25519, key.public_key().as_ref().to_vec()),
        })
        .collect())
}

async fn stored_keys(connection: &mut Connection<'_>) -> Result<Vec<StoredKey>, StorageError> {
    Ok(on!(connection, db => sqlx::query_as::<Db, StoredKey>(CHECKPOINT_KEYS).fetch_all(db).await)?)
}

#[derive(FromRow)]
struct StoredKey {
    id: Vec<u8>,
    private_key: Vec<u8>,
}

impl StoredKey {
    fn open(&self, sealer: &Sealer) -> Result<Ed25519KeyPair, StorageError> {
        let pkcs8 = sealer.unseal(&context_of(&self.id), &self.private_key)?;
        Ok(Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| SealError::Altered)?)
    }
}

async fn make_key(
    connection: &mut Connection<'_>,
    sealer: &Sealer,
    now: DateTime<Utc>,
) -> Result<Ed25519KeyPair, StorageError> {
    let key = Ed25519KeyPair::generate().map_err(|_| SealError::Library)?;
    let pkcs8 = Zeroizing::new(key.to_pkcs8().map_err(|_| SealError::Library)?.as_ref().to_vec());
    let id = id_of(&key);
    let private_key = sealer.seal(&context_of(&id), &pkcs8)?;
    on!(connection, db => {
        sqlx::query::<Db>(INSERT_CHECKPOINT_KEY).bind(id).bind(private_key).bind(now).execute(db).await.map(drop)
    })?;
    Ok(key)
}

fn id_of(key: &Ed25519KeyPair) -> Vec<u8> {
    digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec()
}

fn context_of(id: &[u8]) -> String {
    format!("checkpoint_keys.private_key.{}", BASE64_STANDARD.encode(id))
}

mod base64_hash {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::Hash;

    pub(super) fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(de::Error::custom)?;
        Hash::try_from(bytes).map_err(|_| de::Error::custom("a hash has 32 bytes"))
    }
}

statements! {
    CHECKPOINT_KEYS = "select id, private_key
        from checkpoint_keys
        order by created_at, id";

    INSERT_CHECKPOINT_KEY = "insert into checkpoint_keys (id, private_key, created_at)
        values ($1, $2, $3)";

    INSERT_CHECKPOINT = "insert into checkpoints (id, made_at, key_id, body, signature)
        values ($1, $2, $3, $4, $5)";

    CHECKPOINTS_AFTER = "select id, key_id, body, signature
        from checkpoints
        where id > $1
        order by id
        limit $2";
}
