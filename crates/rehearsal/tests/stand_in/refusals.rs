//! One wrong thing at a time: it is refused with its own code, and nothing behind it is looked at.

use chrono::TimeDelta;
use rehearsal::{Departure, Report};
use token::Signer;

use crate::world::{ANCHOR, CURRENT, Draft, NEXT, STRANGER, World, form, now, respond, sign, text};

/// A self-signed certificate with a key of 1024 bits, whose private half was never kept.
const WEAK: &str = concat!(
    "MIIB+jCCAWOgAwIBAgIUFEiPSggO1uK050kZPfZwKLFYsTEwDQYJKoZIhvcNAQELBQAwDzENMAsGA1UEAwwEV2VhazAeFw0yNjExMjUx",
    "MjU3MzhaFw0zNjExMjIxMjU3MzhaMA8xDTALBgNVBAMMBFdlYWswgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBANJiJZvX6Jdc6bAq",
    "Ht2DB8N9pnPgf3bybBGV2KNLG1asz68i5kHmiSXTOs3oi6Pu8tUVREMy/K0cTWa1PIR3wVhxIBVD2MnBriNatsZK1UDs+cLz/AQM8aR8",
    "+XhB4SgPo2SpY0Nv4yzQjIB0AHIWwv1HS2rJHrCrJdg5nGISD3yRAgMBAAGjUzBRMB0GA1UdDgQWBBTt/0CgCypBKVE80r6pqZrZC7GL",
    "gzAfBgNVHSMEGDAWgBTt/0CgCypBKVE80r6pqZrZC7GLgzAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBABxXS+FeaZPC",
    "kvtC4GO5ENtLN5MfkC/K32wLk5crYyi+Nes0d9fu3AsiPcsfvGr81AZnlRnqk3D68J1otcdihG7IENO5QfU78/eRY9gLyeXZA0IYXmfI",
    "nc9BOQVFhGUFrqEOHjP52t6+no9wVlbV9cYR66OPc0YjwtMOiTcp/7dR",
);

#[track_caller]
fn refused(report: &Report, name: &str, code: &str) {
    assert!(!report.accepted);
    let failed: Vec<_> = report.checks.iter().filter(|check| check.passed == Some(false)).collect();
    assert_eq!(failed.len(), 1, "{report:#?}");
    assert_eq!((failed[0].name, failed[0].code, report.code), (name, code, Some(code)), "{report:#?}");
    let behind = report.checks.iter().skip_while(|check| check.name != name).skip(1);
    assert!(behind.into_iter().all(|check| check.passed.is_none()));
}

/// The response for a draft that was changed before it was signed.
fn changed(from: &str, to: &str) -> String {
    let assertion = Draft::default().assertion();
    assert!(assertion.contains(from), "{from}");
    respond(&sign(&assertion.replace(from, to), &*CURRENT))
}

#[test]
fn a_good_token_passes_every_check() {
    let report = World::new().post(&Draft::default().response());
    assert!(report.accepted, "{report:#?}");
    assert_eq!(report.user.as_deref(), Some("ada@contoso.example"));
    let names: Vec<&str> = report.checks.iter().map(|check| check.name).collect();
    let order = [
        "form",
        "response",
        "context",
        "issuer",
        "certificate",
        "key_size",
        "signature",
        "window",
        "audience",
        "schema",
        "replay",
        "immutable_id",
        "upn_domain",
        "mfa",
    ];
    assert_eq!(names, order);
}

#[test]
fn another_form_is_refused() {
    let world = World::new();
    for body in ["", "wa=wsignin1.0", "SAMLResponse=x", "wa=wsignin1.0&wresult=x&extra=1"] {
        refused(&world.stand_in.examine(body.as_bytes()), "form", "AADSTS20012");
    }
}

/// WSF-11, protocol.md §2.1
#[test]
fn another_response_is_refused() {
    let good = Draft::default().response();
    let assertion = sign(&Draft::default().assertion(), &*CURRENT);
    let token = "<t:RequestedSecurityToken>";
    for wresult in [
        String::new(),
        "nonsense".to_owned(),
        assertion.clone(),
        format!("<?xml version=\"1.0\"?>{good}"),
        format!("<!DOCTYPE t>{good}"),
        format!("{good}\r\n"),
        good.replace("2005/02/trust", "2005/12/trust"),
        good.replace("SAML:1.0:assertion</t:TokenType>", "SAML:1.1:assertion</t:TokenType>"),
        good.replace("NoProofKey", "SymmetricKey"),
        good.replace("/Issue<", "/Renew<"),
        good.replace(token, &format!("{token} ")),
        good.replace(token, &format!("{token}{assertion}")),
        good.replace("<wsa:Address>urn:federation:MicrosoftOnline</wsa:Address>", ""),
        good.replacen("<wsu:Created", "<wsu:Expires", 1).replacen("</wsu:Created", "</wsu:Expires", 1),
    ] {
        refused(&World::new().post(&wresult), "response", "AADSTS20012");
    }
}

