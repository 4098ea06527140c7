use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256};
use thiserror::Error;

use crate::{Certificate, KEY_SIZES, KeyError};

/// Signs with one key, RSASSA-PKCS1-v1_5 with SHA-256 (protocol.md §2.6), whose certificate relying parties hold.
/// No implementation signs with anything else: SHA-1 cannot be asked for (TOK-03).
pub trait Signer: Send + Sync {
    /// Replaces `signature` by the signature of `message`, which is hashed here.
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError>;

    /// The certificate of the key.
    fn certificate(&self) -> &Certificate;
}

/// The key did not sign.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the signing key failed: {0}")]
pub struct SigningError(pub String);

/// A key in memory. aws-lc signs in constant time with base blinding, and checks its result before giving it out, so
/// that a faulty computation does not reveal the key (S48).
pub struct RsaSigner {
    key: RsaKeyPair,
    certificate: Certificate,
}

impl RsaSigner {
    /// Takes a private key (PKCS#8 DER) and its certificate (DER), which must belong together.
    pub fn from_pkcs8(pkcs8: &[u8], certificate_der: &[u8]) -> Result<Self, KeyError> {
        let certificate = Certificate::parse(certificate_der)?;
        if !KEY_SIZES.contains(&certificate.bits()) {
            return Err(KeyError::Size(certificate.bits()));
        }
        let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|error| KeyError::Unreadable(error.to_string()))?;
        if key.public_key().as_ref() != certificate.public_key() {
            return Err(KeyError::Mismatch);
        }
        Ok(Self { key, certificate })
    }
}

impl Signer for RsaSigner {
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signature.resize(self.key.public_modulus_len(), 0);
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, signature)
            .map_err(|error| SigningError(error.to_string()))
    }

    fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaSigner").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}
