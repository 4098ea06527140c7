//! What Countersign issues is what the stand-in accepts.

use chrono::TimeDelta;
use token::{Assertion, AssertionId, Attribute, ResponseFormat, Signer, TokenPlan};

use crate::world::{ANCHOR, CURRENT, World, now};

fn issue(format: ResponseFormat, description: &str) -> String {
    let claim = |uri, value: &str| Attribute::from_claim_type(uri, vec![value.to_owned()]);
    let attributes = [
        claim("http://schemas.xmlsoap.org/claims/UPN", "ada@contoso.example"),
        claim("http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID", ANCHOR),
        claim("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/description", description),
    ];
    let id = AssertionId::random().unwrap();
    let assertion = Assertion {
        id: &id,
        issuer: "URN:contoso.example",
        audience: "urn:federation:MicrosoftOnline",
        name_identifier: ANCHOR,
        name_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        issued_at: now(),
        not_before: now() - TimeDelta::seconds(30),
        not_on_or_after: now() + TimeDelta::hours(1),
        authentication_method: "urn:oasis:names:tc:SAML:1.0:am:password",
        authentication_instant: now() - TimeDelta::minutes(5),
        attributes: &attributes,
    };
    let plan = TokenPlan::compile(format, CURRENT.certificate(), &assertion).unwrap();
    String::from_utf8(plan.issue(&assertion, &*CURRENT).unwrap().response).unwrap()
}

/// S10, S45: another library and another reader agree on every value.
#[test]
fn a_token_of_countersigns_is_accepted_whatever_its_values_hold() {
    let world = World::new();
    for value in ["plain", "R&D <b>\"x\"</b> ]]> <!-- -->", "  ü é\u{301} 😀 中\t", "&amp; &#xD; 'a'"] {
        let report = world.post(&issue(ResponseFormat::Trust2005, value));
        assert!(report.accepted, "{report:#?}");
        let description = report.claims.iter().find(|claim| claim.name() == "description").unwrap();
        assert_eq!(description.values, [value]);
    }
}

#[test]
fn a_collection_of_the_later_version_is_no_passive_response() {
    let report = World::new().post(&issue(ResponseFormat::Trust13, "plain"));
    assert_eq!(report.code, Some("AADSTS20012"));
}
