//! The other road: a token read back and verified by the `rsa` crate, which shares nothing with the one that signed.
//!
//! For the self-test of a key and the sampled check in the background (S43), never for tokens that come from outside
//! (SEC-01): it trusts that the bytes are canonical, as the writer promises, and would call others forged.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta};
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use sha2::{Digest, Sha256};
use thiserror::Error;
use xml::{Element, Limits, XmlError};

use crate::names::{DS, ENVELOPED, EXCLUSIVE_C14N, RSA_SHA256, SAML, SHA256};
use crate::{
    Assertion, AssertionId, AssertionIdError, Attribute, Certificate, ResponseFormat, Signer, TokenError,
    TokenPlan,
};

/// Our own tokens may carry long lists of claims.
const LIMITS: Limits = Limits { bytes: 4 * 1024 * 1024, depth: 32, elements: 65_536, attributes: 16 };

/// Why a token does not verify. Each of these on a token of ours is an alarm.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum VerificationError {
    /// It is no XML that we would read.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Not exactly one assertion with exactly one signature of exactly one reference, in the right places (S43).
    #[error("the structure is not that of a signed token: {0}")]
    Structure(&'static str),
    /// An algorithm other than those of protocol.md §2.6 (TOK-03).
    #[error("{0} is not the algorithm of a token")]
    Algorithm(String),
    /// The digest is not that of the assertion.
    #[error("the digest does not match")]
    Digest,
    /// The signature is not that of the certificate's key.
    #[error("the signature does not match")]
    Signature,
}

/// Why a key failed its self-test.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SelfTestError {
    /// No identifier could be drawn.
    #[error(transparent)]
    Identifier(#[from] AssertionIdError),
    /// It signed no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// What it signed does not verify.
    #[error(transparent)]
    Verification(#[from] VerificationError),
}

/// Signs a sample with the key and verifies it by the other road: at start and whenever a key changes (S43). The
/// sample is for nobody: a rehearsal's audience, valid for a second of 1970 (S81).
pub fn self_test(signer: &dyn Signer) -> Result<(), SelfTestError> {
    let id = AssertionId::random()?;
    let attributes =
        [Attribute::from_claim_type("http://schemas.xmlsoap.org/claims/UPN", vec!["<self&test>".to_owned()])];
    let sample = Assertion {
        id: &id,
        issuer: "urn:countersign:self-test",
        audience: "urn:countersign:rehearsal",
        name_identifier: "self-test",
        name_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        issued_at: DateTime::UNIX_EPOCH,
        not_before: DateTime::UNIX_EPOCH,
        not_on_or_after: DateTime::UNIX_EPOCH + TimeDelta::seconds(1),
        authentication_method: "urn:oasis:names:tc:SAML:1.0:am:unspecified",
        authentication_instant: DateTime::UNIX_EPOCH,
        attributes: &attributes,
    };
    let plan = TokenPlan::compile(ResponseFormat::Trust2005, signer.certificate(), &sample)?;
    let token = plan.issue(&sample, signer)?;
    Ok(verify_sample(&token.response, signer.certificate())?)
}

/// Verifies a response of ours: one assertion, one signature of ours over it, by this certificate.
pub fn verify_sample(response: &[u8], certificate: &Certificate) -> Result<(), VerificationError> {
    let response_tree = xml::read::parse(response, &LIMITS)?;
    let assertion = only(&response_tree, SAML, "Assertion")?;
    let signature = only(&response_tree, DS, "Signature")?;
    only(&response_tree, DS, "Reference")?;
    if assertion.elements().last() != Some(signature) {
        return Err(VerificationError::Structure("the signature is not the last child of the assertion"));
    }
    let signed_info = only_child(signature, "SignedInfo")?;
    check_signed_info(signed_info, assertion)?;
    check_digest(response, assertion, signature, signed_info)?;
    check_signature(response, signature, signed_info, certificate)
}

fn check_signed_info(signed_info: &Element, assertion: &Element) -> Result<(), VerificationError> {
    let reference = only_child(signed_info, "Reference")?;
    let id = assertion.attribute("AssertionID").ok_or(VerificationError::Structure("no AssertionID"))?;
    if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err(VerificationError::Structure("the reference is not to the assertion"));
    }
    check_algorithm(only_child(signed_info, "CanonicalizationMethod")?, EXCLUSIVE_C14N)?;
    check_algorithm(only_child(signed_info, "SignatureMethod")?, RSA_SHA256)?;
    check_algorithm(only_child(reference, "DigestMethod")?, SHA256)?;
    let transforms: Vec<&Element> = only_child(reference, "Transforms")?.elements().collect();
    match transforms[..] {
        [first, second] => {
            check_algorithm(first, ENVELOPED)?;
            check_algorithm(second, EXCLUSIVE_C14N)
        }
        _ => Err(VerificationError::Structure("not two transforms")),
    }
}

