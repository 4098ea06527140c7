use claims::Effects;
use serde_json::{Value, json};

use crate::persona::{Persona, values};
use crate::worker::{run, scripts};

fn ada() -> Persona {
    Persona::new("ada@contoso.example")
        .with("GivenName", &["Ada"])
        .with("Surname", &["Lovelace"])
        .with("OtherMails", &["a@x.example", "b@x.example"])
        .with("costCentre", &["42"])
}

/// What an expression gives, seen through `trace`.
async fn seen(persona: &Persona, expression: &str) -> Value {
    let source = format!("trace(JSON.stringify({expression}));");
    let run = run(&scripts(), persona, &source).await.unwrap();
    serde_json::from_str(&run.trace[0]).unwrap()
}

#[tokio::test]
async fn a_script_reads_the_user_under_the_names_that_admins_know() {
    let ada = ada();
    let expression = "[LoginUser.Username, LoginUser.FirstName, LoginUser.LastName, LoginUser.Email,
        LoginUser.DisplayName, LoginUser.Shortname, LoginUser.RoleNames, LoginUser.GroupNames,
        LoginUser.Get('GIVENNAME'), LoginUser.Get('sn'), LoginUser.Get('firstname'), LoginUser.Get('CostCentre'),
        LoginUser.Get('userPrincipalName'), LoginUser.GetValues('othermails'), module('User').Get('sn')]";
    assert_eq!(
        seen(&ada, expression).await,
        json!([
            "ada@contoso.example",
            "Ada",
            "Lovelace",
            null,
            "Ada Lovelace",
            "ada",
            ["Staff"],
            [],
            "Ada",
            "Lovelace",
            "Ada",
            "42",
            "ada@contoso.example",
            ["a@x.example", "b@x.example"],
            "Lovelace"
        ])
    );
}

#[tokio::test]
async fn what_is_unknown_is_null_or_an_empty_list() {
    let expression =
        "[LoginUser.Get('no'), LoginUser.GetValues('no'), LoginUser.GetGroupAttributeValues('mail'),
        Application.Get('no'), module('no'), LoginUser.Get('constructor'), LoginUser.Get('__proto__'),
        LoginUser.Get(null), LoginUser.GetValues()]";
    assert_eq!(seen(&ada(), expression).await, json!([null, [], [], null, null, null, null, null, []]));
}

#[tokio::test]
async fn a_script_reads_its_application_and_the_token_to_be() {
    let mut ada = ada();
    ada.application.token_script = Some("Application.Get('SamlScript')".to_owned());
    let expression = "[Application.Get('name'), Application.Get('Issuer'), Application.Get('Url'),
        Application.Get('SamlScript'), Application.Get('Description'), Application.Get('_RowKey'),
        Issuer, ServiceUrl, UserIdentifier]";
    let reply = "https://login.microsoftonline.com/login.srf";
    assert_eq!(
        seen(&ada, expression).await,
        json!([
            "Microsoft 365",
            "URN:contoso.example",
            reply,
            "Application.Get('SamlScript')",
            null,
            ada.application.id,
            "URN:contoso.example",
            reply,
            ada.immutable_id
        ])
    );
}

#[tokio::test]
async fn claims_come_in_the_order_and_number_that_the_script_gave() {
    let ada = ada();
    let source = "
        setAttribute('department', LoginUser.Get('costCentre'));
        setAttributeArray('http://schemas.example/claims/mail', LoginUser.GetValues('otherMails'));
        setAttribute('http://schemas.example/claims/number', 7);
        setAttribute('http://schemas.example/claims/absent', LoginUser.Get('absent'));
        setAttribute('http://schemas.example/claims/gone', 'x');
        setAttribute('http://schemas.example/claims/gone', null);
        setAudience('urn:federation:MicrosoftOnline');
        setSubjectName(UserIdentifier);
        LoginUser.Username = LoginUser.Username.toUpperCase();
        setRelayState('x', true);";
    let outcome = run(&scripts(), &ada, source).await.unwrap().output;
    assert_eq!(Effects::parse(outcome.clone()).unwrap().ignored(), ["setRelayState"]);

    let claims = ada.decorated(outcome).unwrap();
    let bare = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/department";
    assert_eq!(values(&claims, bare), ["42"]);
    assert_eq!(values(&claims, "http://schemas.example/claims/mail"), ["a@x.example", "b@x.example"]);
    assert_eq!(values(&claims, "http://schemas.example/claims/number"), ["7"]);
    assert_eq!(claims.attributes.len(), ada.base().attributes.len() + 3);
}

/// protocol.md §2.8 "Token script": each name of the table is there for a script that uses nothing else.
#[tokio::test]
async fn every_name_that_admins_know_is_there() {
    let scripts = scripts();
    let ada = ada();
    let functions =
        "setAttribute setAttributeArray setIssuer setSubjectName setAudience setNameFormat setRecipient
        setServiceUrl setHttpDestination setRelayState setVersion setSignatureType setDigestMethodAlgorithm
        LoginUser.Get LoginUser.GetValues LoginUser.GetGroupAttributeValues Application.Get trace module
        module('User').Get";
    let texts =
        "Issuer ServiceUrl UserIdentifier LoginUser.Username LoginUser.FirstName LoginUser.DisplayName
        LoginUser.Shortname LoginUser.Uuid LoginUser.ServiceType LoginUser.ServiceName Application.Get('Name')
        Application.Get('Issuer') Application.Get('TemplateName') Application.Get('Url')
        Application.Get('_PartitionKey') Application.Get('_RowKey')";
    let absent = "LoginUser.Email LoginUser.Description LoginUser.CanonicalName LoginUser.MobileNumber
        LoginUser.HomeNumber LoginUser.OfficeNumber Application.Get('Description') Application.Get('Icon')";
    let lists = "LoginUser.GroupNames LoginUser.GroupNames2 LoginUser.EffectiveGroupNames LoginUser.GroupDNs
        LoginUser.EffectiveGroupDNs LoginUser.RoleNames";
    for (names, is) in [
        (functions, "typeof NAME === 'function'"),
        (texts, "typeof NAME === 'string'"),
        (absent, "NAME === null"),
        (lists, "Array.isArray(NAME)"),
    ] {
        for name in names.split_whitespace() {
            let source = format!("trace({});", is.replace("NAME", name));
            assert_eq!(run(&scripts, &ada, &source).await.unwrap().trace, ["true"], "{name}");
        }
    }
}

/// protocol.md §2.8 "Token script": what does nothing in a SAML 1.1 token is accepted, and named to whoever saves it.
#[tokio::test]
async fn functions_without_effect_are_named() {
    let scripts = scripts();
    for name in [
        "setRecipient",
        "setServiceUrl",
        "setHttpDestination",
        "setRelayState",
        "setVersion",
        "setSignatureType",
        "setDigestMethodAlgorithm",
    ] {
        let outcome = run(&scripts, &ada(), &format!("{name}('x', true); {name}();")).await.unwrap().output;
        assert_eq!(Effects::parse(outcome.clone()).unwrap().ignored(), [name]);
        assert_eq!(ada().decorated(outcome).unwrap(), ada().base());
    }
}

/// TOK-14: a failing script gives no outcome at all, whatever it did before.
#[tokio::test]
async fn a_script_that_fails_half_way_gives_nothing() {
    for source in [
        "setAttribute('a', 'b'); undefined.x;",
        "setAttribute('a', { toString: null, valueOf: null });",
        "setAttribute('a', 'b'",
    ] {
        let error = run(&scripts(), &ada(), source).await.unwrap_err();
        assert_eq!(error.code(), "script_threw", "{source}");
    }
}
