//! The answer with the token, as each client reads it (WST-02), and the token inside it and cut out (TOK-02).

use std::path::Path;

use token::{Signer, verify_sample};
use wstrust::Version;

use crate::sample::{
    MESSAGE_ID, SOAP, WSA, WSSE, WSU, Words, answer, cut_out, now, parse, response, signer, text, walk,
};
use crate::tools::{Folder, run};
use crate::{dotnet, go, java};

const HOSTILE: &str = "<!-- a --> & \"b\" 'c' ]]> \r\n\t ü 😀";

/// protocol.md §4.5.
#[test]
fn an_answer_has_the_header_of_ad_fs() {
    for (version, action) in [
        (Version::Trust2005, "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/Issue"),
        (Version::Trust13, "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal"),
    ] {
        let envelope = parse(&answer(version, "x"));
        let header = envelope.only_child(SOAP, "Header").unwrap();
        let stated = header.only_child(WSA, "Action").unwrap();
        assert_eq!(
            (stated.text().as_str(), stated.attribute_of(SOAP, "mustUnderstand")),
            (action, Some("1"))
        );
        assert_eq!(header.only_child(WSA, "RelatesTo").unwrap().text(), MESSAGE_ID);
        let timestamp = header.only_child(WSSE, "Security").unwrap().only_child(WSU, "Timestamp").unwrap();
        assert_eq!(timestamp.child(WSU, "Created").unwrap().text(), "2026-01-02T03:04:06.789Z");
        assert_eq!(timestamp.child(WSU, "Expires").unwrap().text(), "2026-01-02T03:09:06.789Z");
    }
}

/// WST-02: the collection is of 1.3 only.
#[test]
fn the_body_holds_one_response_or_a_collection_of_one() {
    let body = |version| {
        let envelope = parse(&answer(version, "x"));
        let found = envelope.only_child(SOAP, "Body").unwrap();
        let names: Vec<String> = found.elements().map(|element| element.name.clone()).collect();
        assert!(found.elements().all(|element| element.namespace == Words::of(version).trust));
        names
    };
    assert_eq!(body(Version::Trust2005), ["RequestSecurityTokenResponse"]);
    assert_eq!(body(Version::Trust13), ["RequestSecurityTokenResponseCollection"]);
    let envelope = parse(&answer(Version::Trust13, "x"));
    let path = ["Body", "RequestSecurityTokenResponseCollection", "RequestSecurityTokenResponse"];
    assert_eq!(walk(&envelope, &path).len(), 1);
}

#[test]
fn the_bytes_of_the_response_stay_as_they_are() {
    for version in Version::ALL {
        let response = text(response(version, HOSTILE));
        let answer = answer(version, HOSTILE);
        assert!(answer.contains(&response));
        assert_eq!(
            answer,
            text(wstrust::response_envelope(version, Some(MESSAGE_ID), now(), response.as_bytes()))
        );
    }
}

/// MSAL for .NET asks for what it chose in MEX; both versions must do.
#[test]
fn dotnet_finds_the_token() {
    for version in Version::ALL {
        let answer = answer(version, HOSTILE);
        let found = dotnet::token(&answer, version).unwrap();
        assert_eq!(found, ("urn:oasis:names:tc:SAML:1.0:assertion".to_owned(), cut_out(&answer)));
    }
}

#[test]
fn java_finds_the_token() {
    for version in Version::ALL {
        let answer = answer(version, HOSTILE);
        assert_eq!(java::token(&answer, version), Some(cut_out(&answer)));
    }
}

#[test]
fn go_finds_the_token_of_1_3() {
    let answer = answer(Version::Trust13, HOSTILE);
    assert_eq!(go::token(&answer), Some(cut_out(&answer)));
}

/// TOK-02, TOK-09: by xmlsec1, where it stands in the envelope and alone.
#[test]
fn xmlsec1_verifies_the_token_in_its_envelope_and_cut_out() {
    let folder = Folder::new();
    let certificate = folder.write("certificate.pem", &signer().certificate().pem());
    let verifies = |document: &str| {
        let file = folder.write("answer.xml", document);
        let arguments = [
            "--verify",
            "--trusted-pem",
            certificate.to_str().unwrap(),
            "--id-attr:AssertionID",
            "urn:oasis:names:tc:SAML:1.0:assertion:Assertion",
            file.to_str().unwrap(),
        ];
        run(Path::new("xmlsec1"), &arguments, "").status.success()
    };
    for version in Version::ALL {
        let answer = answer(version, HOSTILE);
        assert!(verifies(&answer) && verifies(cut_out(&answer)));
        assert!(!verifies(&answer.replace("ada@contoso", "bob@contoso")));
    }
}

/// TOK-02: by the check that runs beside the signer.
#[test]
fn the_sampled_check_verifies_an_answer() {
    for version in Version::ALL {
        let certificate = signer().certificate();
        assert_eq!(verify_sample(answer(version, HOSTILE).as_bytes(), certificate), Ok(()));
    }
}
