use chrono::{DateTime, Utc};
use model::OrganisationId;
use sqlx::FromRow;

use crate::backend::{on, statements};
use crate::error::{Refusal, StorageError, unreadable};
use crate::store::Store;
use crate::transaction::Transaction;

/// A version of an organisation's policy. What the document means is none of this crate's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Counted from one, without a gap.
    pub version: u32,
    /// The document, as it was written.
    pub document: String,
    /// What the change was for.
    pub note: Option<String>,
    /// Who saved it.
    pub saved_by: String,
    /// When.
    pub saved_at: DateTime<Utc>,
}

impl Store {
    /// The version in force: the latest; none where nobody ever saved one.
    pub async fn policy(&self, organisation: OrganisationId) -> Result<Option<PolicyVersion>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, PolicyRow>(POLICY)
                .bind(organisation.as_uuid())
                .fetch_optional(db)
                .await
        })?;
        row.map(TryInto::try_into).transpose()
    }

    /// One version.
    pub async fn policy_version(
        &self,
        organisation: OrganisationId,
        version: u32,
    ) -> Result<Option<PolicyVersion>, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, PolicyRow>(POLICY_VERSION)
                .bind(organisation.as_uuid())
                .bind(i64::from(version))
                .fetch_optional(db)
                .await
        })?;
        row.map(TryInto::try_into).transpose()
    }

    /// Every version, the latest first.
    pub async fn policy_versions(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<PolicyVersion>, StorageError> {
        let mut lease = self.reader().await?;
        let rows = on!(&mut lease, db => {
            sqlx::query_as::<Db, PolicyRow>(POLICY_VERSIONS)
                .bind(organisation.as_uuid())
                .fetch_all(db)
                .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

impl Transaction {
    /// Saves the version that follows the one in force, which has to be the one that the change was made from.
    pub async fn save_policy(
        &mut self,
        organisation: OrganisationId,
        next: &PolicyVersion,
    ) -> Result<(), StorageError> {
        let saved = on!(&mut self.connection(), db => {
            sqlx::query::<Db>(SAVE_POLICY)
                .bind(organisation.as_uuid())
                .bind(i64::from(next.version))
                .bind(next.document.as_str())
                .bind(next.note.as_deref())
                .bind(next.saved_by.as_str())
                .bind(next.saved_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if saved == 0 { Err(Refusal::PolicyChanged.into()) } else { Ok(()) }
    }
}

#[derive(FromRow)]
struct PolicyRow {
    version: i64,
    document: String,
    note: Option<String>,
    saved_by: String,
    saved_at: DateTime<Utc>,
}

impl TryFrom<PolicyRow> for PolicyVersion {
    type Error = StorageError;

    fn try_from(row: PolicyRow) -> Result<Self, StorageError> {
        Ok(Self {
            version: u32::try_from(row.version).map_err(unreadable("policies", "version", &row.version))?,
            document: row.document,
            note: row.note,
            saved_by: row.saved_by,
            saved_at: row.saved_at,
        })
    }
}

statements! {
    POLICY = "select version, document, note, saved_by, saved_at
        from policies
        where organisation_id = $1
        order by version desc
        limit 1";

    POLICY_VERSION = "select version, document, note, saved_by, saved_at
        from policies
        where organisation_id = $1 and version = $2";

    POLICY_VERSIONS = "select version, document, note, saved_by, saved_at
        from policies
        where organisation_id = $1
        order by version desc";

    SAVE_POLICY = "insert into policies (organisation_id, version, document, note, saved_by, saved_at)
        select $1, $2, $3, $4, $5, $6
        where $2 = 1 + coalesce((select max(version) from policies where organisation_id = $1), 0)
        on conflict (organisation_id, version) do nothing";
}
