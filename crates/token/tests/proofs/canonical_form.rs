//! TOK-13, S45: whatever a value holds, our bytes are those of an independent exclusive canonicaliser, and the value
//! comes back as it was.

use std::path::Path;

use bergshamra::c14n::{C14nMode, canonicalize};
use proptest::prelude::*;
use token::{ResponseFormat, Signer, TokenError, TokenPlan};

use crate::sample::{Ada, SAML, cut_out, html_decoded, read, response, signer, without_signature};
use crate::tools::{Folder, run};

const HOSTILE: &[&str] = &[
    "<!-- x -->",
    "-->",
    "<?pi?>",
    "<![CDATA[x]]>",
    "]]>",
    "&amp;",
    "&#x41;",
    "&#13;",
    "&nbsp;",
    "&",
    "<",
    ">",
    "\"",
    "'",
    "\r\n",
    "\r",
    "\n",
    "\t",
    "  ",
    "</saml:AttributeValue>",
    "<saml:Assertion xmlns:saml=\"x\">",
    "😀👩\u{200D}💻",
    "e\u{301}\u{327}",
    "\u{85}",
    "\u{2028}",
    "\u{FEFF}",
    "\u{7F}",
    "%0d%0a",
    "ada@contoso.example",
];

/// Texts made of what parsers and canonicalisers stumble over.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        2 => "[a-z ]{1,6}",
        2 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

fn exclusive(document: &str) -> String {
    let canonical = canonicalize::<&str>(document, C14nMode::Exclusive, None, &[]).unwrap();
    String::from_utf8(canonical).unwrap()
}

fn values(assertion: &str, name: &str) -> Vec<String> {
    let tree = read(assertion);
    let statement = tree.child(SAML, "AttributeStatement").unwrap();
    let attribute =
        statement.elements().find(|element| element.attribute("AttributeName") == Some(name)).unwrap();
    attribute.children_named(SAML, "AttributeValue").map(xml::Element::text).collect()
}

/// All of XML 1.0 §2.2 that a text may hold is written; the rest is refused.
fn is_carried(text: &str) -> bool {
    let refused = |c: char| (c < ' ' && !"\t\r\n".contains(c)) || c == '\u{FFFE}' || c == '\u{FFFF}';
    !text.contains(refused)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn our_bytes_are_those_of_an_independent_canonicaliser(
        first in hostile_text(),
        second in hostile_text(),
        issuer in hostile_text(),
        name_identifier in hostile_text(),
    ) {
        let hostile = Ada {
            issuer: issuer.clone(),
            name_identifier: name_identifier.clone(),
            ..Ada::signs_in().with_claim("hostile", &[&first, &second])
        };
        let issued = hostile.plan(ResponseFormat::Trust2005, signer()).issue(&hostile.assertion(), signer());
        if ![&first, &second, &issuer, &name_identifier].into_iter().all(|text| is_carried(text)) {
            let refused = matches!(issued, Err(TokenError::HostileCharacter { .. }));
            prop_assert!(refused, "a character that XML cannot carry was written");
            return Ok(());
        }
        let token = issued.unwrap();
        let assertion = cut_out(response(&token));
        prop_assert_eq!(exclusive(assertion), assertion);
        let unsigned = without_signature(assertion);
        prop_assert_eq!(exclusive(&unsigned), unsigned);
        prop_assert_eq!(values(assertion, "hostile"), vec![first, second]);
        let tree = read(assertion);
        prop_assert_eq!(tree.attribute("Issuer"), Some(issuer.as_str()));

        // What the browser posts is the same document in the eyes of XML, without a line break.
        let posted = html_decoded(&token);
        prop_assert!(!posted.contains(['\r', '\n']), "the posted response has a line break");
        prop_assert_eq!(exclusive(cut_out(&posted)), assertion);
    }

    /// A name or audience is compiled into the plan, and is no less hostile for it.
    #[test]
    fn names_and_audiences_are_escaped_too(name in "[^/\u{0}-\u{1F}\u{FFFE}\u{FFFF}]{1,12}", audience in hostile_text()) {
        prop_assume!(is_carried(&audience));
        let hostile = Ada { audience, ..Ada::signs_in().with_claim(&name, &["x"]) };
        let token = hostile.token();
        let assertion = cut_out(response(&token));
        prop_assert_eq!(exclusive(assertion), assertion);
        prop_assert_eq!(values(assertion, &name), vec!["x"]);
    }
}

/// libxml2 agrees, over everything hostile at once and over a value of 100 kB.
#[test]
fn libxml2_canonicalises_to_the_same_bytes() {
    let long = HOSTILE.concat().repeat(100_000 / HOSTILE.concat().len() + 1);
    assert!(long.len() >= 100_000);
    let padded = HOSTILE.iter().map(|text| format!(" {text} ")).collect::<Vec<_>>();
    let mut texts = HOSTILE.to_vec();
    texts.extend(padded.iter().map(String::as_str));
    texts.push(&long);

    let folder = Folder::new();
    let tokens = texts.iter().map(|text| Ada::signs_in().with_claim("hostile", &[text]).token());
    let tokens: Vec<_> = tokens.collect();
    let mut files = Vec::new();
    let mut expected = String::new();
    for (number, token) in tokens.iter().enumerate() {
        let assertion = cut_out(response(token));
        files.push(folder.write(&format!("{number}.xml"), assertion));
        expected.push_str(assertion);
    }
    let output = run(Path::new("xmllint"), &["--nonet", "--huge", "--exc-c14n"], &files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == expected.as_bytes(), "libxml2 yields other bytes");
}

/// TOK-13: what XML cannot carry is refused wherever it stands, and named.
#[test]
fn a_character_that_xml_cannot_carry_stops_the_token() {
    let plan = Ada::signs_in().plan(ResponseFormat::Trust2005, signer());
    for character in ["\0", "\u{1}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
        let ada = Ada::signs_in();
        let in_value = ada.clone().with_claim("department", &[&format!("R&D{character}")]);
        let in_issuer = Ada { issuer: format!("URN:{character}"), ..ada.clone() };
        let in_name_identifier = Ada { name_identifier: character.to_owned(), ..ada.clone() };
        let in_method = Ada { method: character.to_owned(), ..ada.clone() };
        let in_audience = Ada { audience: character.to_owned(), ..ada.clone() };
        for hostile in [in_value, in_issuer, in_name_identifier, in_method, in_audience] {
            let refused = plan.issue(&hostile.assertion(), signer());
            assert!(matches!(refused, Err(TokenError::HostileCharacter { .. })), "{character:?} was written");
        }
        let in_name = ada.clone().with_claim(&format!("a{character}"), &["x"]);
        let compiled =
            TokenPlan::compile(ResponseFormat::Trust2005, signer().certificate(), &in_name.assertion());
        assert!(matches!(compiled, Err(TokenError::HostileCharacter { .. })), "{character:?} was compiled");
    }
}
