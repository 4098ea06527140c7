use std::fmt::Write;

use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// The length of a certificate's RSA key in bits; none when it has no RSA key.
pub(crate) fn key_bits(der: &[u8]) -> Option<usize> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    match certificate.public_key().parsed().ok()? {
        PublicKey::RSA(key) => Some(key.key_size()),
        _ => None,
    }
}

/// A certificate's SHA-256 thumbprint as people compare it: `3f:9a:…:c1`.
pub(crate) fn thumbprint(der: &[u8]) -> String {
    let digest = Sha256::digest(der);
    let mut text = String::new();
    for byte in digest.iter().take(2) {
        let _ = write!(text, "{byte:02x}:");
    }
    if let Some(last) = digest.last() {
        let _ = write!(text, "…:{last:02x}");
    }
    text
}
