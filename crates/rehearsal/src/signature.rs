use bergshamra::keys::loader::load_x509_cert_der;
use bergshamra::{DsigContext, KeysManager};
use xml::{Element, Node};

use crate::names::{ENVELOPED, EXCLUSIVE, RSA_SHA256, SHA256, SIGNATURE};
use crate::response::Response;

/// Checks that one signature by the key of this certificate covers the whole assertion, inside the response
/// and cut out of it (TOK-02, TOK-03, S43). The objection is for the report.
///
/// The shape is checked first, so that the verifier is asked about nothing but what protocol.md §2.6 describes:
/// no second signature, no other reference, no transform that leaves something out (S56).
pub(crate) fn check(response: &Response, wresult: &str, certificate: &[u8]) -> Result<(), String> {
    check_shape(&response.assertion)?;
    for document in [response.text.as_str(), wresult] {
        let mut keys = KeysManager::new();
        keys.add_key(load_x509_cert_der(certificate).map_err(|error| error.to_string())?);
        let verdict =
            bergshamra::verify(&DsigContext::new(keys), document).map_err(|error| error.to_string())?;
        if !verdict.all_reference_digests_verified() {
            return Err("not valid".to_owned());
        }
    }
    Ok(())
}

fn check_shape(assertion: &Element) -> Result<(), String> {
    let signatures = assertion.descendants().filter(|element| element.is(SIGNATURE, "Signature")).count();
    let (1, Some(Node::Element(signature))) = (signatures, assertion.children.last()) else {
        return Err(format!("{signatures} signatures, or one that is not last"));
    };
    let [signed_info, value, key_info] = parts(signature, ["SignedInfo", "SignatureValue", "KeyInfo"])?;
    if value.elements().next().is_some() {
        return Err("markup in SignatureValue".to_owned());
    }
    let [data] = parts(key_info, ["X509Data"])?;
    parts(data, ["X509Certificate"])?;

    let [canonicalisation, method, reference] =
        parts(signed_info, ["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
    is_algorithm(canonicalisation, EXCLUSIVE)?;
    is_algorithm(method, RSA_SHA256)?;

    let id = assertion.attribute("AssertionID").unwrap_or_default();
    if id.is_empty() || reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err("a reference to something else than the assertion".to_owned());
    }
    let [transforms, digest_method, _] = parts(reference, ["Transforms", "DigestMethod", "DigestValue"])?;
    is_algorithm(digest_method, SHA256)?;
    let [first, second] = parts(transforms, ["Transform", "Transform"])?;
    is_algorithm(first, ENVELOPED)?;
    is_algorithm(second, EXCLUSIVE)
}

/// Exactly these elements of the signature namespace, in this order.
fn parts<'e, const N: usize>(element: &'e Element, names: [&str; N]) -> Result<[&'e Element; N], String> {
    let objection = || format!("an unusual {}", element.name);
    let found: Vec<&Element> = element.elements().collect();
    let found: [&Element; N] = found.try_into().map_err(|_| objection())?;
    let fits = found.iter().zip(names).all(|(part, name)| part.is(SIGNATURE, name));
    if fits { Ok(found) } else { Err(objection()) }
}

/// This algorithm, without parameters.
fn is_algorithm(element: &Element, algorithm: &str) -> Result<(), String> {
    let found = element.attribute("Algorithm").unwrap_or_default();
    if found == algorithm && element.children.is_empty() { Ok(()) } else { Err(format!("algorithm {found}")) }
}
