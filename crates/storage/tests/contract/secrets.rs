//! Secrets at rest: signing keys, the key file, the check that both fit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use model::{KeyState, OrganisationId, SigningKeyId, SigningKeyRecord};
use proptest::prelude::*;
use storage::{KeyFileError, Refusal, SealError, Sealer, StorageError, Store};
use tempfile::TempDir;

use crate::support::{TestDatabase, noon, sealer_in};

const PRIVATE: &[u8] = b"the private half of a signing key";

fn signing_key(organisation: OrganisationId, state: KeyState) -> SigningKeyRecord {
    SigningKeyRecord {
        id: SigningKeyId::new(),
        organisation,
        state,
        bits: 2048,
        certificate: b"certificate".to_vec(),
        expires_at: noon(),
        demo: false,
        created_at: noon(),
    }
}

async fn add_key(db: &TestDatabase, organisation: OrganisationId, state: KeyState) -> SigningKeyId {
    let key = signing_key(organisation, state);
    db.change(async |tx| tx.insert_signing_key(&key, PRIVATE).await.unwrap()).await;
    key.id
}

async fn states(db: &TestDatabase, organisation: OrganisationId) -> Vec<KeyState> {
    let keys = db.store.signing_keys(organisation).await.unwrap();
    keys.into_iter().map(|key| key.state).collect()
}

rules! {
    /// S47, S72: the private half opens for its own organisation, and for nobody who reads the record.
    async fn a_signing_key_belongs_to_its_organisation(db) {
        let contoso = db.contoso().await;
        let fabrikam = db.organisation("Fabrikam", "fabrikam.example").await;
        let key = signing_key(contoso, KeyState::Active);
        db.change(async |tx| tx.insert_signing_key(&key, PRIVATE).await.unwrap()).await;

        assert_eq!(db.store.signing_keys(contoso).await.unwrap(), std::slice::from_ref(&key));
        assert_eq!(db.store.private_key(contoso, key.id).await.unwrap().unwrap().as_slice(), PRIVATE);
        assert_eq!(db.store.signing_keys(fabrikam).await.unwrap(), []);
        assert!(db.store.private_key(fabrikam, key.id).await.unwrap().is_none());
    }

    /// S47: a private half moved to another row by hand does not open there.
    async fn a_private_key_is_bound_to_its_row(db) {
        let contoso = db.contoso().await;
        let first = add_key(&db, contoso, KeyState::Active).await;
        let second = add_key(&db, contoso, KeyState::Next).await;
        let touched = db
            .tamper(
                "update signing_keys set private_key =
                    (select private_key from signing_keys where state = 'active')
                where state = 'next'",
            )
            .await;
        assert_eq!(touched, 1);
        assert!(db.store.private_key(contoso, first).await.is_ok());
        let outcome = db.store.private_key(contoso, second).await;
        assert!(matches!(outcome, Err(StorageError::Seal(SealError::Altered))));
    }

    async fn an_organisation_has_exactly_one_active_key(db) {
        let contoso = db.contoso().await;
        let first = add_key(&db, contoso, KeyState::Active).await;
        let second = add_key(&db, contoso, KeyState::Next).await;

        let mut tx = db.store.begin().await.unwrap();
        let third = signing_key(contoso, KeyState::Active);
        let outcome = tx.insert_signing_key(&third, PRIVATE).await;
        assert!(matches!(outcome, Err(StorageError::Refused(Refusal::ActiveKeyExists))));
        let outcome = tx.set_key_state(contoso, first, KeyState::Retired).await;
        assert!(matches!(outcome, Err(StorageError::Refused(Refusal::ActiveKeyNeeded))));
        drop(tx);

        db.change(async |tx| tx.set_key_state(contoso, second, KeyState::Active).await.unwrap()).await;
        assert_eq!(states(&db, contoso).await, [KeyState::Retired, KeyState::Active]);
    }

    async fn a_key_that_is_not_there_is_not_activated(db) {
        let contoso = db.contoso().await;
        add_key(&db, contoso, KeyState::Active).await;
        let mut tx = db.store.begin().await.unwrap();
        let outcome = tx.set_key_state(contoso, SigningKeyId::new(), KeyState::Active).await;
        assert!(matches!(outcome, Err(StorageError::Refused(Refusal::Missing("signing key")))));
        drop(tx);
        assert_eq!(states(&db, contoso).await, [KeyState::Active]);
    }

    async fn a_database_opens_only_with_the_key_file_it_was_made_with(db) {
        let stranger = TempDir::new().unwrap();
        let outcome = Store::open(&db.database, sealer_in(stranger.path())).await;
        assert!(matches!(outcome, Err(StorageError::WrongKey(SealError::UnknownKey))));
        db.reopened().await;
    }
}

