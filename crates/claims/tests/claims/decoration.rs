use chrono::TimeDelta;
use claims::{ClaimSet, Effects, InvariantError, decorate};
use policy::{Evidence, Mechanism, Policy};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::persona::{ANCHOR, IMMUTABLE_ID, Persona, UPN, noon, values};

const INSTANT: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant";
const METHODS: &str = "http://schemas.microsoft.com/claims/authnmethodsreferences";
const INSIDE: &str = "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork";
const MULTIFACTOR: &str = "http://schemas.microsoft.com/claims/multipleauthn";

fn ada() -> Persona {
    Persona::new("ada@contoso.example")
}

fn set(name: &str, value: &str) -> Value {
    json!([{ "attribute": [name, [value]] }])
}

fn refused(persona: &Persona, effects: Value) -> InvariantError {
    persona.decorated(effects).unwrap_err()
}

/// TOK-05, TOK-17: what every token says.
#[test]
fn a_token_without_a_script_names_the_user_the_anchor_and_the_time_of_the_sign_in() {
    let claims = ada().base();
    assert_eq!(claims.name_identifier, ANCHOR);
    assert_eq!(claims.authentication_method, "urn:oasis:names:tc:SAML:1.0:am:password");
    assert_eq!(values(&claims, UPN), ["ada@contoso.example"]);
    assert_eq!(values(&claims, IMMUTABLE_ID), [ANCHOR]);
    assert_eq!(values(&claims, INSTANT), ["2026-01-02T11:55:00.000Z"]);
    assert_eq!(ada().decorated(json!([])).unwrap(), claims);
}

/// TOK-10, TOK-11, by absence: nobody gave a second factor, nobody knows where the browser is, and nothing that
/// would let a device sign in by itself is said of anybody, kept signed in or not.
#[test]
fn a_password_sign_in_says_nothing_of_factors_networks_or_lasting_sessions() {
    let claims = ada().base();
    for claim in [UPN, IMMUTABLE_ID, INSTANT] {
        assert_eq!(values(&claims, claim).len(), 1, "{claim}");
    }
    assert_eq!(claims.attributes.len(), 3, "and nothing else");
    let said = format!("{claims:?}").to_lowercase();
    for word in ["multipleauthn", "authnmethodsreferences", "psso", "insidecorporatenetwork", "expir"] {
        assert!(!said.contains(word), "{word} in {said}");
    }
}

/// TOK-11, S32: only a network that an admin has marked tells that somebody is inside, and where none is marked nothing is
/// said of it.
#[test]
fn where_the_browser_is_is_said_by_marked_networks_alone() {
    let from = |ranges: &str, inside: bool| {
        let document = format!("networks.office = {{ ranges = ['{ranges}'], inside = {inside} }}");
        let policy = Policy::compile(1, &document, &[], None).unwrap();
        values(&Persona { policy, ..ada() }.base(), INSIDE).join(" ")
    };
    assert_eq!(from("127.0.0.0/8", true), "true");
    assert_eq!(from("192.0.2.0/24", true), "false");
    assert_eq!(from("127.0.0.0/8", false), "");
}

/// S70: whoever edits the script does not choose whose token it is.
#[test]
fn a_script_cannot_name_somebody_else() {
    let other = "eve@contoso.example";
    for effects in [
        json!([{ "subject": other }]),
        json!([{ "subject": "" }]),
        json!([{ "subject": ANCHOR.to_lowercase() }]),
        set(UPN, other),
        set(&UPN.to_uppercase(), other),
        json!([{ "attribute": [UPN, []] }]),
        json!([{ "attribute": [UPN, ["ada@contoso.example", other]] }]),
        set(IMMUTABLE_ID, "AAAA"),
        set(IMMUTABLE_ID, "ada@contoso.example"),
        json!([{ "attribute": [IMMUTABLE_ID, [ANCHOR, "AAAA"]] }]),
        json!([{ "attribute": [IMMUTABLE_ID, [""]] }]),
        set("nameidentifier", other),
        set("NameIdentifier", "AAAA"),
    ] {
        let error = refused(&ada(), effects.clone());
        assert_eq!((error.code(), error.is_alarming()), ("script_foreign_subject", true), "{effects}");
    }
}

