//! What is read, however a client writes it (WST-03).

use chrono::TimeDelta;
use wstrust::{Delivery, TokenRequest, Version};

use crate::sample::{ADDRESS_13, PASSWORD, REQUESTS, WORDS, Words, at, changed, piece, plain};

fn read(request: &str) -> TokenRequest {
    Words::of(Version::Trust13).read(request).unwrap_or_else(|fault| panic!("{fault}: {request}"))
}

/// How the plain request is delivered.
fn usual() -> Delivery<'static> {
    Words::of(Version::Trust13).delivery()
}

/// Reads the plain request delivered in another way.
fn delivered(delivery: &Delivery<'_>) -> TokenRequest {
    TokenRequest::read(plain().as_bytes(), delivery).unwrap()
}

/// WST-03: Python, .NET, Java, Go and the Office sign-in assistant, in both versions.
#[test]
fn the_request_of_every_client_is_read() {
    for words in &WORDS {
        for (client, message_id, request) in REQUESTS {
            let request =
                words.read(&words.fill(request)).unwrap_or_else(|fault| panic!("{client}: {fault}"));
            assert_eq!(request.message_id.as_deref(), Some(message_id), "{client}");
            assert_eq!(request.applies_to.as_str(), "urn:federation:MicrosoftOnline");
            assert_eq!(request.credentials.username, "ada@contoso.example");
            assert_eq!(*request.credentials.password, PASSWORD);
        }
    }
}

/// protocol.md §4.5: the audience is the one that was asked for; which are served is for the caller to say.
#[test]
fn what_the_token_applies_to_is_carried_as_given() {
    for realm in ["https://login.microsoftonline.com/extSTS.srf", "urn:federation:MicrosoftOnline", "urn:X:y"]
    {
        let request = read(&changed("urn:federation:MicrosoftOnline", realm));
        assert_eq!(request.applies_to.as_str(), realm);
    }
}

#[test]
fn a_message_needs_no_id() {
    let request = read(&changed(&piece("wsa:MessageID"), ""));
    assert_eq!(request.message_id, None);
}

#[test]
fn the_content_type_may_name_the_action_and_the_charset_in_quotes() {
    let action = Words::of(Version::Trust13).action;
    for content_type in [
        "application/soap+xml",
        "application/soap+xml;charset=UTF-8",
        "Application/SOAP+XML; Charset=\"utf-8\"",
        &format!("application/soap+xml; charset=utf-8; action=\"{action}\""),
        &format!("application/soap+xml; action={action}"),
    ] {
        delivered(&Delivery { content_type: Some(content_type), ..usual() });
    }
}

#[test]
fn the_action_of_http_may_be_absent_empty_or_quoted() {
    let quoted = format!("\"{}\"", Words::of(Version::Trust13).action);
    for action in [None, Some(""), Some("\"\""), Some(quoted.as_str())] {
        delivered(&Delivery { soap_action: action, ..usual() });
    }
}

#[test]
fn times_have_any_number_of_decimals_and_any_zone() {
    for created in [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.068Z",
        "2026-01-02T03:04:05.1234567Z",
        "2026-01-02T03:04:05.123456789012Z",
        "2026-01-02T04:04:05+01:00",
        " 2026-01-02T03:04:05Z\n",
    ] {
        read(&changed("2026-01-02T03:04:05Z", created));
    }
}

/// WST-07: five minutes either way, to the instant.
#[test]
fn clocks_may_differ_by_five_minutes() {
    let five = TimeDelta::minutes(5);
    for now in [at("2026-01-02T03:04:05Z") - five, at("2026-01-02T03:14:05Z") + five] {
        delivered(&Delivery { now, ..usual() });
    }
}

/// S53: whoever remembers ids learns for how long.
#[test]
fn a_request_says_until_when_it_could_come_again() {
    let request = read(&plain());
    assert_eq!(request.accepted_until, at("2026-01-02T03:19:05Z"));
    let again = Words::of(Version::Trust13).delivery();
    let late = Delivery { now: request.accepted_until + TimeDelta::milliseconds(1), ..again };
    assert_eq!(TokenRequest::read(plain().as_bytes(), &late).unwrap_err().code(), "message_expired");
    let words = Words::of(Version::Trust2005);
    let (_, _, longest) = REQUESTS[4];
    assert_eq!(words.read(&words.fill(longest)).unwrap().accepted_until, at("2026-01-03T03:09:05Z"));
}

#[test]
fn a_password_may_say_that_it_is_text() {
    let kind =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
    read(&changed("<wsse:Password>", &format!("<wsse:Password Type='{kind}'>")));
}

#[test]
fn the_address_may_carry_a_query_and_spell_out_the_port() {
    for address in [
        format!("{ADDRESS_13}?client-request-id=66666666-7777-4888-8999-000000000000"),
        ADDRESS_13.replace("contoso.example/", "contoso.example:443/"),
        ADDRESS_13.replace("https://idp.contoso", "HTTPS://IDP.Contoso"),
    ] {
        read(&changed(ADDRESS_13, &address));
    }
}

#[test]
fn the_order_of_headers_and_of_wishes_is_free() {
    let action = piece("wsa:Action");
    let moved = changed(&action, "").replacen("</s:Header>", &format!("{action}</s:Header>"), 1);
    read(&moved);
    let kind = piece("wst:KeyType");
    read(&changed(&kind, "").replacen("<wsp:AppliesTo", &format!("{kind}<wsp:AppliesTo"), 1));
}

#[test]
fn what_is_not_needed_may_be_missing_or_there() {
    read(&changed(&piece("wst:KeyType"), ""));
    read(&changed(&piece("wsa:ReplyTo"), ""));
    for kind in [
        "urn:oasis:names:tc:SAML:1.0:assertion",
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1",
    ] {
        read(&changed("<wst:KeyType>", &format!("<wst:TokenType>{kind}</wst:TokenType><wst:KeyType>")));
    }
    read(&changed("<wst:KeyType>", "<wst:Lifetime/><x xmlns='urn:x'>y</x><wst:KeyType>"));
    read(&changed(
        "</s:Header>",
        "<x:y xmlns:x='urn:x'>z</x:y><x:y xmlns:x='urn:x' s:mustUnderstand='0'/></s:Header>",
    ));
    read(&changed("<wsse:Password>", "<wsse:Nonce>x</wsse:Nonce><wsse:Password>"));
}

/// A header that is known is understood, even where a client insists.
#[test]
fn the_header_of_the_office_assistant_is_understood() {
    let header = "<ps:AuthInfo xmlns:ps='http://schemas.microsoft.com/Passport/SoapServices/PPCRL' \
                  s:mustUnderstand='1'/></s:Header>";
    read(&changed("</s:Header>", header));
}

/// S45: a comment does not split a password or a name.
#[test]
fn a_text_is_one_whatever_interrupts_it() {
    let commented = changed("p&lt;w", "p<!-- x -->&lt;<![CDATA[w]]>");
    assert_eq!(*read(&commented).credentials.password, PASSWORD);
}

/// A mark that some editors put in front of UTF-8 changes nothing (S52).
#[test]
fn a_byte_order_mark_of_utf8_is_passed_over() {
    read(&format!("\u{FEFF}{}", plain()));
}
