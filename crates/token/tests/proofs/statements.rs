//! What a token says, and when it is not issued at all.

use chrono::TimeDelta;
use token::{AssertionId, Attribute, ResponseFormat, Signer, TokenError, TokenPlan};
use xml::Element;

use crate::sample::{Ada, DS, FORMATS, SAML, cut_out, html_decoded, new_key, read, response, signer};

const T05: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";
const T13: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const WSP: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";

fn names(element: &Element) -> Vec<&str> {
    element.elements().map(|child| child.name.as_str()).collect()
}

/// protocol.md §2.1: children in the order of AD FS, values without white space.
#[test]
fn the_passive_response_is_that_of_february_2005() {
    let token = Ada::signs_in().token();
    assert!(response(&token).starts_with("<t:RequestSecurityTokenResponse xmlns:t=\""));
    let tree = read(response(&token));
    assert!(tree.is(T05, "RequestSecurityTokenResponse"));
    let expected = ["Lifetime", "AppliesTo", "RequestedSecurityToken", "TokenType", "RequestType", "KeyType"];
    assert_eq!(names(&tree), expected);
    let text = |name| tree.child(T05, name).unwrap().text();
    assert_eq!(text("TokenType"), "urn:oasis:names:tc:SAML:1.0:assertion");
    assert_eq!(text("RequestType"), "http://schemas.xmlsoap.org/ws/2005/02/trust/Issue");
    assert_eq!(text("KeyType"), "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey");
    // Some relying parties take the first child node, whatever it is (§2.6).
    let requested = tree.child(T05, "RequestedSecurityToken").unwrap();
    assert_eq!((requested.children.len(), names(requested)), (1, vec!["Assertion"]));
}

#[test]
fn the_collection_of_1_3_holds_exactly_one_response() {
    let token = Ada::signs_in().token_in(ResponseFormat::Trust13);
    let tree = read(response(&token));
    assert!(tree.is(T13, "RequestSecurityTokenResponseCollection"));
    assert_eq!((names(&tree), tree.prefix.as_str()), (vec!["RequestSecurityTokenResponse"], "trust"));
    let inner = tree.only_child(T13, "RequestSecurityTokenResponse").unwrap();
    let text = |name| inner.child(T13, name).unwrap().text();
    assert_eq!(text("RequestType"), format!("{T13}/Issue"));
    assert_eq!(text("KeyType"), format!("{T13}/Bearer"));
    assert_eq!(text("TokenType"), "urn:oasis:names:tc:SAML:1.0:assertion");
}

/// protocol.md §4.5: the active response names the assertion twice, by its identifier, and is for no page.
#[test]
fn an_active_response_refers_to_its_assertion() {
    const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    const WSSE_11: &str = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
    let ada = Ada::signs_in();
    for (format, namespace) in [(ResponseFormat::Active2005, T05), (ResponseFormat::Active13, T13)] {
        let token = ada.token_in(format);
        assert!(token.response_html.is_empty());
        let tree = read(response(&token));
        let found = tree.descendants().find(|element| element.is(namespace, "RequestSecurityTokenResponse"));
        let tree = found.unwrap();
        let expected = [
            "Lifetime",
            "AppliesTo",
            "RequestedSecurityToken",
            "RequestedAttachedReference",
            "RequestedUnattachedReference",
            "TokenType",
            "RequestType",
            "KeyType",
        ];
        assert_eq!(names(tree), expected);
        for name in ["RequestedAttachedReference", "RequestedUnattachedReference"] {
            let reference =
                tree.child(namespace, name).unwrap().child(WSSE, "SecurityTokenReference").unwrap();
            let kind = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1";
            assert_eq!(reference.attribute_of(WSSE_11, "TokenType"), Some(kind));
            let identifier = reference.only_child(WSSE, "KeyIdentifier").unwrap();
            assert_eq!(identifier.text(), ada.id.as_str());
            let kind = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
            assert_eq!(identifier.attribute("ValueType"), Some(kind));
        }
    }
}

