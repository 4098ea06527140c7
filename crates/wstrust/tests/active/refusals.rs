//! What is no request, and the fault that says so. A test names the code and the fault of each.

use chrono::TimeDelta;
use wstrust::{Delivery, Fault, RequestFault, TokenRequest, Version};

use crate::sample::{ADDRESS_13, ADDRESS_2005, MESSAGE_ID, WORDS, Words, at, changed, piece, plain};

fn refused(request: &str) -> RequestFault {
    match Words::of(Version::Trust13).read(request) {
        Ok(_) => panic!("this was read: {request}"),
        Err(fault) => fault,
    }
}

fn assert_refused(request: &str, code: &str, fault: Fault) {
    let refused = refused(request);
    assert_eq!((refused.code(), refused.fault()), (code, fault), "{request}");
    assert_eq!(refused.status(), 500);
}

/// How the plain request is delivered.
fn usual() -> Delivery<'static> {
    Words::of(Version::Trust13).delivery()
}

/// How the plain request is refused when it is delivered in another way.
fn delivered(delivery: &Delivery<'_>) -> RequestFault {
    TokenRequest::read(plain().as_bytes(), delivery).unwrap_err()
}

/// The plain request with a piece of it taken out, or there twice.
fn without(name: &str) -> String {
    changed(&piece(name), "")
}

fn doubled(name: &str) -> String {
    changed(&piece(name), &piece(name).repeat(2))
}

/// S53: none missing, none doubled.
#[test]
fn each_part_stands_there_exactly_once() {
    for (name, fault) in [
        ("s:Header", Fault::InvalidRequest),
        ("s:Body", Fault::InvalidRequest),
        ("wsa:Action", Fault::InvalidRequest),
        ("wsa:To", Fault::InvalidRequest),
        ("wsse:Security", Fault::InvalidSecurity),
        ("wsu:Timestamp", Fault::InvalidSecurity),
        ("wsu:Created", Fault::InvalidSecurity),
        ("wsu:Expires", Fault::InvalidSecurity),
        ("wsse:UsernameToken", Fault::InvalidSecurityToken),
        ("wsse:Username", Fault::InvalidSecurityToken),
        ("wsse:Password", Fault::InvalidSecurityToken),
        ("wst:RequestSecurityToken", Fault::InvalidRequest),
        ("wsp:AppliesTo", Fault::InvalidRequest),
        ("wsa:EndpointReference", Fault::InvalidRequest),
        ("wst:RequestType", Fault::InvalidRequest),
    ] {
        assert_refused(&without(name), "element_missing", fault);
        assert_refused(&doubled(name), "element_repeated", fault);
    }
    for name in ["wsa:MessageID", "wsa:ReplyTo", "wst:KeyType"] {
        assert_refused(&doubled(name), "element_repeated", Fault::InvalidRequest);
    }
    let kind = "<wst:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</wst:TokenType>";
    let kinds = changed("<wst:KeyType>", &format!("{}<wst:KeyType>", kind.repeat(2)));
    assert_refused(&kinds, "element_repeated", Fault::InvalidRequest);
}

/// S53: a second one in the misspelling of some clients, or under another prefix, is a second one.
#[test]
fn a_double_in_disguise_is_a_double() {
    let id = changed("<wsa:ReplyTo>", "<wsa:messageID>urn:uuid:2</wsa:messageID><wsa:ReplyTo>");
    assert_refused(&id, "element_repeated", Fault::InvalidRequest);
    let other = "<x:Password xmlns:x='http://docs.oasis-open.org/wss/2004/01/\
                 oasis-200401-wss-wssecurity-secext-1.0.xsd'>other</x:Password></wsse:UsernameToken>";
    assert_refused(&changed("</wsse:UsernameToken>", other), "element_repeated", Fault::InvalidSecurityToken);
}

/// An element of the right name in another namespace is another element.
#[test]
fn names_are_those_of_their_namespaces() {
    let trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    let address = "xmlns:wsa='http://www.w3.org/2005/08/addressing'";
    let older = "xmlns:wsa='http://schemas.xmlsoap.org/ws/2004/08/addressing'";
    let policy = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    for request in [
        changed(&format!("xmlns:wst='{trust}'"), "xmlns:wst='http://schemas.xmlsoap.org/ws/2005/02/trust'"),
        changed(&format!("xmlns:wsp='{policy}'"), "xmlns:wsp='http://www.w3.org/ns/ws-policy'"),
    ] {
        assert_refused(&request, "element_missing", Fault::InvalidRequest);
    }
    // Its `To` must be understood and is of an addressing that nobody here knows.
    assert_refused(&changed(address, older), "header_not_understood", Fault::MustUnderstand);
}