/// S47: nothing readable is in the files, whoever copies them.
#[tokio::test]
async fn the_database_file_holds_no_private_key_in_the_clear() {
    let db = TestDatabase::sqlite().await;
    let contoso = db.contoso().await;
    add_key(&db, contoso, KeyState::Active).await;
    db.store.close().await;

    let bytes = fs::read(db.file()).unwrap();
    assert!(bytes.windows(b"contoso.example".len()).any(|window| window == b"contoso.example"));
    assert!(!bytes.windows(PRIVATE.len()).any(|window| window == PRIVATE));
}

/// S47: only the owner reads the files.
#[tokio::test]
async fn the_files_are_private() {
    let db = TestDatabase::sqlite().await;
    db.contoso().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&db.file()), 0o600);
    assert_eq!(mode(&db.file().with_extension("db-wal")), 0o600);
    assert_eq!(mode(&db.folder.path().join("keys/master.key")), 0o600);
    assert_eq!(mode(&db.folder.path().join("keys")), 0o700);
}

/// S47: a key file that others can read is no secret.
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys/master.key");
    Sealer::open_or_create(&path).unwrap();
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let outcome = Sealer::open_or_create(&path);
        assert!(matches!(outcome, Err(KeyFileError::Exposed { mode: seen, .. }) if seen == mode));
    }
}

#[test]
fn a_missing_key_file_is_missed_and_not_made_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys/master.key");
    assert!(matches!(Sealer::open(&path), Err(KeyFileError::Missing(missing)) if missing == path));
    assert!(!path.exists());
}

#[test]
fn a_key_file_with_a_spoilt_line_is_refused_by_its_number() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("master.key");
    Sealer::open_or_create(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    for spoilt in ["", "\n", "nonsense\n", "countersign-key-1:c2hvcnQ=\n"] {
        fs::write(&path, format!("{good}{spoilt}\n")).unwrap();
        let outcome = Sealer::open(&path);
        assert!(matches!(outcome, Err(KeyFileError::Malformed { line: 2, .. })), "{spoilt:?}");
    }
    fs::write(&path, "").unwrap();
    assert!(matches!(Sealer::open(&path), Err(KeyFileError::Malformed { line: 1, .. })));
}

/// Rotation: a new first line seals, the old key still opens what it sealed.
#[test]
fn after_a_rotation_old_secrets_still_open() {
    let folder = TempDir::new().unwrap();
    let (old_path, new_path) = (folder.path().join("old.key"), folder.path().join("new.key"));
    let old = Sealer::open_or_create(&old_path).unwrap();
    let sealed = old.seal("context", b"secret").unwrap();
    Sealer::open_or_create(&new_path).unwrap();
    let both = fs::read_to_string(&new_path).unwrap() + &fs::read_to_string(&old_path).unwrap();
    fs::write(&new_path, both).unwrap();

    let rotated = Sealer::open(&new_path).unwrap();
    assert_eq!(rotated.unseal("context", &sealed).unwrap().as_slice(), b"secret");
    let resealed = rotated.seal("context", b"secret").unwrap();
    assert_eq!(old.unseal("context", &resealed), Err(SealError::UnknownKey));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_in_its_context_and_nowhere_else(
        plaintext in prop::collection::vec(any::<u8>(), 0..200),
        context in ".{0,40}",
        other in ".{0,40}",
    ) {
        let sealer = Sealer::transient().unwrap();
        let sealed = sealer.seal(&context, &plaintext).unwrap();
        let opened = sealer.unseal(&context, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        if other != context {
            prop_assert_eq!(sealer.unseal(&other, &sealed), Err(SealError::Altered));
        }
    }

    #[test]
    fn what_was_sealed_and_altered_does_not_open(
        plaintext in prop::collection::vec(any::<u8>(), 0..100),
        position in any::<prop::sample::Index>(),
        flip in 1_u8..,
        cut in any::<prop::sample::Index>(),
    ) {
        let sealer = Sealer::transient().unwrap();
        let sealed = sealer.seal("context", &plaintext).unwrap();
        let mut altered = sealed.clone();
        altered[position.index(sealed.len())] ^= flip;
        prop_assert!(sealer.unseal("context", &altered).is_err());
        prop_assert!(sealer.unseal("context", &sealed[..cut.index(sealed.len())]).is_err());
    }

    #[test]
    fn two_seals_of_one_text_differ(plaintext in prop::collection::vec(any::<u8>(), 0..20)) {
        let sealer = Sealer::transient().unwrap();
        prop_assert_ne!(sealer.seal("c", &plaintext).unwrap(), sealer.seal("c", &plaintext).unwrap());
    }
}
