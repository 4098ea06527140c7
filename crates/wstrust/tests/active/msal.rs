//! MSAL for Python itself: what it sends is read, what it is answered it understands (WST-01, WST-02, MEX-01).

use std::path::Path;

use chrono::Utc;
use serde_json::{Value, json};
use wstrust::{Delivery, Fault, MetadataExchange, TokenRequest, Version};

use crate::sample::{ADDRESS_13, ADDRESS_2005, PASSWORD, WORDS, answer, cut_out, now, text};
use crate::tools::{python, run};

/// What MSAL does with each case.
fn msal(act: &str, cases: &Value) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/active/msal_client.py");
    let output = run(&python(), &[script.to_str().unwrap(), act], &cases.to_string());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// WST-01: by its real builder, with its own clock.
#[test]
fn what_msal_for_python_sends_is_read() {
    let names = ["ada@contoso.example", "o'neil&<co>@contoso.example"];
    let passwords = [PASSWORD, "pässwörd 😀", "]]>", "&amp;"];
    let mut cases = Vec::new();
    for words in &WORDS {
        for name in names {
            for password in passwords {
                cases.push(json!({
                    "username": name, "password": password, "audience": "urn:federation:MicrosoftOnline",
                    "address": words.address, "action": words.action,
                }));
            }
        }
    }
    let posted = msal("request", &json!(cases));
    assert_eq!(posted.len(), cases.len());
    for (case, posted) in cases.iter().zip(posted) {
        let words = WORDS.iter().find(|words| case["action"] == words.action).unwrap();
        let delivery = Delivery {
            content_type: posted["headers"]["Content-type"].as_str(),
            soap_action: posted["headers"]["SOAPAction"].as_str(),
            now: Utc::now(),
            ..words.delivery()
        };
        assert!(delivery.content_type.is_some() && delivery.soap_action.is_some());
        let request = TokenRequest::read(posted["body"].as_str().unwrap().as_bytes(), &delivery).unwrap();
        assert_eq!(case["username"], request.credentials.username);
        assert_eq!(case["password"], *request.credentials.password);
        assert_eq!(request.applies_to.as_str(), "urn:federation:MicrosoftOnline");
        assert!(request.message_id.is_some_and(|id| id.starts_with("urn:uuid:")));
    }
}

/// WST-02: the token as it was signed, byte for byte.
#[test]
fn msal_for_python_finds_the_token() {
    let answers: Vec<String> = Version::ALL.map(|version| answer(version, "a\n<b> & \"c\" ü")).into();
    for (parsed, answer) in msal("response", &json!(answers)).iter().zip(&answers) {
        assert_eq!(parsed["token"], cut_out(answer));
        assert_eq!(parsed["type"], "urn:oasis:names:tc:SAML:1.0:assertion");
    }
}

/// WST-04
#[test]
fn msal_for_python_understands_every_fault() {
    let mut faults = Vec::new();
    for version in Version::ALL {
        for fault in Fault::ALL {
            faults.push(text(fault.envelope(version, Some("urn:uuid:1"), now())));
        }
    }
    let parsed = msal("response", &json!(faults));
    assert_eq!(parsed.len(), faults.len());
    for parsed in &parsed {
        assert!(parsed["code"].as_str().unwrap().starts_with("a:"), "{parsed}");
        assert!(parsed["reason"].as_str().unwrap().ends_with('.'), "{parsed}");
    }
    assert_eq!(parsed[0], json!({"code": "a:FailedAuthentication", "reason": "Sign-in failed."}));
}

/// MEX-01
#[test]
fn msal_for_python_prefers_the_endpoint_of_1_3() {
    let document = text(MetadataExchange::new(ADDRESS_2005, ADDRESS_13).unwrap().document());
    let action = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
    assert_eq!(msal("mex", &json!([document])), [json!({"address": ADDRESS_13, "action": action})]);
}
