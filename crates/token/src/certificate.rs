use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// A signing certificate with an RSA key, read once.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    base64: String,
    public_key: Vec<u8>,
    thumbprint: [u8; 32],
    bits: u32,
    subject: String,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
}

/// Why bytes are no certificate of ours.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CertificateError {
    /// Not one X.509 certificate in DER, and nothing else.
    #[error("the certificate is not X.509 in DER: {0}")]
    Malformed(String),
    /// A key of another kind than RSA.
    #[error("the certificate's key is not RSA")]
    NotRsa,
    /// A date that no calendar of ours holds.
    #[error("the certificate's dates cannot be read")]
    Dates,
}

impl Certificate {
    /// Reads a certificate in DER, whole: bytes after it are refused.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let malformed = |error: &dyn fmt::Display| CertificateError::Malformed(error.to_string());
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|error| malformed(&error))?;
        if !rest.is_empty() {
            return Err(malformed(&"bytes follow it"));
        }
        let public = certificate.public_key();
        let Ok(PublicKey::RSA(key)) = public.parsed() else {
            return Err(CertificateError::NotRsa);
        };
        let date =
            |time: ASN1Time| DateTime::from_timestamp(time.timestamp(), 0).ok_or(CertificateError::Dates);
        Ok(Self {
            base64: BASE64_STANDARD.encode(der),
            public_key: public.subject_public_key.data.to_vec(),
            thumbprint: Sha256::digest(der).into(),
            bits: bits(key.modulus),
            subject: certificate.subject().to_string(),
            not_before: date(certificate.validity().not_before)?,
            not_after: date(certificate.validity().not_after)?,
            der: der.to_vec(),
        })
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// DER in base64 without line breaks, as `X509Certificate` and Graph want it (protocol.md §2.6, §5.1).
    pub fn base64(&self) -> &str {
        &self.base64
    }

    /// The certificate in PEM, 64 characters a line (RFC 7468).
    pub fn pem(&self) -> String {
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for (at, character) in self.base64.chars().enumerate() {
            if at > 0 && at % 64 == 0 {
                pem.push('\n');
            }
            pem.push(character);
        }
        pem.push_str("\n-----END CERTIFICATE-----\n");
        pem
    }

    /// The RSA public key in PKCS#1 DER.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// SHA-256 of the DER.
    pub fn thumbprint_sha256(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// SHA-256 of the DER in lower-case hexadecimal, as ledger, logs and commands show it.
    pub fn thumbprint(&self) -> String {
        self.thumbprint.iter().fold(String::with_capacity(64), |text, byte| format!("{text}{byte:02x}"))
    }

    /// The length of the RSA modulus, in bits.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The subject's distinguished name, for people.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// From when it is valid, to the second.
    pub fn not_before(&self) -> DateTime<Utc> {
        self.not_before
    }

    /// The last second in which it is valid.
    pub fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("bits", &self.bits)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// The length of a number in bits, its leading zeros left out.
fn bits(modulus: &[u8]) -> u32 {
    let significant = modulus.iter().skip_while(|byte| **byte == 0);
    let bits = significant.clone().count() * 8;
    let leading = significant.clone().next().map_or(0, |first| first.leading_zeros());
    u32::try_from(bits).unwrap_or(u32::MAX).saturating_sub(leading)
}