#[test]
fn a_script_may_name_the_user_as_stored() {
    for effects in [
        json!([{ "subject": ANCHOR }, { "subject": "ADA@contoso.example" }]),
        set(UPN, "Ada@Contoso.Example"),
        set(IMMUTABLE_ID, ANCHOR),
        set("nameidentifier", ANCHOR),
    ] {
        assert_eq!(ada().decorated(effects.clone()).unwrap(), ada().base(), "{effects}");
    }
    let elsewhere = ada().at_another_application();
    let claims = elsewhere.decorated(json!([{ "subject": "ADA@contoso.example" }])).unwrap();
    assert_eq!(claims.name_identifier, "ada@contoso.example");
}

/// S70: an alternative anchor is a right of its own, which the script alone does not have.
#[test]
fn an_allowed_anchor_becomes_name_identifier_and_immutable_id_together() {
    let ada = ada();
    let wish = json!([{ "subject": "E1234" }]);
    let anchors = ["E1234"];
    let invariants = claims::Invariants { anchors: &anchors, ..ada.invariants() };
    let claims = decorate(ada.base(), Effects::parse(wish.clone()).unwrap(), &invariants).unwrap();
    assert_eq!((claims.name_identifier.as_str(), values(&claims, IMMUTABLE_ID)), ("E1234", vec!["E1234"]));
    assert_eq!(refused(&ada, wish).code(), "script_foreign_subject");
}

/// S40: byte for byte the registered issuer.
#[test]
fn a_script_cannot_speak_for_another_domain() {
    for issuer in
        ["URN:fabrikam.example", "urn:contoso.example", "URN:contoso.example ", "", "URN:cоntoso.example"]
    {
        assert_eq!(
            refused(&ada(), json!([{ "issuer": issuer }])).code(),
            "script_foreign_issuer",
            "{issuer}"
        );
        assert_eq!(refused(&ada(), set("IssuerName", issuer)).code(), "script_foreign_issuer", "{issuer}");
    }
    let issuer_claim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/issuerid";
    assert_eq!(refused(&ada(), set(issuer_claim, "URN:x.example")).code(), "script_foreign_issuer");
    assert_eq!(ada().decorated(json!([{ "issuer": "URN:contoso.example" }])).unwrap(), ada().base());
}

/// S24: a password stays a password.
#[test]
fn a_script_cannot_claim_a_second_factor() {
    let instant = "http://schemas.microsoft.com/ws/2017/04/identity/claims/multifactorauthenticationinstant";
    let method = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod";
    for effects in [
        set(METHODS, MULTIFACTOR),
        set(&METHODS.to_uppercase(), MULTIFACTOR),
        set(METHODS, "urn:anything"),
        set(method, MULTIFACTOR),
        set(instant, "2026-01-02T12:00:00.000Z"),
        set("http://schemas.example/claims/x", MULTIFACTOR),
        set("http://schemas.example/claims/x", &format!(" {}\n", MULTIFACTOR.to_uppercase())),
        set("x", "http://schemas.microsoft.com/claims/wiaormultiauthn"),
    ] {
        let error = refused(&ada(), effects.clone());
        assert_eq!((error.code(), error.is_alarming()), ("script_forged_authentication", true), "{effects}");
    }
}

/// TOK-10, protocol.md §2.4: both attributes and the instant when a second factor was given, none of it when not.
#[test]
fn a_second_factor_is_claimed_in_both_forms_with_its_time() {
    let method = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod";
    let instant = "http://schemas.microsoft.com/ws/2017/04/identity/claims/multifactorauthenticationinstant";
    let password = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";
    for uri in [METHODS, method, instant] {
        assert!(values(&ada().base(), uri).is_empty(), "{uri}");
    }
    let mut ada = ada();
    for kind in [Mechanism::Totp, Mechanism::RecoveryCode] {
        ada.evidence = ada.evidence.with_second_factor(kind, noon() - TimeDelta::seconds(90));
        let claims = ada.base();
        assert_eq!(values(&claims, METHODS), [password, MULTIFACTOR]);
        assert_eq!(values(&claims, method), [password, MULTIFACTOR]);
        assert_eq!(values(&claims, instant), ["2026-01-02T11:58:30.000Z"]);
        assert_eq!(claims.authentication_method, "urn:oasis:names:tc:SAML:1.0:am:password");
        assert_eq!(claims.authentication_instant, noon() - TimeDelta::minutes(5));
    }
}

