//! The parts of an XML signature that are the same in every document of ours (protocol.md §2.6), in canonical form.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use xml::push_attribute_value;

use crate::names::{DS, ENVELOPED, EXCLUSIVE_C14N, RSA_SHA256, SHA256};
use crate::{Certificate, Signer, SigningError};

/// The signature element for a document with an identifier on its root, to be put where its schema wants it.
///
/// `document_canonical` is the document in exclusive-canonical form without the signature; that is what a verifier
/// sees after both transforms. Metadata is signed like this (MD-01); a token writes its signature itself.
pub fn enveloped_signature(
    document_canonical: &[u8],
    reference_id: &str,
    signer: &dyn Signer,
) -> Result<Vec<u8>, SigningError> {
    let mut content = before_reference();
    push_attribute_value(&mut content, reference_id);
    content.push_str(&before_digest());
    BASE64_STANDARD.encode_string(Sha256::digest(document_canonical), &mut content);
    content.push_str(AFTER_DIGEST);

    let mut signature = Vec::new();
    signer.sign(canonical_signed_info(&content).as_bytes(), &mut signature)?;

    let mut element = start();
    element.push_str(&content);
    element.push_str(BEFORE_VALUE);
    BASE64_STANDARD.encode_string(&signature, &mut element);
    element.push_str(&after_value(signer.certificate()));
    Ok(element.into_bytes())
}

/// From the start of the signature to the content of `SignedInfo`.
pub(crate) fn start() -> String {
    format!("<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>")
}

/// The content of `SignedInfo` up to the identifier it refers to.
pub(crate) fn before_reference() -> String {
    format!(
        "<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE_C14N}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#"
    )
}

/// From behind that identifier to the digest.
pub(crate) fn before_digest() -> String {
    format!(
        "\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE_C14N}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod><ds:DigestValue>"
    )
}

/// From behind the digest to the end of the content of `SignedInfo`.
pub(crate) const AFTER_DIGEST: &str = "</ds:DigestValue></ds:Reference>";

/// From the end of that content to the signature's value.
pub(crate) const BEFORE_VALUE: &str = "</ds:SignedInfo><ds:SignatureValue>";

/// From behind the value to the end. The certificate stands in a default namespace, as AD FS writes it: relying
/// parties in the field find it only without a prefix (protocol.md §2.6).
pub(crate) fn after_value(certificate: &Certificate) -> String {
    format!(
        "</ds:SignatureValue><KeyInfo xmlns=\"{DS}\"><X509Data><X509Certificate>{}</X509Certificate></X509Data>\
         </KeyInfo></ds:Signature>",
        certificate.base64()
    )
}

/// `SignedInfo` as it is signed: exclusive canonicalisation declares the prefix on it, because it stands alone.
pub(crate) fn canonical_signed_info(content: &str) -> String {
    const END: &str = "</ds:SignedInfo>";
    let mut canonical = String::with_capacity(128 + content.len());
    canonical.push_str("<ds:SignedInfo xmlns:ds=\"");
    canonical.push_str(DS);
    canonical.push_str("\">");
    canonical.push_str(content);
    canonical.push_str(END);
    canonical
}
