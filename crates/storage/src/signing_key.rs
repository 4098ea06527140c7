use chrono::{DateTime, Utc};
use model::{KeyState, OrganisationId, SigningKeyId, SigningKeyRecord};
use sqlx::FromRow;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError, unreadable};
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// The signing keys of an organisation without their private halves, the oldest first.
    pub async fn signing_keys(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<SigningKeyRecord>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, SigningKeyRow>(SIGNING_KEYS).bind(organisation.as_uuid()).fetch_all(db).await
        })?;
        rows.into_iter().map(SigningKeyRow::into_record).collect()
    }

    /// The private half of a key, PKCS#8, for the key ring alone (S47, SEC-02).
    pub async fn private_key(
        &self,
        organisation: OrganisationId,
        id: SigningKeyId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        let mut lease = self.reader().await?;
        let sealed = on!(&mut lease, db => {
            sqlx::query_scalar::<Db, Vec<u8>>(PRIVATE_KEY)
                .bind(organisation.as_uuid())
                .bind(id.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        Ok(sealed.map(|sealed| self.sealer().unseal(&context_of(id), &sealed)).transpose()?)
    }
}

/// What the private half is bound to: it does not open in another row.
fn context_of(id: SigningKeyId) -> String {
    format!("signing_keys.private_key.{id}")
}

impl Transaction {
    /// Adds a key with its private half, PKCS#8, which is sealed on the way.
    pub async fn insert_signing_key(
        &mut self,
        record: &SigningKeyRecord,
        pkcs8: &[u8],
    ) -> Result<(), StorageError> {
        if record.state == KeyState::Active && self.active_key(record.organisation).await?.is_some() {
            return Err(Refusal::ActiveKeyExists.into());
        }
        let sealed = self.sealer().seal(&context_of(record.id), pkcs8)?;
        on!(&mut self.connection(), db => {
            sqlx::query::<Db>(INSERT_SIGNING_KEY)
                .bind(record.id.as_uuid())
                .bind(record.organisation.as_uuid())
                .bind(record.state.as_str())
                .bind(i64::from(record.bits))
                .bind(record.certificate.as_slice())
                .bind(sealed)
                .bind(record.expires_at)
                .bind(record.demo)
                .bind(record.created_at)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Moves a key through its life. Activating one retires the key that was active, so that an organisation has
    /// exactly one; the active key leaves no other way.
    pub async fn set_key_state(
        &mut self,
        organisation: OrganisationId,
        id: SigningKeyId,
        state: KeyState,
    ) -> Result<(), StorageError> {
        match self.active_key(organisation).await? {
            Some(active) if active == id && state == KeyState::Active => return Ok(()),
            Some(active) if active == id => return Err(Refusal::ActiveKeyNeeded.into()),
            Some(active) if state == KeyState::Active => {
                self.write_key_state(organisation, active, KeyState::Retired).await?;
            }
            _ => {}
        }
        match self.write_key_state(organisation, id, state).await? {
            0 => Err(Refusal::Missing("signing key").into()),
            _ => Ok(()),
        }
    }

    async fn active_key(
        &mut self,
        organisation: OrganisationId,
    ) -> Result<Option<SigningKeyId>, StorageError> {
        let id = on!(&mut self.connection(), db => {
            sqlx::query_scalar::<Db, Uuid>(ACTIVE_KEY).bind(organisation.as_uuid()).fetch_optional(db).await
        })?;
        Ok(id.map(SigningKeyId::from))
    }

    async fn write_key_state(
        &mut self,
        organisation: OrganisationId,
        id: SigningKeyId,
        state: KeyState,
    ) -> Result<u64, StorageError> {
        Ok(on!(&mut self.connection(), db => {
            sqlx::query::<Db>(SET_KEY_STATE)
                .bind(organisation.as_uuid())
                .bind(id.as_uuid())
                .bind(state.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

#[derive(FromRow)]
struct SigningKeyRow {
    id: Uuid,
    organisation_id: Uuid,
    state: String,
    bits: i64,
    certificate: Vec<u8>,
    expires_at: DateTime<Utc>,
    demo: bool,
    created_at: DateTime<Utc>,
}

impl SigningKeyRow {
    fn into_record(self) -> Result<SigningKeyRecord, StorageError> {
        let state = KeyState::from_name(&self.state).ok_or_else(|| format!("{:?} is no state", self.state));
        Ok(SigningKeyRecord {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            state: state.map_err(unreadable("signing_keys", "state", &self.id))?,
            bits: u32::try_from(self.bits).map_err(unreadable("signing_keys", "bits", &self.id))?,
            certificate: self.certificate,
            expires_at: self.expires_at,
            demo: self.demo,
            created_at: self.created_at,
        })
    }
}

statements! {
    SIGNING_KEYS = "select id, organisation_id, state, bits, certificate, expires_at, demo, created_at
        from signing_keys
        where organisation_id = $1
        order by created_at, id";

    PRIVATE_KEY = "select private_key
        from signing_keys
        where organisation_id = $1 and id = $2";

    INSERT_SIGNING_KEY = "insert into signing_keys (id, organisation_id, state, bits, certificate, private_key,
            expires_at, demo, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    ACTIVE_KEY = "select id
        from signing_keys
        where organisation_id = $1 and state = 'active'";

    SET_KEY_STATE = "update signing_keys
        set state = $3
        where organisation_id = $1 and id = $2";
}
