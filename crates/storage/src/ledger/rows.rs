//! Rows of the ledger in the database: a batch is one statement.

use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::chain::{GENESIS, Hash, Head, Link};
use crate::backend::{Connection, on, statements};
use crate::error::{StorageError, unreadable};

/// The most rows in one statement.
pub(crate) const BATCH: usize = 64;

const COLUMNS: usize = 15;

/// Writes up to [`BATCH`] rows in one statement, which commits by itself unless a transaction is open.
pub(crate) async fn insert(connection: &mut Connection<'_>, rows: &[Link<'_>]) -> Result<(), StorageError> {
    let parameters = match connection {
        Connection::Sqlite(_) => Parameters::Anonymous,
        Connection::Postgres(_) => Parameters::Numbered,
    };
    let statement = insert_statement(rows.len(), parameters);
    on!(connection, db => {
        let mut query = sqlx::query::<Db>(AssertSqlSafe(statement));
        for Link { draft, place, previous } in rows {
            let personal = draft.personal.as_ref();
            query = query
                .bind(place.node)
                .bind(place.epoch)
                .bind(place.sequence)
                .bind(draft.at)
                .bind(draft.kind)
                .bind(draft.organisation)
                .bind(draft.reference.as_deref())
                .bind(draft.user)
                .bind(draft.application)
                .bind(draft.detail.as_str())
                .bind(personal.map(|personal| personal.commitment.as_slice()))
                .bind(previous.as_slice())
                .bind(place.hash.as_slice())
                .bind(personal.map(|personal| personal.text.as_str()))
                .bind(personal.map(|personal| personal.salt.as_slice()));
        }
        query.execute(db).await.map(drop)
    })?;
    Ok(())
}

/// How a statement names its parameters. Both databases number them; SQLite looks a numbered one up in a list, which
/// for the hundreds of a batch costs more than writing the rows, so that there they go without.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameters {
    Numbered,
    Anonymous,
}

/// The statement for a number of rows, written once per process: it holds numbers and names, nothing from outside.
pub(crate) fn insert_statement(rows: usize, parameters: Parameters) -> &'static str {
    static NUMBERED: [OnceLock<String>; BATCH + 1] = [const { OnceLock::new() }; BATCH + 1];
    static ANONYMOUS: [OnceLock<String>; BATCH + 1] = [const { OnceLock::new() }; BATCH + 1];
    let statements = match parameters {
        Parameters::Numbered => &NUMBERED,
        Parameters::Anonymous => &ANONYMOUS,
    };
    statements.get(rows).map_or("", |statement| statement.get_or_init(|| write_statement(rows, parameters)))
}

fn write_statement(rows: usize, parameters: Parameters) -> String {
    let row = |row: usize| {
        let parameter = |column| match parameters {
            Parameters::Numbered => format!("${}", row * COLUMNS + column),
            Parameters::Anonymous => "?".to_owned(),
        };
        format!("({})", (1..=COLUMNS).map(parameter).collect::<Vec<_>>().join(", "))
    };
    let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
    format!(
        "insert into ledger (node_id, epoch, sequence, at, kind, organisation_id, reference, user_id,
            application_id, detail, commitment, previous, hash, personal, salt)
        values {rows}"
    )
}

/// The end of a node's chain as the database has it: the last row of its last epoch.
pub(crate) async fn head_of(
    connection: &mut Connection<'_>,
    node: Uuid,
) -> Result<Option<Head>, StorageError> {
    let row = on!(connection, db => {
        sqlx::query_as::<Db, HeadRow>(HEAD_OF_NODE).bind(node).fetch_optional(db).await
    })?;
    row.map(HeadRow::into_head).transpose()
}

/// The ends of all nodes' chains with the nodes' names; a node that never wrote is at its beginning.
pub(crate) async fn heads(connection: &mut Connection<'_>) -> Result<Vec<(String, Head)>, StorageError> {
    let nodes = on!(connection, db => {
        sqlx::query_as::<Db, (Uuid, String, i64)>(NODES).fetch_all(db).await
    })?;
    let mut heads = Vec::with_capacity(nodes.len());
    for (node, name, epoch) in nodes {
        let beginning = Head { node, epoch, sequence: 0, hash: GENESIS };
        heads.push((name, head_of(connection, node).await?.unwrap_or(beginning)));
    }
    Ok(heads)
}

#[derive(FromRow)]
struct HeadRow {
    node_id: Uuid,
    epoch: i64,
    sequence: i64,
    hash: Vec<u8>,
}

impl HeadRow {
    fn into_head(self) -> Result<Head, StorageError> {
        let row = format!("{}/{}/{}", self.node_id, self.epoch, self.sequence);
        let hash = Hash::try_from(self.hash.as_slice()).map_err(unreadable("ledger", "hash", &row))?;
        Ok(Head { node: self.node_id, epoch: self.epoch, sequence: self.sequence, hash })
    }
}

statements! {
    HEAD_OF_NODE = "select node_id, epoch, sequence, hash
        from ledger
        where node_id = $1
        order by epoch desc, sequence desc
        limit 1";

    NODES = "select id, name, epoch
        from nodes
        order by name";
}
