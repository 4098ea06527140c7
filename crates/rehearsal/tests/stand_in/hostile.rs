//! Published attacks on XML signatures, and bytes that nobody thought of.

use std::sync::LazyLock;

use proptest::prelude::*;
use xml::{Element, Limits, Node};

use crate::world::{CURRENT, Draft, STRANGER, World, respond, sign};

static GOOD: LazyLock<String> = LazyLock::new(|| Draft::default().response());

fn signed() -> String {
    sign(&Draft::default().assertion(), &*CURRENT)
}

/// An unsigned assertion about somebody else, under another identifier.
fn evil() -> String {
    let anchor = "Qk9CQk9CQk9CQk9CQk9CQg==".to_owned();
    let draft = Draft {
        issuer: "URN:fabrikam.example".to_owned(),
        name_identifier: anchor.clone(),
        immutable_id: anchor,
        upn: "bob@fabrikam.example".to_owned(),
        ..Draft::default()
    };
    draft.assertion().replace("_0f0e", "_evil")
}

/// S56: signature wrapping in its known forms. The signed assertion is there; another one is put forward.
#[test]
fn a_signature_for_one_assertion_vouches_for_no_other() {
    let signed = signed();
    let signature = {
        let from = signed.find("<ds:Signature").unwrap();
        let to = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        signed.get(from..to).unwrap().to_owned()
    };
    let unsigned = signed.replace(&signature, "");
    let evil = evil();
    let body = evil.strip_suffix("</saml:Assertion>").unwrap();
    let with_object =
        signature.replace("</ds:Signature>", &format!("<ds:Object>{unsigned}</ds:Object></ds:Signature>"));
    for wrapped in [
        // Beside it, before and after.
        format!("{evil}{signed}"),
        format!("{signed}{evil}"),
        // Inside the evil one, with the signature inside or moved out.
        format!("{body}{signed}</saml:Assertion>"),
        format!("{body}<saml:Advice>{signed}</saml:Advice></saml:Assertion>"),
        format!("{body}{unsigned}{signature}</saml:Assertion>"),
        format!("{body}{signature}{unsigned}</saml:Assertion>"),
        // Inside the signature itself.
        format!("{body}{with_object}</saml:Assertion>"),
        // The signature alone, and none at all.
        format!("{body}{signature}</saml:Assertion>"),
        evil.clone(),
        unsigned.clone(),
        // The same identifier twice.
        format!("{}{signature}</saml:Assertion>", body.replace("_evil", "_0f0e")),
        // Signed by somebody, and by the right one as well.
        sign(&signed, &*STRANGER),
    ] {
        let world = World::new();
        assert!(!world.post(&respond(&wrapped)).accepted, "{wrapped}");
        assert!(!world.stand_in.examine_bearer(&wrapped).accepted, "{wrapped}");
    }
}

/// TOK-03, S56: what the signature names has to be what we prescribe, valid or not.
#[test]
fn other_algorithms_are_refused_before_the_verifier_sees_them() {
    for (from, to) in [
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha1"),
        ("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
        ("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#hmac-sha1"),
        ("xmlenc#sha256", "xmlenc#sha512"),
        ("2001/10/xml-exc-c14n#", "TR/2001/REC-xml-c14n-20010315"),
        ("xmldsig#enveloped-signature", "xmldsig#base64"),
        ("URI=\"#_", "URI=\"file:///etc/passwd#_"),
    ] {
        assert!(GOOD.contains(from));
        let report = World::new().post(&GOOD.replace(from, to));
        assert_eq!(report.code, Some("AADSTS50006"), "{from}: {report:#?}");
    }
}

/// S50: nothing is expanded and nothing is fetched.
#[test]
fn document_types_and_entities_are_refused() {
    for prologue in [
        "<!DOCTYPE t [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>",
        "<!DOCTYPE t SYSTEM \"http://127.0.0.1:9/x.dtd\">",
        "<?xml-stylesheet href=\"x\"?>",
    ] {
        assert_eq!(World::new().post(&format!("{prologue}{}", *GOOD)).code, Some("AADSTS20012"));
    }
    assert_eq!(World::new().post(&GOOD.replace("ada@", "&ada;@")).code, Some("AADSTS20012"));
    let entity = signed().replace("ada@", "&ada;@");
    assert_eq!(World::new().stand_in.examine_bearer(&entity).code, Some("AADSTS50008"));
}

/// What a document says, without where it stands.
fn meaning(document: &str) -> String {
    fn write(element: &Element, out: &mut String) {
        out.extend(["<{", &element.namespace, "}", &element.name]);
        for attribute in &element.attributes {
            out.extend([" {", &attribute.namespace, "}", &attribute.name, "=\"", &attribute.value, "\""]);
        }
        for child in &element.children {
            match child {
                Node::Element(child) => write(child, out),
                Node::Text(text) => out.extend([">", text]),
            }
        }
        out.push('>');
    }
    let mut out = String::new();
    write(&xml::read::parse(document.as_bytes(), &Limits::default()).unwrap(), &mut out);
    out
}

fn assertion_of(response: &str) -> &str {
    let from = response.find("<saml:Assertion").unwrap();
    let to = response.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    response.get(from..to).unwrap()
}

/// Tags, attributes, references and text, some of it well-formed.
const MARKUP: &str = r#"(<[/?!]?[a-z:]{0,6}( [a-z:]{1,6}="[a-z&;#]{0,6}")?/?>?|[a-z&;\]]{0,6}){0,30}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A byte that changes nothing (a space between attributes that becomes a tab) may pass; any other is refused.
    #[test]
    fn no_byte_of_a_token_can_be_changed_with_an_effect(at in any::<prop::sample::Index>(), byte in 1_u8..128) {
        let mut bytes = GOOD.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        let report = World::new().post(&changed);
        if report.accepted {
            prop_assert_eq!(meaning(assertion_of(&changed)), meaning(assertion_of(&GOOD)));
        }
    }

    #[test]
    fn pieces_of_tokens_in_any_order_do_no_harm(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)
    ) {
        let mut mixed = String::new();
        for (from, to) in cuts {
            let (from, to) = (from.index(GOOD.len()), to.index(GOOD.len()));
            mixed.push_str(GOOD.get(from.min(to)..from.max(to)).unwrap());
        }
        prop_assert!(!World::new().post(&mixed).accepted || mixed == *GOOD);
    }

    #[test]
    fn any_form_is_examined_without_harm(body in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert!(!World::new().stand_in.examine(&body).accepted);
    }

    #[test]
    fn any_markup_is_examined_without_harm(markup in MARKUP) {
        prop_assert!(!World::new().post(&markup).accepted);
        prop_assert!(!World::new().post(&respond(&markup)).accepted);
        prop_assert!(!World::new().stand_in.examine_bearer(&markup).accepted);
    }
}
