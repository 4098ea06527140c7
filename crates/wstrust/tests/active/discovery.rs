//! The document in which clients find the endpoints (MEX-01 to MEX-04).

use std::collections::HashMap;

use wstrust::{AddressError, MetadataExchange, Version};
use xml::{Element, Node};

use crate::sample::{ADDRESS_13, ADDRESS_2005, parse, text};
use crate::{dotnet, go, java};

fn document() -> String {
    text(MetadataExchange::new(ADDRESS_2005, ADDRESS_13).unwrap().document())
}

/// The document that MSAL was seen to accept (protocol.md §4.4).
const ACCEPTED: &str = include_str!("mex-accepted-by-msal.xml");

/// An element without the white space between its children, its attributes in order.
fn tidy(mut element: Element) -> Element {
    element.span = 0..0;
    element.attributes.sort_by(|one, other| one.name.cmp(&other.name));
    element.children = element
        .children
        .into_iter()
        .filter_map(|node| match node {
            Node::Element(child) => Some(Node::Element(tidy(child))),
            Node::Text(text) if text.trim().is_empty() => None,
            text @ Node::Text(_) => Some(text),
        })
        .collect();
    element
}

#[test]
fn the_document_says_what_the_accepted_one_says() {
    // It spells out a default for one version and not for the other.
    let accepted =
        ACCEPTED.replace("<sp:HttpsToken/>", "<sp:HttpsToken RequireClientCertificate=\"false\"/>");
    assert_eq!(tidy(parse(&document())), tidy(parse(&accepted)));
}

/// MEX-02: 2005 only, because of where it looks for the token.
#[test]
fn dotnet_finds_the_endpoint_of_2005() {
    assert_eq!(dotnet::endpoint(&document()), Some((Version::Trust2005, ADDRESS_2005.to_owned())));
}

/// MEX-03: by the letters `wsu:Id`; it uses whichever its process happens to choose.
#[test]
fn java_finds_both_endpoints() {
    let expected = HashMap::from([
        (Version::Trust2005, ADDRESS_2005.to_owned()),
        (Version::Trust13, ADDRESS_13.to_owned()),
    ]);
    assert_eq!(java::endpoints(&document()), Some(expected));
}

/// MEX-03: by `xmlns:sp` on the binding itself.
#[test]
fn go_finds_the_endpoint_of_1_3() {
    assert_eq!(go::endpoint(&document()), Some((Version::Trust13, ADDRESS_13.to_owned())));
}

/// The ports would not find what the clients do not find either.
#[test]
fn the_rules_of_the_clients_bite() {
    let sp = " xmlns:sp=\"http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702\"";
    let hoisted =
        document().replace(sp, "").replacen("<wsdl:definitions", &format!("<wsdl:definitions{sp}"), 1);
    assert_eq!(go::endpoint(&hoisted), Some((Version::Trust2005, ADDRESS_2005.to_owned())));
    let renamed = document().replace("wsu:Id", "u:Id").replace("xmlns:wsu", "xmlns:u");
    assert_eq!(java::endpoints(&renamed), Some(HashMap::new()));
    let newer = document().replace("http://schemas.xmlsoap.org/ws/2005/07/securitypolicy", "urn:x");
    assert_eq!(dotnet::endpoint(&newer), None);
}

/// MEX-04
#[test]
fn nothing_is_listed_that_is_not_offered() {
    let document = document();
    for word in ["windowstransport", "Negotiate", "certificatemixed", "http://idp"] {
        assert!(!document.contains(word), "{word}");
    }
    assert_eq!(document.matches(ADDRESS_2005).count(), 2);
    assert_eq!(document.matches(ADDRESS_13).count(), 2);
}

#[test]
fn the_root_is_the_wsdl_on_one_line() {
    let document = document();
    assert!(document.starts_with("<wsdl:definitions name=\"SecurityTokenService\""));
    assert!(!document.contains(['\r', '\n']));
    assert_eq!(document, self::document());
}

/// MEX-04: a password goes nowhere in the clear.
#[test]
fn only_https_addresses_are_published() {
    for address in ["", "http://idp.contoso.example/x", "HTTPS://idp.contoso.example/x", "/adfs", "ftp://x"] {
        let refused = MetadataExchange::new(address, ADDRESS_13).unwrap_err();
        assert_eq!(refused, AddressError::NotHttps(address.to_owned()));
        assert!(MetadataExchange::new(ADDRESS_2005, address).is_err());
    }
    for address in
        ["https://idp.contoso.example/a b", "https://idp.contoso.example/\u{1}", "https://x/\u{FFFE}"]
    {
        assert!(matches!(MetadataExchange::new(address, ADDRESS_13), Err(AddressError::HostileCharacter(_))));
    }
}

#[test]
fn an_address_cannot_write_markup() {
    let address = "https://idp.contoso.example/a?b=\"<c>\"&d='e'";
    let document = text(MetadataExchange::new(address, ADDRESS_13).unwrap().document());
    let root = parse(&document);
    let found = root.descendants().find(|element| element.name == "Address").unwrap();
    assert_eq!(found.text(), address);
    let location = root.descendants().find_map(|element| element.attribute("location"));
    assert_eq!(location, Some(address));
}
