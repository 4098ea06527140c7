//! What holds for every text and all bytes.

use proptest::prelude::*;
use wstrust::{Fault, MetadataExchange, RequestFault, TokenRequest, Version, response_envelope};

use crate::sample::{MESSAGE_ID, REQUESTS, WORDS, Words, changed, now, parse, piece, plain, text, walk};

fn read(bytes: &[u8]) -> Result<TokenRequest, RequestFault> {
    TokenRequest::read(bytes, &Words::of(Version::Trust13).delivery())
}

/// A text that XML can carry, the awkward characters often.
fn any_text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("([&<>\"' \t\n\r\\]a-z]|[ -\u{D7FF}]|[\u{E000}-\u{FFFD}]|😀){1,40}")
        .unwrap()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    xml::push_text(&mut out, text);
    out
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(read(&bytes).is_err());
    }

    /// A real request with some bytes changed, dropped or doubled.
    #[test]
    fn no_accident_on_the_way_makes_the_reader_panic(
        client in 0..REQUESTS.len(),
        accidents in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..8),
    ) {
        let words = &WORDS[client % 2];
        let mut bytes = words.fill(REQUESTS[client].2).into_bytes();
        for (place, kind, byte) in accidents {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 if bytes.len() > 1 => drop(bytes.remove(place)),
                2 => bytes.insert(place, byte),
                _ => bytes.truncate(place.max(1)),
            }
        }
        let _ = TokenRequest::read(&bytes, &words.delivery());
    }

    /// Pieces of a request in any order and number.
    #[test]
    fn no_arrangement_makes_the_reader_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "wsa:Action", "wsa:To", "wsa:MessageID", "wsse:Security", "wsu:Timestamp", "wsse:UsernameToken",
        "wsse:Password", "wst:RequestSecurityToken", "wsp:AppliesTo", "s:Header", "s:Body",
    ]), 0..12)) {
        let plain = plain();
        let start = plain.find("<s:Header>").unwrap();
        let inside: String = pieces.into_iter().map(piece).collect();
        let _ = read(format!("{}{inside}</s:Envelope>", &plain[..start]).as_bytes());
    }

    /// WST-03: any name and any password arrive as they were typed.
    #[test]
    fn names_and_passwords_survive(name in any_text(), password in any_text()) {
        prop_assume!(!name.trim().is_empty());
        let request = changed("ada@contoso.example", &escaped(&name));
        let request = request.replacen(&piece("wsse:Password"), &format!("<wsse:Password>{}</wsse:Password>", escaped(&password)), 1);
        let credentials = read(request.as_bytes()).unwrap().credentials;
        prop_assert_eq!(credentials.username, name);
        prop_assert_eq!(credentials.password.as_str(), password);
    }

    /// Every fault is one document, whatever id it answers, and the id arrives.
    #[test]
    fn faults_are_read_back(fault in prop::sample::select(Fault::ALL.to_vec()), id in any_text()) {
        for version in Version::ALL {
            let document = text(fault.envelope(version, Some(&id), now()));
            let root = parse(&document);
            prop_assert_eq!(walk(&root, &["Header", "RelatesTo"])[0].text(), id.as_str());
            prop_assert_eq!(walk(&root, &["Body", "Fault", "Code", "Subcode", "Value"]).len(), 1);
        }
    }

    #[test]
    fn answers_are_read_back(content in any_text()) {
        let response = format!("<r>{}</r>", escaped(&content));
        for version in Version::ALL {
            let document = text(response_envelope(version, Some(MESSAGE_ID), now(), response.as_bytes()));
            prop_assert_eq!(walk(&parse(&document), &["Body", "r"])[0].text(), content.as_str());
            prop_assert!(document.contains(&response));
        }
    }

    #[test]
    fn the_document_of_endpoints_is_read_back(path in "[!-~é😀]{0,60}") {
        let address = format!("https://idp.contoso.example/{path}");
        let document = text(MetadataExchange::new(&address, &address).unwrap().document());
        let root = parse(&document);
        let ports = walk(&root, &["service", "port", "EndpointReference", "Address"]);
        prop_assert_eq!(ports.iter().map(|port| port.text()).collect::<Vec<_>>(), [address.as_str(), &address]);
    }
}
