use chrono::{DateTime, Utc};

use crate::backend::{on, statements};
use crate::error::StorageError;
use crate::sealer::SealError;
use crate::store::Store;
use crate::transaction::Transaction;

/// A text sealed when the database is made; opening it later proves that the key file is the same.
const KEY_CHECK: &str = "key_check";
const KEY_CHECK_CONTEXT: &str = "installation.value.key_check";
const KEY_CHECK_TEXT: &[u8] = b"countersign";

/// S83: made by the demo, for ever. There is no statement that removes it.
const DEMO: &str = "demo";

impl Store {
    /// Whether this installation was made by the demo, or holds an organisation or key that was (S83).
    pub async fn is_demo(&self) -> Result<bool, StorageError> {
        let mut lease = self.reader().await?;
        Ok(
            on!(&mut lease, db => sqlx::query_scalar::<Db, bool>(IS_DEMO).bind(DEMO).bind(true).fetch_one(db).await)?,
        )
    }

    /// Proves that the sealer has the key this database was made with.
    pub(crate) async fn check_key(&self, now: DateTime<Utc>) -> Result<(), StorageError> {
        let Some(sealed) = self.key_check().await? else {
            let sealed = self.sealer().seal(KEY_CHECK_CONTEXT, KEY_CHECK_TEXT)?;
            let mut lease = self.writer().await?;
            on!(&mut lease, db => sqlx::query::<Db>(INSERT_MARK).bind(KEY_CHECK).bind(sealed).bind(now).execute(db).await.map(drop))?;
            return Ok(());
        };
        let text = self.sealer().unseal(KEY_CHECK_CONTEXT, &sealed).map_err(StorageError::WrongKey)?;
        if text.as_slice() == KEY_CHECK_TEXT {
            Ok(())
        } else {
            Err(StorageError::WrongKey(SealError::Altered))
        }
    }

    async fn key_check(&self) -> Result<Option<Vec<u8>>, StorageError> {
        let mut lease = self.writer().await?;
        Ok(
            on!(&mut lease, db => sqlx::query_scalar::<Db, Vec<u8>>(MARK).bind(KEY_CHECK).fetch_optional(db).await)?,
        )
    }
}

impl Transaction {
    /// Marks the installation as the demo's, for ever (S83).
    pub async fn mark_demo(&mut self, now: DateTime<Utc>) -> Result<(), StorageError> {
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_MARK).bind(DEMO).bind(Vec::<u8>::new()).bind(now).execute(db).await.map(drop)
        })?;
        Ok(())
    }
}

statements! {
    MARK = "select value
        from installation
        where name = $1";

    INSERT_MARK = "insert into installation (name, value, made_at)
        values ($1, $2, $3)
        on conflict (name) do nothing";

    IS_DEMO = "select exists (select 1 from installation where name = $1)
        or exists (select 1 from organisations where demo = $2)
        or exists (select 1 from signing_keys where demo = $2)";
}