#[test]
fn the_version_of_the_request_is_that_of_the_endpoint() {
    let [older, newer] = &WORDS;
    let request = older.fill(include_str!("requests/dotnet.xml"));
    let delivery = Delivery { soap_action: None, ..newer.delivery() };
    let refused = TokenRequest::read(request.as_bytes(), &delivery).unwrap_err();
    assert_eq!(refused.code(), "action_mismatch");
    let delivery = Delivery { soap_action: Some(older.action), ..newer.delivery() };
    let refused = TokenRequest::read(request.as_bytes(), &delivery).unwrap_err();
    assert_eq!((refused.code(), refused.message_id), ("action_mismatch", None));
}

/// S52: SOAP 1.1 and what is no SOAP.
#[test]
fn only_an_envelope_of_soap_1_2_is_opened() {
    let soap_11 = plain()
        .replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/");
    for request in [soap_11, "<Envelope/>".to_owned(), piece("wst:RequestSecurityToken").replace("wsa:", "")]
    {
        let request = request.replace("wsp:", "");
        assert_refused(&request, "message_not_soap12", Fault::VersionMismatch);
    }
}

#[test]
fn an_envelope_holds_a_header_a_body_and_nothing_else() {
    for request in [
        changed("<s:Body>", "<s:Extra/><s:Body>"),
        changed("<s:Body>", "<x xmlns='urn:x'/><s:Body>"),
        changed("<s:Body>", "text<s:Body>"),
        changed("<s:Header>", "<s:Header>text"),
        changed("<s:Body>", "<s:Body>text"),
        changed("</s:Body>", "<x xmlns='urn:x'/></s:Body>"),
    ] {
        assert_refused(&request, "message_unexpected_content", Fault::InvalidRequest);
    }
}

/// SOAP 1.2 §5.2.3: whatever is not plainly a no.
#[test]
fn a_header_that_must_be_understood_is_not_passed_over() {
    for value in ["1", "true", " true ", "yes", ""] {
        let header = format!("<x:y xmlns:x='urn:x' s:mustUnderstand='{value}'/></s:Header>");
        let refused = refused(&changed("</s:Header>", &header));
        assert_eq!((refused.code(), refused.fault()), ("header_not_understood", Fault::MustUnderstand));
        assert_eq!(refused.message_id.as_deref(), Some(MESSAGE_ID));
    }
}

#[test]
fn an_action_of_another_kind_is_refused() {
    let action = Words::of(Version::Trust13).action;
    assert_refused(
        &changed(action, &action.replace("Issue", "Renew")),
        "action_mismatch",
        Fault::InvalidRequest,
    );
    assert_refused(&changed(action, ""), "action_mismatch", Fault::InvalidRequest);
    for soap_action in [Words::of(Version::Trust2005).action, "\"", "x"] {
        assert_eq!(
            delivered(&Delivery { soap_action: Some(soap_action), ..usual() }).code(),
            "action_mismatch"
        );
    }
    let elsewhere = "application/soap+xml; action=\"urn:x\"";
    assert_eq!(delivered(&Delivery { content_type: Some(elsewhere), ..usual() }).code(), "action_mismatch");
}

/// S52: another media type is another protocol, and a browser may send it unasked.
#[test]
fn only_soap_1_2_in_utf8_is_a_content_type() {
    for content_type in [
        None,
        Some(""),
        Some("text/xml; charset=utf-8"),
        Some("application/xml"),
        Some("text/plain"),
        Some("application/soap+xmlx"),
        Some("multipart/related; type=\"application/soap+xml\""),
        Some("application/soap+xml; charset=utf-16"),
        Some("application/soap+xml; charset=iso-8859-1"),
        Some("application/soap+xml; charset"),
        Some("application/soap+xml; charset=utf-8; charset=utf-7"),
    ] {
        let refused = delivered(&Delivery { content_type, ..usual() });
        assert_eq!((refused.code(), refused.status()), ("message_content_type", 415), "{content_type:?}");
    }
}

