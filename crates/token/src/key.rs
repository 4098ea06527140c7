use std::convert::Infallible;

use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use rcgen::{CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, SerialNumber};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use thiserror::Error;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::CertificateError;

/// The lengths of RSA keys that sign tokens, in bits. Entra refuses less than 2048 (AADSTS50032).
pub const KEY_SIZES: [u32; 3] = [2048, 3072, 4096];

/// Why a key is not made or not taken.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A length that is not in [`KEY_SIZES`].
    #[error("an RSA key of {0} bits does not sign tokens: 2048, 3072 or 4096")]
    Size(u32),
    /// The private key is not RSA in PKCS#8, or broken.
    #[error("the private key cannot be read: {0}")]
    Unreadable(String),
    /// The certificate is not readable.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate holds another public key.
    #[error("the certificate does not belong to the private key")]
    Mismatch,
    /// A last instant before the first, or one that no certificate can hold.
    #[error("a certificate cannot be valid from {0} to {1}")]
    Validity(DateTime<Utc>, DateTime<Utc>),
    /// The generator or the certificate's writer failed.
    #[error("the key cannot be made: {0}")]
    Generation(String),
}

/// A fresh signing key with its self-signed certificate.
pub struct NewKey {
    /// The private key, PKCS#8 DER; to be sealed before it is stored (SEC-02).
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
}

impl NewKey {
    /// Makes an RSA key of 2048, 3072 or 4096 bits and a certificate in its name. It takes from half a second to
    /// many; call it away from requests.
    pub fn generate(
        bits: u32,
        common_name: &str,
        not_before: DateTime<Utc>,
        not_after: DateTime<Utc>,
    ) -> Result<Self, KeyError> {
        if !KEY_SIZES.contains(&bits) {
            return Err(KeyError::Size(bits));
        }
        let size = usize::try_from(bits).map_err(|_| KeyError::Size(bits))?;
        let key = RsaPrivateKey::new(&mut OperatingSystem, size).map_err(|error| generation(&error))?;
        let pkcs8 = key.to_pkcs8_der().map_err(|error| generation(&error))?;
        let certificate = self_signed(pkcs8.as_bytes(), common_name, not_before, not_after)?;
        Ok(Self { pkcs8: Zeroizing::new(pkcs8.as_bytes().to_vec()), certificate })
    }
}

/// A certificate for a signature key that vouches for itself: relying parties know it by its bytes.
fn self_signed(
    pkcs8: &[u8],
    common_name: &str,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
) -> Result<Vec<u8>, KeyError> {
    let validity = || KeyError::Validity(not_before, not_after);
    let date =
        |at: DateTime<Utc>| OffsetDateTime::from_unix_timestamp(at.timestamp()).map_err(|_| validity());
    if not_after <= not_before {
        return Err(validity());
    }
    let mut serial = [0_u8; 16];
    rand::fill(&mut serial).map_err(|error| generation(&error))?;
    // Positive, and never with leading zeros (RFC 5280 §4.1.2.2).
    serial[0] = serial[0] & 0x3F | 0x40;

    let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_RSA_SHA256)
        .map_err(|error| generation(&error))?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
    parameters.not_before = date(not_before)?;
    parameters.not_after = date(not_after)?;
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = parameters.self_signed(&key).map_err(|error| generation(&error))?;
    Ok(certificate.der().to_vec())
}

fn generation(error: &dyn std::fmt::Display) -> KeyError {
    KeyError::Generation(error.to_string())
}

/// The operating system's generator, through aws-lc, in the shape that the `rsa` crate asks for.
struct OperatingSystem;

impl TryRng for OperatingSystem {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        // The crate takes only generators that never fail. A key from bytes that are not random would be worse than
        // none, so this one waits for the operating system to recover.
        while rand::fill(bytes).is_err() {
            std::thread::yield_now();
        }
        Ok(())
    }
}

impl TryCryptoRng for OperatingSystem {}