/// TOK-09: a prefix declared outside of the assertion is lost when it is cut out.
#[test]
fn an_assertion_that_does_not_stand_alone_is_refused() {
    let declaration = " xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"";
    let wresult = Draft::default().response().replacen(declaration, "", 1);
    let wresult = wresult.replacen(
        "<t:RequestSecurityTokenResponse",
        &format!("<t:RequestSecurityTokenResponse{declaration}"),
        1,
    );
    refused(&World::new().post(&wresult), "response", "AADSTS20012");
}

/// WSF-04
#[test]
fn a_context_that_was_not_sent_is_refused() {
    let world = World::new();
    let good = Draft::default().response();
    for context in ["x", "LoginOptions=3&estsredirect=2&estsrequest=AAAA"] {
        refused(&world.stand_in.examine(form(&good, Some(context)).as_bytes()), "context", "AADSTS20001");
    }
}

#[test]
fn an_unknown_issuer_is_refused() {
    for issuer in
        ["URN:evil.example", "urn:contoso.example", "URN:contoso.example ", "URN:mail.contoso.example"]
    {
        let draft = Draft { issuer: issuer.to_owned(), ..Draft::default() };
        refused(&World::new().post(&draft.response()), "issuer", "AADSTS50107");
    }
}

/// S56: a certificate in the token is a name for a key, not a key.
#[test]
fn an_unknown_certificate_is_refused_and_the_next_one_accepted() {
    let signed_by = |signer: &dyn Signer| respond(&sign(&Draft::default().assertion(), signer));
    refused(&World::new().post(&signed_by(&*STRANGER)), "certificate", "AADSTS5000811");
    assert!(World::new().post(&signed_by(&*NEXT)).accepted);

    let borrowed =
        signed_by(&*STRANGER).replace(STRANGER.certificate().base64(), CURRENT.certificate().base64());
    refused(&World::new().post(&borrowed), "signature", "AADSTS50006");
}

#[test]
fn a_certificate_is_accepted_from_the_moment_it_is_registered() {
    let world = World::new();
    world.tenant.change(|registrations| {
        registrations.domains[0].certificates[1] = STRANGER.certificate().der().to_vec();
    });
    assert!(world.post(&respond(&sign(&Draft::default().assertion(), &*STRANGER))).accepted);
}

/// Entra has two places; a third certificate would be accepted here and refused there.
#[test]
fn a_third_certificate_is_not_accepted() {
    let world = World::new();
    world.tenant.change(|registrations| {
        registrations.domains[0].certificates.push(STRANGER.certificate().der().to_vec());
    });
    let report = world.post(&respond(&sign(&Draft::default().assertion(), &*STRANGER)));
    refused(&report, "certificate", "AADSTS5000811");
}

#[test]
fn a_short_key_is_refused() {
    let world = World::new();
    world.tenant.change(|registrations| {
        use base64::Engine;
        registrations.domains[0].certificates[0] = base64::prelude::BASE64_STANDARD.decode(WEAK).unwrap();
    });
    let wresult = Draft::default().response().replace(CURRENT.certificate().base64(), WEAK);
    refused(&world.post(&wresult), "key_size", "AADSTS50032");
}

#[test]
fn a_change_after_signing_is_refused() {
    let good = Draft::default().response();
    for (from, to) in [
        ("ada@contoso.example", "bob@contoso.example"),
        ("am:password", "am:unspecified"),
        ("<saml:Audience>", "<saml:Audience><!-- -->x"),
    ] {
        assert!(good.contains(from));
        refused(&World::new().post(&good.replace(from, to)), "signature", "AADSTS50006");
    }
}

/// The skew of 300 s, at its boundaries.
#[test]
fn a_token_outside_of_its_window_is_refused() {
    for (offset, accepted) in [(-301, false), (-300, true), (3600 + 299, true), (3600 + 300, false)] {
        let world = World::new();
        world.clock.set(now() + TimeDelta::seconds(offset));
        let report = world.post(&Draft::default().response());
        if accepted {
            assert!(report.accepted, "{offset}");
        } else {
            refused(&report, "window", "AADSTS500133");
        }
    }
}

#[test]
fn a_token_about_the_future_is_refused() {
    for name in ["IssueInstant", "AuthenticationInstant"] {
        let future = format!("{name}=\"{}\"", text(now() + TimeDelta::seconds(301)));
        let report = World::new().post(&changed(&format!("{name}=\"{}\"", text(now())), &future));
        refused(&report, "window", "AADSTS500133");
    }
}

