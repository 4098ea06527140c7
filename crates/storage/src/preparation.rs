//! Every statement is understood by both databases, whose tables and columns are the same.

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::ledger::{self, Parameters};
use crate::support::TestDatabase;

fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        crate::account::STATEMENTS,
        crate::application::STATEMENTS,
        crate::caller_check::STATEMENTS,
        crate::domain::STATEMENTS,
        crate::email_code::STATEMENTS,
        crate::enrolment::STATEMENTS,
        crate::familiar_place::STATEMENTS,
        crate::installation::STATEMENTS,
        crate::organisation::STATEMENTS,
        crate::passkey::STATEMENTS,
        crate::policies::STATEMENTS,
        crate::password_history::STATEMENTS,
        crate::role::STATEMENTS,
        crate::second_factor::STATEMENTS,
        crate::session::STATEMENTS,
        crate::session_list::STATEMENTS,
        crate::signing_key::STATEMENTS,
        crate::transaction::STATEMENTS,
        crate::unlock::STATEMENTS,
        crate::user::STATEMENTS,
    ]
    .into_iter()
    .chain(ledger::STATEMENTS)
    .flatten()
    .copied()
    .chain(insertions(Parameters::Numbered))
}

/// Ledger rows by the one, by the two, and as many as fit.
fn insertions(parameters: Parameters) -> impl Iterator<Item = (&'static str, &'static str)> {
    [1, 2, ledger::BATCH]
        .into_iter()
        .map(move |rows| ("INSERT_ROWS", ledger::insert_statement(rows, parameters)))
}

#[tokio::test]
async fn sqlite_understands_every_statement() {
    let db = TestDatabase::sqlite().await;
    let mut connection = SqliteConnection::connect(&db.database.url).await.unwrap();
    for (name, statement) in statements().chain(insertions(Parameters::Anonymous)) {
        let prepared = (&mut connection).prepare(sqlx::SqlStr::from_static(statement)).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn postgres_understands_every_statement() {
    let db = TestDatabase::postgres().await;
    let mut connection = PgConnection::connect(&db.database.url).await.unwrap();
    // The lock of a node is the one thing that only the server has a statement for.
    for (name, statement) in statements().chain(crate::node_lock::STATEMENTS.iter().copied()) {
        let prepared = (&mut connection).prepare(sqlx::SqlStr::from_static(statement)).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (TestDatabase::sqlite().await, TestDatabase::postgres().await);
    let mut connection = SqliteConnection::connect(&sqlite.database.url).await.unwrap();
    let in_sqlite: Vec<(String, String, bool)> = sqlx::query_as(
        "select tables.name, columns.name, columns.\"notnull\"
        from sqlite_schema as tables, pragma_table_info(tables.name) as columns
        where tables.type = 'table' and tables.name not like 'sqlite_%' and tables.name not like '_sqlx%'
        order by 1, columns.cid",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut connection = PgConnection::connect(&postgres.database.url).await.unwrap();
    let in_postgres: Vec<(String, String, bool)> = sqlx::query_as(
        "select table_name::text, column_name::text, is_nullable = 'NO'
        from information_schema.columns
        where table_schema = 'public' and table_name not like '\\_sqlx%'
        order by 1, ordinal_position",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(!in_sqlite.is_empty());
    assert_eq!(in_sqlite, in_postgres);
}

#[tokio::test]
async fn every_table_and_column_says_what_it_is_for() {
    let db = TestDatabase::postgres().await;
    let mut connection = PgConnection::connect(&db.database.url).await.unwrap();
    let silent: Vec<String> = sqlx::query_scalar(
        "select relname || '.' || attname
        from pg_attribute
        join pg_class on pg_class.oid = attrelid
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not like '\\_sqlx%'
            and attnum > 0
            and (col_description(attrelid, attnum) is null or obj_description(attrelid, 'pg_class') is null)",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(silent, Vec::<String>::new());
}
