//! TOK-02, S43: xmlsec1, signxml, bergshamra and the check of our own verify each token, inside its envelope and cut
//! out alone, and none of them one that was touched.

use std::path::Path;

use bergshamra::{DsigContext, KeysManager, keys};
use token::{Signer, VerificationError, enveloped_signature, verify_sample};

use crate::sample::{Ada, FORMATS, cut_out, html_decoded, response, signer};
use crate::tools::{Folder, python, run};

/// Ada's token as it goes to Entra, in both envelopes and cut out, with harmless and with hostile claims.
fn genuine() -> Vec<String> {
    let plain = Ada::signs_in();
    let hostile = Ada::signs_in()
        .with_claim("note", &["<!-- a -->&\"'\r\n\t 😀 ]]>", "é"])
        .with_claim("lines", &["one\ntwo"]);
    let mut documents = Vec::new();
    for ada in [plain, hostile] {
        for format in FORMATS {
            let token = ada.token_in(format);
            documents.push(cut_out(response(&token)).to_owned());
            documents.push(response(&token).to_owned());
            if !token.response_html.is_empty() {
                documents.push(html_decoded(&token));
            }
        }
    }
    documents
}

/// The same with one character changed: in the claim, the issuer, the audience, the window, the digest, the value.
fn touched() -> Vec<String> {
    let token = Ada::signs_in().token();
    let genuine = response(&token);
    let changed = |from: &str, to: &str| {
        assert!(genuine.contains(from), "{from} is not in the token");
        cut_out(genuine).replacen(from, to, 1)
    };
    vec![
        changed("ada@contoso.example", "bda@contoso.example"),
        changed("URN:contoso", "URN:Contoso"),
        changed("urn:federation:MicrosoftOnline", "urn:federation:MicrosoftOnlinf"),
        changed("NotOnOrAfter=\"2026", "NotOnOrAfter=\"2036"),
        changed("<ds:DigestValue>R", "<ds:DigestValue>S"),
        swap_first_character_of_signature(cut_out(genuine)),
    ]
}

fn swap_first_character_of_signature(assertion: &str) -> String {
    let start = assertion.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    let other = if assertion[start..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &assertion[..start], &assertion[start + 1..])
}

#[test]
fn xmlsec1_verifies_genuine_tokens_and_refuses_touched_ones() {
    let folder = Folder::new();
    let certificate = folder.write("certificate.pem", &signer().certificate().pem());
    let verifies = |document: &str| {
        let file = folder.write("token.xml", document);
        let arguments = [
            "--verify",
            "--trusted-pem",
            certificate.to_str().unwrap(),
            "--id-attr:AssertionID",
            "urn:oasis:names:tc:SAML:1.0:assertion:Assertion",
        ];
        run(Path::new("xmlsec1"), &arguments, &[file]).status.success()
    };
    assert!(genuine().iter().all(|document| verifies(document)));
    assert!(!touched().iter().any(|document| verifies(document)));
}

#[test]
fn signxml_verifies_genuine_tokens_and_refuses_touched_ones() {
    let (genuine, touched) = (genuine(), touched());
    let folder = Folder::new();
    let mut files = vec![folder.write("certificate.pem", &signer().certificate().pem())];
    for (number, document) in genuine.iter().chain(&touched).enumerate() {
        files.push(folder.write(&format!("{number}.xml"), document));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proofs/verify_with_signxml.py");
    let output = run(&python(), &[script.to_str().unwrap()], &files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut expected = vec!["valid"; genuine.len()];
    expected.extend(vec!["invalid"; touched.len()]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn bergshamra_verifies_genuine_tokens_and_refuses_touched_ones() {
    let mut manager = KeysManager::new();
    manager.add_key(keys::loader::load_x509_cert_der(signer().certificate().der()).unwrap());
    let context = DsigContext::new(manager);
    let verifies = |document: &String| {
        bergshamra::verify(&context, document).is_ok_and(|result| result.all_reference_digests_verified())
    };
    assert!(genuine().iter().all(verifies));
    assert!(!touched().iter().any(verifies));
}

#[test]
fn the_sampled_check_verifies_genuine_tokens_and_refuses_touched_ones() {
    let certificate = signer().certificate();
    let token = Ada::signs_in().with_claim("lines", &["one\ntwo & three"]).token();
    assert_eq!(verify_sample(&token.response, certificate), Ok(()));
    for document in touched() {
        let refused = verify_sample(document.as_bytes(), certificate).unwrap_err();
        let expected = [VerificationError::Digest, VerificationError::Signature];
        assert!(expected.contains(&refused), "{refused}");
    }
}

/// MD-01: a signature for a document with an identifier on its root, as metadata has it, wherever it is put.
#[test]
fn an_enveloped_signature_verifies_in_its_document_only() {
    let folder = Folder::new();
    let certificate = folder.write("certificate.pem", &signer().certificate().pem());
    let verifies = |document: &str| {
        let file = folder.write("metadata.xml", document);
        let id_attribute = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor";
        let arguments =
            ["--verify", "--trusted-pem", certificate.to_str().unwrap(), "--id-attr:ID", id_attribute];
        run(Path::new("xmlsec1"), &arguments, &[file]).status.success()
    };
    let start =
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_a1\" entityID=\"URN:x\">";
    let rest = "<Organization>é &amp; ü</Organization></EntityDescriptor>";
    let signature = enveloped_signature(format!("{start}{rest}").as_bytes(), "_a1", signer()).unwrap();
    let signed = format!("{start}{}{rest}", String::from_utf8(signature).unwrap());
    assert!(verifies(&signed));
    assert!(!verifies(&signed.replace("URN:x", "URN:y")));
}

/// S43: exactly one assertion, signature and reference; a wrapped second one is no token of ours.
#[test]
fn the_sampled_check_refuses_a_wrapped_assertion() {
    let token = Ada::signs_in().token();
    let genuine = cut_out(response(&token));
    let certificate = signer().certificate();
    let twice = format!("<w>{genuine}{genuine}</w>");
    let unsigned =
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" AssertionID=\"_x\"/>";
    let beside = format!("<w>{unsigned}{genuine}</w>");
    for wrapped in [twice, beside] {
        let refused = verify_sample(wrapped.as_bytes(), certificate);
        assert!(matches!(refused, Err(VerificationError::Structure(_))), "{refused:?}");
    }
}

/// TOK-03: an algorithm that we never write is refused by name.
#[test]
fn the_sampled_check_refuses_other_algorithms() {
    let token = Ada::signs_in().token();
    let sha1 = response(&token)
        .replace("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1");
    let refused = verify_sample(sha1.as_bytes(), signer().certificate());
    assert_eq!(
        refused,
        Err(VerificationError::Algorithm("http://www.w3.org/2000/09/xmldsig#sha1".to_owned()))
    );
}
