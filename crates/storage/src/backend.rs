//! The one place that knows there are two databases.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};

/// The same thing for either database: a pooled connection, a transaction, a borrowed connection.
pub(crate) enum Backend<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// A connection taken from a pool.
pub(crate) type Lease = Backend<PoolConnection<Sqlite>, PoolConnection<Postgres>>;

/// A connection that somebody else holds, with or without a transaction around.
pub(crate) type Connection<'c> = Backend<&'c mut SqliteConnection, &'c mut PgConnection>;

/// A transaction that rolls back unless it is committed.
pub(crate) type OpenTransaction =
    Backend<sqlx::Transaction<'static, Sqlite>, sqlx::Transaction<'static, Postgres>>;

/// Runs one query expression on whichever database is open: `on!(&mut lease, db => sqlx::query(SQL).execute(db).await)`.
///
/// Inside, `db` is a connection and `Db` names its database, for `query_as::<Db, Row>`.
macro_rules! on {
    ($backend:expr, $db:ident => $query:expr) => {
        match $backend {
            $crate::backend::Backend::Sqlite($db) => {
                type Db = sqlx::Sqlite;
                let $db = &mut **$db;
                $query
            }
            $crate::backend::Backend::Postgres($db) => {
                type Db = sqlx::Postgres;
                let $db = &mut **$db;
                $query
            }
        }
    };
}
pub(crate) use on;

/// Names SQL statements and lists them, so that a test prepares every one on both databases.
macro_rules! statements {
    ($($name:ident = $sql:literal;)+) => {
        $(const $name: &str = $sql;)+

        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;

impl Lease {
    /// The connection, for functions that serve leases and transactions alike.
    pub(crate) fn borrowed(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(lease) => Connection::Sqlite(&mut **lease),
            Self::Postgres(lease) => Connection::Postgres(&mut **lease),
        }
    }
}

impl OpenTransaction {
    /// The connection, inside the transaction.
    pub(crate) fn borrowed(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(open) => Connection::Sqlite(&mut **open),
            Self::Postgres(open) => Connection::Postgres(&mut **open),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(open) => open.commit().await,
            Self::Postgres(open) => open.commit().await,
        }
    }
}
