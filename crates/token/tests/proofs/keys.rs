//! Keys and certificates: S42, S43, S48.

use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::signature::{SignatureEncoding, Signer as _};
use sha2::Sha256;
use token::{
    Certificate, CertificateError, KeyError, NewKey, RsaSigner, SelfTestError, Signer, SigningError,
    VerificationError, self_test,
};

use crate::sample::{at, new_key, signer};

/// S43: every size signs a sample that another library verifies.
#[test]
fn keys_of_every_size_pass_their_self_test() {
    for bits in token::KEY_SIZES {
        let key = new_key(bits);
        let signer = RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap();
        assert_eq!(signer.certificate().bits(), bits);
        assert_eq!(self_test(&signer), Ok(()), "{bits} bits");
    }
}

#[test]
fn short_and_odd_sizes_are_not_made() {
    for bits in [0, 512, 1024, 2047, 2049, 8192] {
        let made = NewKey::generate(bits, "x", at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        assert!(matches!(made, Err(KeyError::Size(refused)) if refused == bits), "{bits} bits were made");
    }
}

/// A certificate of 1024 bits that somebody else made: Entra would refuse its tokens (AADSTS50032).
#[test]
fn a_short_key_is_not_taken() {
    let certificate = include_bytes!("certificate-of-1024-bits.der");
    let refused = RsaSigner::from_pkcs8(&new_key(2048).pkcs8, certificate);
    assert!(matches!(refused, Err(KeyError::Size(1024))));
}

#[test]
fn a_key_is_not_taken_with_the_certificate_of_another() {
    let other = new_key(2048);
    let refused = RsaSigner::from_pkcs8(&other.pkcs8, signer().certificate().der());
    assert!(matches!(refused, Err(KeyError::Mismatch)));
}

#[test]
fn what_is_no_key_is_not_taken() {
    let key = new_key(2048);
    assert!(matches!(RsaSigner::from_pkcs8(b"", &key.certificate), Err(KeyError::Unreadable(_))));
    let cut = &key.pkcs8[..key.pkcs8.len() - 1];
    assert!(matches!(RsaSigner::from_pkcs8(cut, &key.certificate), Err(KeyError::Unreadable(_))));
    assert!(matches!(RsaSigner::from_pkcs8(&key.pkcs8, b"x"), Err(KeyError::Certificate(_))));
}

#[test]
fn a_certificate_says_what_was_asked_for() {
    let (from, to) = (at("2026-01-02T03:04:05Z"), at("2029-01-02T03:04:05Z"));
    let key = NewKey::generate(2048, "Contoso & <Söhne>", from, to).unwrap();
    let certificate = Certificate::parse(&key.certificate).unwrap();
    assert_eq!((certificate.not_before(), certificate.not_after()), (from, to));
    assert_eq!(certificate.subject(), "CN=Contoso & <Söhne>");
    assert_eq!(certificate.bits(), 2048);
    assert!(!certificate.base64().contains(char::is_whitespace));
    assert_eq!(certificate.der(), key.certificate);
}

#[test]
fn a_certificate_in_pem_is_read_back_by_others() {
    let certificate = signer().certificate();
    let (_, pem) = x509_parser::pem::parse_x509_pem(certificate.pem().as_bytes()).unwrap();
    assert_eq!(pem.contents, certificate.der());
    assert!(certificate.pem().lines().all(|line| line.len() <= 64));
}

#[test]
fn a_certificate_vouches_for_itself() {
    let (_, certificate) = x509_parser::parse_x509_certificate(signer().certificate().der()).unwrap();
    assert!(certificate.verify_signature(None).is_ok());
}

#[test]
fn what_is_no_certificate_is_refused() {
    let der = signer().certificate().der();
    assert!(matches!(Certificate::parse(b""), Err(CertificateError::Malformed(_))));
    assert!(matches!(Certificate::parse(&der[..der.len() - 1]), Err(CertificateError::Malformed(_))));
    assert!(matches!(Certificate::parse(&[der, b"x"].concat()), Err(CertificateError::Malformed(_))));
    let elliptic = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
    assert_eq!(Certificate::parse(elliptic.cert.der()), Err(CertificateError::NotRsa));
}

#[test]
fn a_certificate_that_ends_before_it_begins_is_not_made() {
    let made = NewKey::generate(2048, "x", at("2027-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    assert!(matches!(made, Err(KeyError::Validity(..))));
}

/// S48: the key signs by aws-lc alone; the `rsa` crate, which RUSTSEC-2023-0071 keeps from signing here, would sign
/// the same bytes.
#[test]
#[expect(clippy::disallowed_types, reason = "the other library, for comparison")]
fn both_libraries_sign_alike() {
    use rsa::pkcs1v15::SigningKey;

    let key = new_key(2048);
    let ours = RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap();
    let theirs = SigningKey::<Sha256>::new(RsaPrivateKey::from_pkcs8_der(&key.pkcs8).unwrap());
    let mut signature = Vec::new();
    ours.sign(b"message", &mut signature).unwrap();
    assert_eq!(signature, theirs.sign(b"message").to_vec());
}

/// A key that signs something else than it was given, as a fault in memory would have it.
struct Faulty;

impl Signer for Faulty {
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signer().sign(message, signature)?;
        signature.reverse();
        Ok(())
    }

    fn certificate(&self) -> &Certificate {
        signer().certificate()
    }
}

/// S43: the self-test notices.
#[test]
fn a_faulty_key_fails_its_self_test() {
    assert_eq!(self_test(&Faulty), Err(SelfTestError::Verification(VerificationError::Signature)));
}

#[test]
fn a_signer_does_not_show_its_key() {
    let key = new_key(2048);
    let signer = RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap();
    let shown = format!("{signer:?}");
    assert!(shown.starts_with("RsaSigner { certificate: Certificate {"), "{shown}");
    assert!(shown.len() < 300, "{shown}");
    let rsa = RsaPrivateKey::from_pkcs8_der(&key.pkcs8).unwrap();
    assert_eq!(rsa.to_pkcs8_der().unwrap().as_bytes(), key.pkcs8.as_slice());
}