/// One assertion, whatever is around it.
#[test]
fn the_assertion_is_the_same_in_every_format() {
    let ada = Ada::signs_in().with_claim("note", &["<&>\"'\r\n"]);
    let passive = ada.token();
    for format in [ResponseFormat::Trust13, ResponseFormat::Active2005, ResponseFormat::Active13] {
        assert_eq!(cut_out(response(&ada.token_in(format))), cut_out(response(&passive)));
    }
}

/// TOK-07: the lifetime of the response is the window of the assertion.
#[test]
fn lifetime_and_conditions_are_the_same_window() {
    let ada = Ada::signs_in();
    let ada = Ada { not_before: ada.issued_at - TimeDelta::seconds(30), ..ada };
    let token = ada.token();
    let tree = read(response(&token));
    let lifetime = tree.child(T05, "Lifetime").unwrap();
    let assertion = read(cut_out(response(&token)));
    let conditions = assertion.child(SAML, "Conditions").unwrap();
    let window = |from: Option<&str>, to: Option<&str>| {
        assert_eq!((from, to), (Some("2026-01-02T03:03:35.678Z"), Some("2026-01-02T04:04:05.678Z")));
    };
    window(conditions.attribute("NotBefore"), conditions.attribute("NotOnOrAfter"));
    let text = |name| lifetime.child(WSU, name).unwrap().text();
    window(Some(&text("Created")), Some(&text("Expires")));
    assert_eq!(assertion.attribute("IssueInstant"), Some("2026-01-02T03:04:05.678Z"));
}

/// TOK-04, TOK-05, TOK-06, S44: issuer, audience, the same subject twice, bearer confirmation.
#[test]
fn issuer_audience_and_both_subjects_are_as_given() {
    let token = Ada::signs_in().token();
    let whole = read(response(&token));
    let address = whole.child(WSP, "AppliesTo").unwrap().descendants().last().unwrap().text();
    let tree = read(cut_out(response(&token)));
    let children = ["Conditions", "AttributeStatement", "AuthenticationStatement", "Signature"];
    assert_eq!(names(&tree), children);
    assert_eq!(tree.attribute("Issuer"), Some("URN:contoso.example"));
    let audience = tree.descendants().find(|element| element.name == "Audience").unwrap().text();
    assert_eq!((audience.as_str(), address.as_str()), ("urn:federation:MicrosoftOnline", audience.as_str()));

    let text = cut_out(response(&token));
    let subjects: Vec<&str> = tree
        .descendants()
        .filter(|element| element.is(SAML, "Subject"))
        .map(|subject| &text[subject.span.clone()])
        .collect();
    assert_eq!(subjects.len(), 2);
    assert_eq!(subjects[0], subjects[1]);
    let bearer = "<saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</saml:ConfirmationMethod>";
    assert!(subjects[0].contains(bearer));
    assert!(subjects[0].contains(">PSwbCl9OcWCCk6S1xtfo+Q==</saml:NameIdentifier>"));
}

/// TOK-08: the instant of the first factor, not of the token.
#[test]
fn the_authentication_instant_is_that_of_the_first_factor() {
    let token = Ada::signs_in().token();
    let tree = read(cut_out(response(&token)));
    let statement = tree.child(SAML, "AuthenticationStatement").unwrap();
    assert_eq!(statement.attribute("AuthenticationInstant"), Some("2026-01-02T03:04:00.000Z"));
    let method = statement.attribute("AuthenticationMethod");
    assert_eq!(method, Some("urn:oasis:names:tc:SAML:1.0:am:password"));
}

/// TOK-17: the attribute that Entra's sign-in frequency reads is written like any other claim.
#[test]
fn the_claim_of_the_authentication_instant_is_carried() {
    let uri = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant";
    let mut ada = Ada::signs_in();
    ada.attributes.push(Attribute::from_claim_type(uri, vec!["2026-01-02T03:04:00.000Z".to_owned()]));
    let tree = read(cut_out(response(&ada.token())));
    let statement = tree.child(SAML, "AttributeStatement").unwrap();
    let attribute = statement.elements().last().unwrap();
    assert_eq!(attribute.attribute("AttributeName"), Some("authenticationinstant"));
    let namespace = attribute.attribute("AttributeNamespace");
    assert_eq!(namespace, Some("http://schemas.microsoft.com/ws/2008/06/identity/claims"));
    assert_eq!(attribute.text(), "");
    assert_eq!(attribute.child(SAML, "AttributeValue").unwrap().text(), "2026-01-02T03:04:00.000Z");
}

