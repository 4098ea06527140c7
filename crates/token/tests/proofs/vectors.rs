//! The vectors of protocol.md §9.

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use token::{Certificate, ResponseFormat, Signer, SigningError};

use crate::sample::{Ada, cut_out, response, signer, without_signature};

/// Signs nothing, keeps what it was to sign.
struct Recorder(Mutex<Vec<u8>>);

impl Signer for Recorder {
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        *self.0.lock().unwrap() = message.to_vec();
        signature.resize(256, 0);
        Ok(())
    }

    fn certificate(&self) -> &Certificate {
        signer().certificate()
    }
}

#[test]
fn the_assertion_of_the_reference_has_its_length_and_digest() {
    let token = Ada::signs_in().token();
    let assertion = without_signature(cut_out(response(&token)));
    assert_eq!(assertion.len(), 1681);
    let start = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" AssertionID=";
    assert!(assertion.starts_with(start), "{assertion}");
    assert!(
        response(&token)
            .contains("<ds:DigestValue>Ril9iGQOpoTrtjxg5afvb39t9onnbExRQSBAPlzZQ+w=</ds:DigestValue>")
    );
}

#[test]
fn the_signed_info_of_the_reference_has_its_hash() {
    let recorder = Recorder(Mutex::new(Vec::new()));
    let ada = Ada::signs_in();
    ada.plan(ResponseFormat::Trust2005, &recorder).issue(&ada.assertion(), &recorder).unwrap();
    let hash = Sha256::digest(recorder.0.lock().unwrap().as_slice());
    let hash = hash.iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    assert_eq!(hash, "d7ee7877f3d085781b29600a28b26f5f1f880d27d4f764184c02c6105efb38a6");
}