/// The digest over the text of the assertion without the signature, which is its canonical form.
fn check_digest(
    response: &[u8],
    assertion: &Element,
    signature: &Element,
    signed_info: &Element,
) -> Result<(), VerificationError> {
    let value = only_child(only_child(signed_info, "Reference")?, "DigestValue")?;
    let mut digest = Sha256::new();
    digest.update(text(response, assertion.span.start, signature.span.start)?);
    digest.update(text(response, signature.span.end, assertion.span.end)?);
    if BASE64_STANDARD.decode(value.text()).ok().as_deref() == Some(digest.finalize().as_slice()) {
        Ok(())
    } else {
        Err(VerificationError::Digest)
    }
}

fn check_signature(
    response: &[u8],
    signature: &Element,
    signed_info: &Element,
    certificate: &Certificate,
) -> Result<(), VerificationError> {
    let held = only(signature, DS, "X509Certificate")?;
    if held.text() != certificate.base64() {
        return Err(VerificationError::Structure("another certificate"));
    }
    let written = text(response, signed_info.span.start, signed_info.span.end)?;
    let content = written.strip_prefix(b"<ds:SignedInfo>").ok_or(VerificationError::Signature)?;
    let canonical = [format!("<ds:SignedInfo xmlns:ds=\"{DS}\">").as_bytes(), content].concat();
    let value = BASE64_STANDARD
        .decode(only_child(signature, "SignatureValue")?.text())
        .map_err(|_| VerificationError::Signature)?;
    let value = Signature::try_from(value.as_slice()).map_err(|_| VerificationError::Signature)?;
    let key =
        RsaPublicKey::from_pkcs1_der(certificate.public_key()).map_err(|_| VerificationError::Signature)?;
    VerifyingKey::<Sha256>::new(key).verify(&canonical, &value).map_err(|_| VerificationError::Signature)
}

fn check_algorithm(element: &Element, expected: &str) -> Result<(), VerificationError> {
    match element.attribute("Algorithm") {
        Some(algorithm) if algorithm == expected => Ok(()),
        other => Err(VerificationError::Algorithm(other.unwrap_or("none").to_owned())),
    }
}

/// The only element of this name anywhere inside.
fn only<'e>(tree: &'e Element, namespace: &str, name: &str) -> Result<&'e Element, VerificationError> {
    let mut found = tree.descendants().filter(|element| element.is(namespace, name));
    match (found.next(), found.next()) {
        (Some(element), None) => Ok(element),
        _ => Err(VerificationError::Structure("an element is missing or stands there twice")),
    }
}

/// The only child of this name in a signature.
fn only_child<'e>(parent: &'e Element, name: &str) -> Result<&'e Element, VerificationError> {
    parent
        .only_child(DS, name)
        .ok_or(VerificationError::Structure("a part of the signature is missing or stands there twice"))
}

fn text(document: &[u8], start: usize, end: usize) -> Result<&[u8], VerificationError> {
    document.get(start..end).ok_or(VerificationError::Structure("a part lies outside of the document"))
}