#[test]
fn a_message_to_somewhere_else_is_refused() {
    for address in [
        "",
        "http://www.w3.org/2005/08/addressing/anonymous",
        "https://sts.fabrikam.example/adfs/services/trust/13/usernamemixed",
        "http://idp.contoso.example/adfs/services/trust/13/usernamemixed",
        "https://idp.contoso.example/adfs/services/trust/13/windowstransport",
    ] {
        assert_refused(&changed(ADDRESS_13, address), "address_mismatch", Fault::InvalidRequest);
    }
    let only: &[&str] = &[ADDRESS_2005];
    assert_eq!(delivered(&Delivery { addresses: only, ..usual() }).code(), "address_mismatch");
    assert_eq!(delivered(&Delivery { addresses: &[], ..usual() }).code(), "address_mismatch");
}

/// WST-07, S53: five minutes either way and not an instant more.
#[test]
fn a_message_of_another_time_is_refused() {
    let (five, little) = (TimeDelta::minutes(5), TimeDelta::nanoseconds(1));
    let early = at("2026-01-02T03:04:05Z") - five - little;
    let late = at("2026-01-02T03:14:05Z") + five + little;
    for (now, code) in [(early, "message_not_yet_valid"), (late, "message_expired")] {
        let refused = delivered(&Delivery { now, ..usual() });
        assert_eq!((refused.code(), refused.fault()), (code, Fault::MessageExpired));
    }
    let decade = changed("2026-01-02T03:14:05Z", "2036-01-02T03:14:05Z");
    assert_refused(&decade, "message_not_yet_valid", Fault::MessageExpired);
}

#[test]
fn a_timestamp_that_is_none_is_refused() {
    for created in [
        "",
        "now",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-02-30T03:04:05Z",
        "99999-01-02T03:04:05Z",
        "-2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z<x/>",
        "2026-01-02T03:14:06Z",
    ] {
        let request = changed("2026-01-02T03:04:05Z", created);
        assert_refused(&request, "element_malformed", Fault::InvalidSecurity);
    }
}

/// S53: a digest of the password cannot be checked against what is stored, so it is not asked.
#[test]
fn only_a_password_in_plain_text_is_accepted() {
    let profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
    for kind in [&format!("{profile}#PasswordDigest"), "", "PasswordText"] {
        let request = changed("<wsse:Password>", &format!("<wsse:Password Type='{kind}'>"));
        assert_refused(&request, "token_unsupported", Fault::UnsupportedSecurityToken);
    }
}

/// protocol.md §4.6: another kind of token is not the same as none.
#[test]
fn a_certificate_or_an_assertion_is_no_user_name() {
    for token in ["<wsse:BinarySecurityToken>x</wsse:BinarySecurityToken>", "<x xmlns='urn:x'/>"] {
        let request = changed(&piece("wsse:UsernameToken"), token);
        assert_refused(&request, "token_unsupported", Fault::UnsupportedSecurityToken);
    }
}

/// What a client with integrated sign-in sends to the wrong endpoint.
#[test]
fn a_name_and_a_password_are_not_empty() {
    for request in [
        changed("ada@contoso.example", ""),
        changed("ada@contoso.example", " \n"),
        changed(&piece("wsse:Password"), "<wsse:Password></wsse:Password>"),
        changed(&piece("wsse:Password"), "<wsse:Password/>"),
    ] {
        assert_refused(&request, "credentials_empty", Fault::InvalidSecurityToken);
    }
}

#[test]
fn a_name_and_a_password_are_text() {
    for request in [
        changed("ada@contoso.example", "ada<x/>@contoso.example"),
        changed("</wsse:Password>", "<wsse:x/></wsse:Password>"),
    ] {
        assert_refused(&request, "element_malformed", Fault::InvalidSecurityToken);
    }
}

#[test]
fn only_the_issue_of_a_bearer_token_of_saml_1_1_is_served() {
    let trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    for (from, to, code, fault) in [
        (
            format!("{trust}/Issue</wst"),
            format!("{trust}/Renew</wst"),
            "request_type_unsupported",
            Fault::InvalidRequest,
        ),
        (
            format!("{trust}/Issue</wst"),
            "</wst".to_owned(),
            "request_type_unsupported",
            Fault::InvalidRequest,
        ),
        (
            format!("{trust}/Bearer"),
            format!("{trust}/SymmetricKey"),
            "key_type_unsupported",
            Fault::RequestFailed,
        ),
        (format!("{trust}/Bearer"), String::new(), "key_type_unsupported", Fault::RequestFailed),
    ] {
        assert_refused(&changed(&from, &to), code, fault);
    }
    let kind = "<wst:TokenType>urn:oasis:names:tc:SAML:2.0:assertion</wst:TokenType><wst:KeyType>";
    assert_refused(&changed("<wst:KeyType>", kind), "token_type_unsupported", Fault::RequestFailed);
}