/// TOK-10: a passkey with which the person was verified is both factors, and no password is claimed.
#[test]
fn a_passkey_is_claimed_as_two_factors_and_not_as_a_password() {
    let method = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod";
    let mut ada = ada();
    ada.evidence = Evidence::of_passkey(noon() - TimeDelta::seconds(90));
    let claims = ada.base();
    assert_eq!(claims.authentication_method, "urn:oasis:names:tc:SAML:1.0:am:unspecified");
    assert_eq!((values(&claims, METHODS), values(&claims, method)), (vec![MULTIFACTOR], vec![MULTIFACTOR]));
    assert_eq!(claims.authentication_instant, noon() - TimeDelta::seconds(90));
}

/// S24: an honest claim can be taken away, as a whole or in part.
#[test]
fn a_script_may_take_an_authentication_claim_away() {
    let ada = ada();
    let mut base = ada.base();
    let methods = vec!["urn:oasis:names:tc:SAML:1.0:am:password".to_owned(), MULTIFACTOR.to_owned()];
    base.attributes.push(token::Attribute::from_claim_type(METHODS, methods));
    let with =
        |wish: Value| decorate(base.clone(), Effects::parse(wish).unwrap(), &ada.invariants()).unwrap();

    assert!(values(&with(json!([{ "attribute": [METHODS, []] }])), METHODS).is_empty());
    assert_eq!(values(&with(set(METHODS, MULTIFACTOR)), METHODS), [MULTIFACTOR]);
    assert_eq!(with(json!([])), base);
}

/// S46, S32: what Entra believes about device, network and session is for the server to say.
#[test]
fn a_script_cannot_make_the_claims_that_only_the_server_makes() {
    for name in [
        "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork",
        "HTTP://schemas.microsoft.com/ws/2012/01/InsideCorporateNetwork",
        "http://schemas.microsoft.com/2014/03/psso",
        "http://schemas.microsoft.com/ws/2012/01/accounttype",
        "http://schemas.microsoft.com/2012/01/devicecontext/claims/isregistereduser",
        "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-forwarded-client-ip",
        "http://schemas.microsoft.com/identity/claims/onpremobjectguid",
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid",
        INSTANT,
    ] {
        assert_eq!(refused(&ada(), set(name, "true")).code(), "script_reserved_claim", "{name}");
    }
    let role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    assert_eq!(values(&ada().decorated(set(role, "Editor")).unwrap(), role), ["Editor"]);
}

#[test]
fn audience_and_name_format_act_within_what_the_application_allows() {
    let mail = json!([{ "nameFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" }]);
    assert_eq!(refused(&ada(), json!([{ "audience": "urn:x" }])).code(), "script_foreign_audience");
    assert_eq!(refused(&ada(), mail.clone()).code(), "script_name_format");
    let claims = ada().at_another_application().decorated(mail).unwrap();
    assert!(claims.name_format.ends_with(":emailAddress"));
}

/// TOK-13: markup is a value like any other and is escaped by the writer; what XML cannot carry gives no token.
#[test]
fn hostile_names_and_values_give_no_token() {
    for value in ["a\u{0}b", "a\rb", "\u{1b}", "\u{85}", "\u{ffff}"] {
        assert_eq!(refused(&ada(), set("x", value)).code(), "script_hostile_character", "{value:?}");
    }
    for name in ["", "/", "/x", "http://x/", "a b", "a\nb", "http://x/y\u{0}", &"x".repeat(2000)] {
        assert_eq!(refused(&ada(), set(name, "v")).code(), "script_claim_name", "{name:?}");
    }
    let markup = "<!-- ]]> &amp; \"' --> \u{1f600}\ttab\nline";
    assert_eq!(values(&ada().decorated(set("http://x/y", markup)).unwrap(), "http://x/y"), [markup]);
}

