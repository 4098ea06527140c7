//! The shape of every fault, and what .NET and Java make of it (WST-04).

use std::collections::HashSet;

use wstrust::{Fault, Version};

use crate::sample::{MESSAGE_ID, SOAP, WSA, WSSE, WSU, Words, now, parse, text, walk};
use crate::{dotnet, java};

fn envelope(fault: Fault, version: Version) -> String {
    text(fault.envelope(version, Some(MESSAGE_ID), now()))
}

fn all() -> impl Iterator<Item = (Fault, Version, String)> {
    let pairs = Version::ALL.into_iter().flat_map(|version| Fault::ALL.map(|fault| (fault, version)));
    pairs.map(|(fault, version)| (fault, version, envelope(fault, version)))
}

/// protocol.md §4.6, to the byte.
#[test]
fn the_wrong_password_fault_is_that_of_the_protocol() {
    let expected = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\" xmlns:a=\"{WSA}\" xmlns:u=\"{WSU}\"><s:Header>\
         <a:Action s:mustUnderstand=\"1\">{WSA}/soap/fault</a:Action><a:RelatesTo>{MESSAGE_ID}</a:RelatesTo>\
         <o:Security s:mustUnderstand=\"1\" xmlns:o=\"{WSSE}\"><u:Timestamp u:Id=\"_0\">\
         <u:Created>2026-01-02T03:04:06.789Z</u:Created><u:Expires>2026-01-02T03:09:06.789Z</u:Expires>\
         </u:Timestamp></o:Security></s:Header><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>\
         <s:Value xmlns:a=\"{WSSE}\">a:FailedAuthentication</s:Value></s:Subcode></s:Code><s:Reason>\
         <s:Text xml:lang=\"en-US\">Sign-in failed.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"
    );
    assert_eq!(envelope(Fault::FailedAuthentication, Version::Trust13), expected);
    assert_eq!(envelope(Fault::FailedAuthentication, Version::Trust2005), expected);
}

/// WST-04: exactly one prefixed subcode, a prefix that is declared, a reason that says something.
#[test]
fn every_fault_has_one_prefixed_subcode_and_a_reason() {
    for (fault, version, document) in all() {
        let envelope = parse(&document);
        let body = envelope.only_child(SOAP, "Body").unwrap().only_child(SOAP, "Fault").unwrap();
        let code = body.only_child(SOAP, "Code").unwrap();
        assert!(code.only_child(SOAP, "Value").unwrap().text().starts_with("s:"));
        let subcode = code.only_child(SOAP, "Subcode").unwrap().only_child(SOAP, "Value").unwrap();
        let namespace = match fault {
            Fault::AccessDenied
            | Fault::RequestFailed
            | Fault::InvalidRequest
            | Fault::MustUnderstand
            | Fault::VersionMismatch
            | Fault::Receiver => Words::of(version).trust,
            Fault::MessageExpired => WSU,
            _ => WSSE,
        };
        assert!(document.contains(&format!("<s:Value xmlns:a=\"{namespace}\">{}</s:Value>", subcode.text())));
        let (prefix, name) =
            subcode.text().split_once(':').map(|(p, n)| (p.to_owned(), n.to_owned())).unwrap();
        assert_eq!(prefix, "a");
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()));
        assert!(!walk(body, &["Reason", "Text"])[0].text().trim().is_empty());
        assert!(!document.contains(['\r', '\n']));
    }
}

/// SOAP 1.2 §5.4.6.
#[test]
fn whose_fault_it_is_stands_in_the_code() {
    let code = |fault| {
        walk(&parse(&envelope(fault, Version::Trust13)), &["Body", "Fault", "Code", "Value"])[0].text()
    };
    assert_eq!(code(Fault::MustUnderstand), "s:MustUnderstand");
    assert_eq!(code(Fault::VersionMismatch), "s:VersionMismatch");
    assert_eq!(code(Fault::Receiver), "s:Receiver");
    assert_eq!(code(Fault::AccessDenied), "s:Sender");
}

#[test]
fn a_fault_without_an_id_relates_to_nothing() {
    let fault = text(Fault::Receiver.envelope(Version::Trust13, None, now()));
    assert!(!fault.contains("RelatesTo"));
}

/// The id is the client's text.
#[test]
fn an_id_cannot_write_markup() {
    let hostile = "]]></a:RelatesTo><x>&\"'";
    let fault = text(Fault::InvalidRequest.envelope(Version::Trust13, Some(hostile), now()));
    assert_eq!(walk(&parse(&fault), &["Header", "RelatesTo"])[0].text(), hostile);
    let unspeakable = text(Fault::InvalidRequest.envelope(Version::Trust13, Some("a\u{1}"), now()));
    assert!(walk(&parse(&unspeakable), &["Header", "RelatesTo"]).is_empty());
}

#[test]
fn dotnet_shows_the_reason_of_every_fault() {
    let reasons: HashSet<String> = all().map(|(_, _, document)| dotnet::fault(&document).unwrap()).collect();
    assert!(reasons.contains("Sign-in failed."));
    assert_eq!(reasons.len(), Fault::ALL.len());
}

#[test]
fn java_splits_the_code_of_every_fault() {
    for (fault, _, document) in all() {
        let (code, reason) = java::fault(&document).unwrap();
        assert!(!code.is_empty() && !reason.trim().is_empty(), "{fault:?}");
    }
    let denied = envelope(Fault::AccessDenied, Version::Trust2005);
    assert_eq!(java::fault(&denied).unwrap().0, "FailedAuthentication");
}