/// WST-08: what no relying party can be called fails like one that is not known.
#[test]
fn a_realm_that_is_no_uri_is_refused() {
    for realm in ["", "contoso", "urn:a b", "urn:a<!-- -->\n", &format!("urn:{}", "x".repeat(300))] {
        let expected = if realm.contains('\n') { continue } else { "realm_malformed" };
        assert_refused(&changed("urn:federation:MicrosoftOnline", realm), expected, Fault::RequestFailed);
    }
    let nested = changed("urn:federation:MicrosoftOnline", "urn:x<x/>");
    assert_refused(&nested, "element_malformed", Fault::InvalidRequest);
}

/// It is echoed, kept and written down, so it is small and plain.
#[test]
fn the_id_of_a_message_is_short_and_without_white_space() {
    for id in ["", "a b", "a\tb", "<x/>", "\u{85}", &"x".repeat(257)] {
        let refused = refused(&changed(MESSAGE_ID, id));
        assert_eq!((refused.code(), refused.message_id), ("element_malformed", None), "{id:?}");
    }
    assert!(Words::of(Version::Trust13).read(&changed(MESSAGE_ID, &"x".repeat(256))).is_ok());
}

/// WST-02: a fault is answered under the id of the message wherever that could be read.
#[test]
fn a_refusal_carries_the_id_of_the_message() {
    for request in [
        without("wsse:Security"),
        without("wst:RequestType"),
        changed(ADDRESS_13, "x"),
        changed("ada@contoso.example", ""),
    ] {
        assert_eq!(refused(&request).message_id.as_deref(), Some(MESSAGE_ID));
    }
    assert_eq!(refused("<x/>").message_id, None);
}

/// The order of the checks: the password is looked at last, so nothing that is said before depends on it.
#[test]
fn what_can_be_refused_without_the_password_is() {
    let empty = changed(&piece("wsse:Password"), "<wsse:Password/>");
    let both = empty.replacen("urn:federation:MicrosoftOnline", "contoso", 1);
    assert_refused(&both, "realm_malformed", Fault::RequestFailed);
}

/// S55, WST-09: wherever the password stands, no error, fault or Debug output repeats it, escaped or not.
#[test]
fn a_password_is_never_repeated() {
    let secret = "hunter2&<>";
    let escaped = "hunter2&amp;&lt;&gt;";
    let password = format!("<wsse:Password>{escaped}</wsse:Password>");
    let good = changed(&piece("wsse:Password"), &password);
    let broken = [
        // Sent as it is by a client that does not escape.
        good.replace(escaped, secret),
        good.replace(escaped, "<hunter2>"),
        good.replace(escaped, "<hunter2></x>"),
        good.replace(escaped, "&hunter2;"),
        good.replace(escaped, "hunter2\u{1}"),
        good.replace("<wsse:Password>", "<wsse:Password hunter2='1' hunter2='2'>"),
        good.replace("<wsse:Password>", "<hunter2:Password>"),
        good.replace("<wsse:Password>", "<wsse:Password Type='hunter2'>"),
        good.replace("ada@contoso.example", ""),
        good.replace(&password, &password.repeat(2)),
        good.replace("</wsse:UsernameToken>", ""),
        good.replace("urn:federation:MicrosoftOnline", "hunter2"),
        good.replace(MESSAGE_ID, "hunter2 hunter2"),
    ];
    for request in broken {
        let refused = refused(&request);
        let fault = refused.fault().envelope(
            Version::Trust13,
            refused.message_id.as_deref(),
            at("2026-01-02T03:04:05Z"),
        );
        let said = format!("{refused} {refused:?} {:?} {}", refused.error, String::from_utf8(fault).unwrap());
        assert!(!said.contains("hunter2"), "{said}");
    }
    let read = Words::of(Version::Trust13).read(&good).unwrap();
    assert_eq!(*read.credentials.password, secret);
    let shown = format!("{read:?} {:?} {read:#?}", read.credentials);
    assert!(!shown.contains("hunter2") && !shown.contains("ada@"), "{shown}");
}
