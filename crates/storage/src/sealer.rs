use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::key_file::{self, KeyFileError, MasterKey};

/// First byte of everything sealed: AES-256-GCM with a random nonce.
const VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 4;
const HEADER_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LEN;

/// Seals secrets with the master key, so that the database alone gives none of them away.
///
/// A context (table, column and row, or what a form field is for) is bound in: a sealed value moved elsewhere does
/// not open. The first key of the key file seals, all of them open, which is how keys are rotated. Nonces are
/// random, good for 2^32 sealed values per key (NIST SP 800-38D §8.3).
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<[SealingKey]>,
}

struct SealingKey {
    id: [u8; KEY_ID_LENGTH],
    aead: RandomizedNonceKey,
}

/// Why something could not be sealed or opened.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SealError {
    /// No key of the key file made it.
    #[error("it was sealed with a key that is not in the key file")]
    UnknownKey,
    /// Altered, cut, or sealed for another context.
    #[error("it was altered, or sealed for another place")]
    Altered,
    /// The cryptographic library failed, most likely for want of randomness.
    #[error("the cryptographic library failed")]
    Library,
}

impl Sealer {
    /// Reads the key file.
    pub fn open(key_file: &Path) -> Result<Self, KeyFileError> {
        Self::with_keys(&key_file::read(key_file)?)
    }

    /// Reads the key file, after making it with one new key when there is none.
    pub fn open_or_create(key_file: &Path) -> Result<Self, KeyFileError> {
        Self::with_keys(&key_file::read_or_create(key_file)?)
    }

    /// Seals with a new key kept nowhere, for what need not survive the process.
    pub fn transient() -> Result<Self, KeyFileError> {
        Self::with_keys(&[key_file::new_key()?])
    }

    fn with_keys(keys: &[MasterKey]) -> Result<Self, KeyFileError> {
        let keys = keys.iter().map(SealingKey::new).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Seals a text for one context.
    pub fn seal(&self, context: &str, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.keys.first().ok_or(SealError::UnknownKey)?;
        let mut body = Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len());
        body.extend_from_slice(plaintext);
        let nonce = key
            .aead
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| SealError::Library)?;

        let mut sealed = Vec::with_capacity(HEADER_LENGTH + body.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.id);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what was sealed for the same context; the plaintext is wiped when dropped.
    pub fn unseal(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&[VERSION], rest) = sealed.split_first_chunk().ok_or(SealError::Altered)? else {
            return Err(SealError::Altered);
        };
        let (id, rest) = rest.split_first_chunk::<KEY_ID_LENGTH>().ok_or(SealError::Altered)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Altered)?;
        let key = self.keys.iter().find(|key| key.id == *id).ok_or(SealError::UnknownKey)?;

        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = key
            .aead
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| SealError::Altered)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

impl SealingKey {
    fn new(key: &MasterKey) -> Result<Self, KeyFileError> {
        // A name for the key that tells nothing about it: four bytes of a hash over 256 random bits.
        let name = digest(&SHA256, &[b"countersign key name\0".as_slice(), key.as_slice()].concat());
        let id = name.as_ref().first_chunk().copied().ok_or(KeyFileError::Library)?;
        let aead =
            RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| KeyFileError::Library)?;
        Ok(Self { id, aead })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}
