//! What goes wrong outside says clearly what it is, and nothing is corrupted by it.

use std::fs;
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use storage::{Database, Journal, JournalSettings, StorageError, Store};
use tempfile::TempDir;

use crate::support::{TestDatabase, organisation, sealer_in};

#[tokio::test]
async fn a_database_that_another_process_locks_is_reported_as_locked() {
    let db = TestDatabase::sqlite().await;
    let store = db.impatient().await.unwrap();
    let mut other = SqliteConnection::connect(&db.database.url).await.unwrap();
    let lock = other.begin_with("begin immediate").await.unwrap();

    assert!(matches!(store.begin().await.map(drop), Err(StorageError::Locked(_))));
    let journal = Journal::start(store.clone(), JournalSettings::default()).await.map(drop);
    assert!(matches!(journal, Err(StorageError::Locked(_))));
    assert!(store.organisations().await.unwrap().is_empty());

    lock.rollback().await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn while_one_change_is_open_another_waits_and_then_says_that_it_is_busy() {
    let db = TestDatabase::sqlite().await;
    let store = db.impatient().await.unwrap();
    let _open = store.begin().await.unwrap();
    assert!(matches!(store.begin().await.map(drop), Err(StorageError::Busy)));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_reported_as_damaged() {
    let db = TestDatabase::sqlite().await;
    db.store.close().await;
    fs::write(db.file(), "this is no database, however long it may be".repeat(100)).unwrap();
    assert!(matches!(db.impatient().await, Err(StorageError::Damaged(_))));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let database = Database::new(format!("sqlite:{}", folder.path().join("file/data.db").display()));
    let error = Store::open(&database, sealer_in(folder.path())).await.unwrap_err();
    assert!(matches!(error, StorageError::Folder { .. }));
    assert!(error.to_string().contains("file/data.db"));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_repeating_what_may_be_a_password() {
    let folder = TempDir::new().unwrap();
    let database = Database::new("mysql://root:secret@host/name");
    let error = Store::open(&database, sealer_in(folder.path())).await.unwrap_err();
    assert!(matches!(error, StorageError::Address(_)));
    assert!(!format!("{error:?} {error}").contains("secret"));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unreachable() {
    let folder = TempDir::new().unwrap();
    let patience = Duration::from_secs(2);
    let database = Database { url: "postgres://nobody@127.0.0.1:1/none".to_owned(), patience };
    let error = Store::open(&database, sealer_in(folder.path())).await.unwrap_err();
    assert!(matches!(error, StorageError::Unreachable(_) | StorageError::Busy), "{error:?}");
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let db = TestDatabase::sqlite().await;
    db.tamper(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (9999, 'future', true, x'00', 0)",
    )
    .await;
    assert!(matches!(db.impatient().await, Err(StorageError::Schema(_))));
}

/// Every error of the database says in its own words what to do, and the cause stays in the chain.
#[tokio::test]
async fn a_fault_keeps_its_cause() {
    let db = TestDatabase::sqlite().await;
    db.tamper("drop table organisations").await;
    let mut tx = db.store.begin().await.unwrap();
    let error = tx.insert_organisation(&organisation("Contoso")).await.unwrap_err();
    assert!(matches!(error, StorageError::Database(_)));
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("organisations"));
}