#[test]
fn a_token_has_at_most_a_hundred_attributes_and_64_kilobytes() {
    let claims = |count: usize| {
        let effects =
            (0..count).map(|n| json!({ "attribute": [format!("c{n}"), ["v"]] })).collect::<Vec<_>>();
        ada().decorated(json!(effects))
    };
    assert_eq!(claims(97).unwrap().attributes.len(), 100);
    assert_eq!(claims(98).unwrap_err(), InvariantError::TooManyAttributes);
    assert_eq!(refused(&ada(), set("x", &"v".repeat(65_536))), InvariantError::TooLarge);
}

#[test]
fn a_claim_set_twice_has_the_last_values_in_the_first_place() {
    let effects = json!([
        { "attribute": ["http://x/a", ["1"]] },
        { "attribute": ["http://x/b", ["2", ""]] },
        { "attribute": ["http://x/A", ["3", "4"]] },
    ]);
    let claims = ada().decorated(effects).unwrap();
    let written: Vec<_> =
        claims.attributes[3..].iter().map(|held| (&*held.name, held.values.join(","))).collect();
    assert_eq!(written, [("A", "3,4".to_owned()), ("b", "2".to_owned())]);
}

/// Texts that the rules are about.
const TELLING: &[&str] = &[
    "",
    ANCHOR,
    "ada@contoso.example",
    "eve@contoso.example",
    "URN:contoso.example",
    "URN:fabrikam.example",
    "urn:federation:MicrosoftOnline",
    UPN,
    IMMUTABLE_ID,
    METHODS,
    MULTIFACTOR,
    INSTANT,
    "nameidentifier",
    "IssuerName",
    "http://schemas.example/claims/x",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(TELLING).prop_map(str::to_owned), 1 => ".{0,20}"]
}

fn effect() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (text(), prop::collection::vec(text(), 0..3)).prop_map(|(n, v)| json!({ "attribute": [n, v] })),
        1 => (prop::sample::select(&["issuer", "subject", "audience", "nameFormat"]), text())
            .prop_map(|(kind, value)| json!({ kind: value })),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop_oneof![Just("attribute".to_owned()), text()], inner, 0..3)
                .prop_map(|map| json!(map)),
            effect(),
        ]
    })
}

fn is_still_adas(claims: &ClaimSet) -> bool {
    let lower = |text: &str| text.to_ascii_lowercase();
    let count = |uri: &str| {
        let same =
            |held: &&token::Attribute| lower(&format!("{}/{}", held.namespace, held.name)) == lower(uri);
        claims.attributes.iter().filter(same).count()
    };
    claims.issuer.as_str() == "URN:contoso.example"
        && [ANCHOR, "ada@contoso.example"].contains(&claims.name_identifier.as_str())
        && values(claims, UPN) == ["ada@contoso.example"]
        && values(claims, IMMUTABLE_ID) == [ANCHOR]
        && (count(UPN), count(IMMUTABLE_ID), count(METHODS)) == (1, 1, 0)
        && values(claims, INSTANT) == ["2026-01-02T11:55:00.000Z"]
        && claims.attributes.iter().flat_map(|held| &held.values).all(|value| value != MULTIFACTOR)
}

proptest! {
    /// S70, S40, S24: no effects in any order give a token of another subject, issuer or authentication.
    #[test]
    fn no_effects_make_a_token_somebody_elses(effects in prop::collection::vec(effect(), 0..6), other: bool) {
        let persona = if other { ada().at_another_application() } else { ada() };
        if let Ok(claims) = persona.decorated(json!(effects)) {
            prop_assert!(is_still_adas(&claims), "{claims:?}");
            prop_assert!(other || claims.name_identifier == ANCHOR);
        }
    }

    /// S76: whatever JSON a worker answers, it is refused or harmless.
    #[test]
    fn no_outcome_of_a_worker_makes_the_reader_fail(outcome in json_value()) {
        if let Ok(effects) = Effects::parse(outcome)
            && let Ok(claims) = decorate(ada().base(), effects, &ada().invariants())
        {
            prop_assert!(is_still_adas(&claims));
        }
    }
}