/// TOK-03, S43: one signature, one reference, the algorithms of §2.6, SHA-1 nowhere.
#[test]
fn the_signature_names_the_agreed_algorithms_only() {
    let token = Ada::signs_in().token();
    let tree = read(response(&token));
    let count = |name: &str| tree.descendants().filter(|element| element.is(DS, name)).count();
    assert_eq!((count("Signature"), count("Reference"), count("Transform")), (1, 1, 2));
    let algorithms: Vec<&str> =
        tree.descendants().filter_map(|element| element.attribute("Algorithm")).collect();
    let expected = [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ];
    assert_eq!(algorithms, expected);
    assert!(!response(&token).to_ascii_lowercase().contains("sha1"));
}

/// protocol.md §2.6: relying parties in the field find the certificate only without a prefix.
#[test]
fn the_certificate_stands_in_a_default_namespace() {
    let token = Ada::signs_in().token();
    let certificate = signer().certificate().base64();
    let expected =
        format!("<KeyInfo xmlns=\"{DS}\"><X509Data><X509Certificate>{certificate}</X509Certificate>");
    assert!(response(&token).contains(&expected));
}

/// TOK-09: the prefix `saml` is declared on the assertion, and nothing outside of it is needed.
#[test]
fn the_assertion_needs_no_namespace_from_outside() {
    for format in FORMATS {
        let token = Ada::signs_in().token_in(format);
        let assertion = cut_out(response(&token));
        assert!(
            assertion.starts_with("<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" ")
        );
        assert!(read(assertion).is(SAML, "Assertion"));
    }
}

/// WSF-11: one line, no declaration, and the page posts the same bytes.
#[test]
fn the_response_is_one_line_and_the_page_posts_it_unchanged() {
    let token = Ada::signs_in().with_claim("note", &["<&>\"'\r\t"]).token();
    assert!(!response(&token).contains(['\r', '\n']) && !response(&token).starts_with("<?"));
    assert_eq!(html_decoded(&token), response(&token));
}

/// A plan for other claims, another audience or another key is never used by mistake.
#[test]
fn a_plan_that_does_not_fit_yields_the_same_token_as_one_that_does() {
    let ada = Ada::signs_in();
    let plan = ada.plan(ResponseFormat::Trust2005, signer());
    let more = ada.clone().with_claim("groups", &["a", "b"]);
    let mut renamed = ada.clone();
    renamed.attributes[0].name = "upn".to_owned();
    let mut doubled = ada.clone();
    doubled.attributes[1].values.push("second".to_owned());
    let elsewhere = Ada { audience: "urn:other".to_owned(), ..ada.clone() };
    for other in [more, renamed, doubled, elsewhere] {
        assert!(!plan.fits(&other.assertion(), signer().certificate()));
        assert!(plan.issue(&other.assertion(), signer()).unwrap() == other.token());
    }
    assert!(plan.fits(&ada.assertion(), signer().certificate()));
    let key = new_key(2048);
    let rolled = token::RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap();
    let token = plan.issue(&ada.assertion(), &rolled).unwrap();
    assert_eq!(token::verify_sample(&token.response, rolled.certificate()), Ok(()));
}

/// TOK-05 and §2.2: nothing that must be said is left empty.
#[test]
fn what_is_empty_stops_the_token() {
    let plan = Ada::signs_in().plan(ResponseFormat::Trust2005, signer());
    let refused = |ada: Ada| plan.issue(&ada.assertion(), signer()).err().unwrap();
    let ada = Ada::signs_in;
    let without_anchor = Ada { name_identifier: String::new(), ..ada() };
    assert_eq!(refused(without_anchor), TokenError::Empty("the name identifier".to_owned()));
    assert_eq!(refused(Ada { issuer: String::new(), ..ada() }), TokenError::Empty("the issuer".to_owned()));
    assert_eq!(
        refused(Ada { audience: String::new(), ..ada() }),
        TokenError::Empty("the audience".to_owned())
    );
    assert_eq!(refused(ada().with_claim("groups", &["a", ""])), TokenError::Empty("groups".to_owned()));
    assert_eq!(refused(ada().with_claim("groups", &[])), TokenError::Empty("groups".to_owned()));
    let nothing = Ada { attributes: Vec::new(), ..ada() };
    assert_eq!(refused(nothing), TokenError::Empty("the list of claims".to_owned()));
    let mut nameless = ada();
    nameless.attributes.push(Attribute::from_claim_type("department", vec!["x".to_owned()]));
    assert_eq!(refused(nameless), TokenError::Empty("the namespace of a claim".to_owned()));
}

/// TOK-07, S44: instants that contradict each other stop the token, at the boundary.
#[test]
fn contradicting_instants_stop_the_token() {
    let plan = Ada::signs_in().plan(ResponseFormat::Trust2005, signer());
    let issue = |ada: &Ada| plan.issue(&ada.assertion(), signer()).map(drop);
    let now = Ada::signs_in().issued_at;
    let (second, millisecond) = (TimeDelta::seconds(1), TimeDelta::milliseconds(1));
    let backdated = |by| Ada { not_before: now - by, ..Ada::signs_in() };
    assert_eq!(issue(&backdated(second * 300)), Ok(()));
    assert_eq!(issue(&backdated(second * 300 + millisecond)), Err(TokenError::Window));
    assert_eq!(issue(&backdated(-millisecond)), Err(TokenError::Window));
    assert_eq!(issue(&Ada { not_on_or_after: now, ..Ada::signs_in() }), Err(TokenError::Window));
    let authenticated = |instant| Ada { authentication_instant: instant, ..Ada::signs_in() };
    assert_eq!(issue(&authenticated(now)), Ok(()));
    assert_eq!(issue(&authenticated(now + millisecond)), Err(TokenError::Window));
}

/// S42: two tokens differ by their identifier, and the reference follows it.
#[test]
fn the_reference_is_to_the_identifier_of_the_assertion() {
    let id = AssertionId::random().unwrap();
    let token = Ada { id: id.clone(), ..Ada::signs_in() }.token();
    let tree = read(cut_out(response(&token)));
    let reference = tree.descendants().find(|element| element.is(DS, "Reference")).unwrap();
    assert_eq!(tree.attribute("AssertionID"), Some(id.as_str()));
    assert_eq!(reference.attribute("URI"), Some(format!("#{id}").as_str()));
}

/// S45: a comment in a name is text; it splits nothing and hides nothing.
#[test]
fn a_comment_in_a_value_is_escaped_text() {
    let value = "admin@contoso.example<!-- -->.evil.example";
    let mut ada = Ada::signs_in();
    ada.attributes[0].values = vec![value.to_owned()];
    let token = ada.token();
    assert!(response(&token).contains("admin@contoso.example&lt;!-- --&gt;.evil.example"));
    let tree = read(cut_out(response(&token)));
    let read_back = tree.descendants().find(|element| element.name == "AttributeValue").unwrap();
    assert_eq!((read_back.text().as_str(), read_back.children.len()), (value, 1));
}

/// A plan takes no certificate on trust: the one in the token is the one of the key that signed.
#[test]
fn the_certificate_in_the_token_is_that_of_the_key() {
    let key = new_key(2048);
    let stranger = token::Certificate::parse(&key.certificate).unwrap();
    let ada = Ada::signs_in();
    let plan = TokenPlan::compile(ResponseFormat::Trust2005, &stranger, &ada.assertion()).unwrap();
    let token = plan.issue(&ada.assertion(), signer()).unwrap();
    assert!(response(&token).contains(signer().certificate().base64()));
    assert!(!response(&token).contains(stranger.base64()));
}