#[test]
fn another_audience_is_refused() {
    for audience in ["urn:federation:microsoftonline", "urn:other"] {
        let draft = Draft { audience: audience.to_owned(), ..Draft::default() };
        refused(&World::new().post(&draft.response()), "audience", "AADSTS50008");
    }
}

/// TOK-01, TOK-06, TOK-07, TOK-12: signed properly and built badly.
#[test]
fn an_assertion_against_the_schema_is_refused() {
    for (from, to) in [
        ("MinorVersion=\"1\"", "MinorVersion=\"0\""),
        ("AssertionID=\"_", "AssertionID=\"A"),
        ("<saml:AttributeStatement>", "<saml:Advice></saml:Advice><saml:AttributeStatement>"),
        ("<saml:AttributeStatement>", "text<saml:AttributeStatement>"),
        ("cm:bearer", "cm:sender-vouches"),
        (
            "<saml:AttributeValue>ada@contoso.example</saml:AttributeValue>",
            "<saml:AttributeValue></saml:AttributeValue>",
        ),
        ("AttributeName=\"UPN\"", "AttributeName=\"\""),
        (
            "AuthenticationInstant=\"2024-10-04T00:00:00.000Z\"",
            "AuthenticationInstant=\"2024-10-04T00:00:00Z\"",
        ),
        (" AuthenticationMethod=\"urn:oasis:names:tc:SAML:1.0:am:password\"", ""),
    ] {
        refused(&World::new().post(&changed(from, to)), "schema", "AADSTS50008");
    }
}

/// TOK-06
#[test]
fn an_assertion_about_two_subjects_is_refused() {
    let assertion = Draft::default().assertion();
    let (before, after) = assertion.rsplit_once(ANCHOR).unwrap();
    let report = World::new().post(&respond(&sign(&format!("{before}other{after}"), &*CURRENT)));
    refused(&report, "schema", "AADSTS50008");
}

#[test]
fn a_token_is_good_for_one_sign_in() {
    let world = World::new();
    let good = Draft::default().response();
    assert!(world.post(&good).accepted);
    refused(&world.post(&good), "replay", "AADSTS50013");
}

/// TOK-05
#[test]
fn an_anchor_without_user_or_in_two_versions_is_refused() {
    let nobody = "QUFBQUFBQUFBQUFBQUFBQQ==";
    for (name_identifier, immutable_id) in
        [(nobody, nobody), ("pswbcl9ocwcck6s1xtfo+q==", "pswbcl9ocwcck6s1xtfo+q=="), (ANCHOR, nobody)]
    {
        let draft = Draft {
            name_identifier: name_identifier.to_owned(),
            immutable_id: immutable_id.to_owned(),
            ..Draft::default()
        };
        refused(&World::new().post(&draft.response()), "immutable_id", "AADSTS51004");
    }
}

/// S40: the domain of the user that was found decides, whatever the UPN claim says.
#[test]
fn an_issuer_of_another_domain_is_refused() {
    let draft = Draft { issuer: "URN:fabrikam.example".to_owned(), ..Draft::default() };
    refused(&World::new().post(&draft.response()), "upn_domain", "AADSTS5000820");
}

/// TOK-16
#[test]
fn a_subdomain_signs_in_with_the_issuer_of_its_root() {
    let draft = Draft {
        name_identifier: "RVZFRVZFRVZFRVZFRVZFRQ==".to_owned(),
        immutable_id: "RVZFRVZFRVZFRVZFRVZFRQ==".to_owned(),
        upn: "eve@mail.contoso.example".to_owned(),
        ..Draft::default()
    };
    assert!(World::new().post(&draft.response()).accepted);
}

/// WSF-07
#[test]
fn a_second_factor_that_was_asked_for_has_to_be_claimed() {
    let world = World::new();
    let departure =
        Departure { domain: "contoso.example".to_owned(), multifactor: true, ..Departure::default() };
    let context = || crate::service::parameter(&world.stand_in.depart(&departure).unwrap(), "wctx").unwrap();

    let without = world.stand_in.examine(form(&Draft::default().response(), Some(&context())).as_bytes());
    refused(&without, "mfa", "AADSTS50079");

    let multiple = "http://schemas.microsoft.com/claims/multipleauthn".to_owned();
    let assertion = Draft { method: multiple, ..Draft::default() }.assertion().replace("_0f0e", "_1f0e");
    let wresult = respond(&sign(&assertion, &*CURRENT));
    assert!(world.stand_in.examine(form(&wresult, Some(&context())).as_bytes()).accepted);
}
