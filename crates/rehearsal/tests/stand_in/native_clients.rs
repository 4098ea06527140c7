//! The stand-in as MSAL and Windows meet it: realm discovery, the description of the authority, and a token for an
//! assertion (protocol.md §4.1, §4.2).

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use rehearsal::router;
use serde_json::{Value, json};
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use crate::service::parameter;
use crate::world::{
    ACTIVE_URL, CURRENT, Draft, MEX_URL, PASSIVE_URL, SECURE_URL, STRANGER, World, now, sign,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:saml1_1-bearer";

async fn ask(world: World, request: Request<Body>) -> (StatusCode, Value) {
    let response = router(world.stand_in).oneshot(request).await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

async fn get(path: &str) -> Value {
    let (status, document) = ask(World::new(), Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    document
}

fn form(fields: &[(&str, &str)]) -> Request<Body> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post("/contoso.example/oauth2/v2.0/token")
        .header("client-request-id", "11111111-2222-4333-8444-555555555555")
        .body(Body::from(body))
        .unwrap()
}

/// Hands an assertion in as a native client does.
fn grant(assertion: &str) -> Request<Body> {
    let assertion = BASE64_URL_SAFE_NO_PAD.encode(assertion);
    form(&[("grant_type", GRANT), ("client_id", "app"), ("scope", "User.Read"), ("assertion", &assertion)])
}

fn signed(draft: &Draft) -> String {
    sign(&draft.assertion(), &*CURRENT)
}

#[track_caller]
fn refused((status, document): &(StatusCode, Value), error: &str, code: u64) {
    assert_eq!((*status, &document["error"]), (StatusCode::BAD_REQUEST, &json!(error)), "{document:#}");
    assert_eq!(document["error_codes"], json!([code]), "{document:#}");
    let description = document["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    assert!(description.contains("Correlation ID: 11111111-2222-4333-8444-555555555555"), "{description}");
    assert_eq!(document.get("access_token"), None);
}

#[tokio::test]
async fn discovery_names_the_active_addresses_of_a_domain_that_has_them() {
    let realm = get("/common/userrealm/ada@contoso.example?api-version=1.0").await;
    let expected = json!({
        "ver": "1.0", "account_type": "Federated", "domain_name": "contoso.example",
        "federation_protocol": "WSTrust", "federation_metadata_url": MEX_URL,
        "federation_active_auth_url": ACTIVE_URL, "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    assert_eq!(realm, expected);
}

#[tokio::test]
async fn discovery_names_no_active_address_of_a_domain_without() {
    let realm = get("/common/userrealm/bob%40fabrikam.example?api-version=1.0").await;
    assert_eq!(realm["account_type"], "Federated");
    assert_eq!((realm.get("federation_metadata_url"), realm.get("federation_active_auth_url")), (None, None));
    let realm = get("/GetUserRealm.srf?login=bob%40fabrikam.example").await;
    assert_eq!((&realm["NameSpaceType"], realm.get("STSAuthURL")), (&json!("Federated"), None));
}

#[tokio::test]
async fn discovery_knows_nothing_of_other_domains() {
    for name in ["eve@evil.example", "eve", "@", "x%2F@y"] {
        let path = format!("/common/userrealm/{name}?api-version=");
        assert_eq!(get(&format!("{path}1.0")).await["account_type"], "Unknown");
        assert_eq!(get(&format!("{path}2.0")).await["NameSpaceType"], "Unknown");
    }
}

#[tokio::test]
async fn later_versions_name_the_passive_address() {
    for path in [
        "/common/userrealm/ada@contoso.example?api-version=2.0",
        "/GetUserRealm.srf?login=ada@contoso.example",
    ] {
        let realm = get(path).await;
        assert_eq!(realm["NameSpaceType"], "Federated");
        let address = realm["AuthURL"].as_str().unwrap();
        assert!(address.starts_with(PASSIVE_URL), "{address}");
        assert_eq!(parameter(address, "username").as_deref(), Some("ada@contoso.example"));
        assert_eq!(parameter(address, "wtrealm").as_deref(), Some("urn:federation:MicrosoftOnline"));
    }
    assert_eq!(get("/GetUserRealm.srf?login=ada@contoso.example").await["STSAuthURL"], ACTIVE_URL);
}

#[tokio::test]
async fn the_sign_in_page_of_entra_learns_where_to_send_people() {
    let ask_for = |name: &str| {
        let body = json!({ "username": name }).to_string();
        let request =
            Request::post("/common/GetCredentialType").header(header::CONTENT_TYPE, "application/json");
        ask(World::new(), request.body(Body::from(body)).unwrap())
    };
    let (_, found) = ask_for("ada@contoso.example").await;
    let address = found["Credentials"]["FederationRedirectUrl"].as_str().unwrap();
    assert!(parameter(address, "wctx").unwrap().contains("estsrequest="), "{address}");
    let (_, unknown) = ask_for("eve@evil.example").await;
    assert_eq!(
        (&unknown["IfExistsResult"], &unknown["Credentials"]["FederationRedirectUrl"]),
        (&json!(1), &Value::Null)
    );
}

#[tokio::test]
async fn the_authority_sends_clients_to_https_alone() {
    for (path, token) in [("/common", "/oauth2/token"), ("/contoso.example/v2.0", "/oauth2/v2.0/token")] {
        let configuration = get(&format!("{path}/.well-known/openid-configuration")).await;
        let endpoint = configuration["token_endpoint"].as_str().unwrap();
        assert!(endpoint.starts_with(SECURE_URL) && endpoint.ends_with(token), "{endpoint}");
    }
    let request = Request::get("/evil.example/v2.0/.well-known/openid-configuration").body(Body::empty());
    let (status, document) = ask(World::new(), request.unwrap()).await;
    assert_eq!((status, &document["error_codes"]), (StatusCode::BAD_REQUEST, &json!([90002])));
}

/// S81: what a good assertion gives is read by clients and opens nothing.
#[tokio::test]
async fn a_good_assertion_gives_a_token_that_opens_nothing() {
    let (status, token) = ask(World::new(), grant(&signed(&Draft::default()))).await;
    assert_eq!(status, StatusCode::OK, "{token:#}");
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!("User.Read")));
    assert!(token["access_token"].as_str().unwrap().starts_with("opens-nothing."));

    let parts: Vec<&str> = token["id_token"].as_str().unwrap().split('.').collect();
    let [header, claims, ""] = parts.as_slice() else { panic!("the id token is signed: {parts:?}") };
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(read(header)["alg"], "none");
    let claims = read(claims);
    assert_eq!(
        (&claims["preferred_username"], &claims["aud"]),
        (&json!("ada@contoso.example"), &json!("app"))
    );
}

#[tokio::test]
async fn every_spelling_of_base64_is_read() {
    let assertion = signed(&Draft::default());
    for encoded in [BASE64_STANDARD.encode(&assertion), BASE64_URL_SAFE.encode(&assertion)] {
        let fields =
            [("grant_type", GRANT), ("client_id", "a"), ("scope", "s"), ("assertion", encoded.as_str())];
        assert_eq!(ask(World::new(), form(&fields)).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn version_one_answers_for_a_resource() {
    let assertion = BASE64_URL_SAFE_NO_PAD.encode(signed(&Draft::default()));
    let body = Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", GRANT),
            ("client_id", "app"),
            ("resource", "https://graph.windows.net"),
        ])
        .append_pair("assertion", &assertion)
        .finish();
    let request = Request::post("/common/oauth2/token").body(Body::from(body)).unwrap();
    let (status, token) = ask(World::new(), request).await;
    assert_eq!((status, &token["resource"]), (StatusCode::OK, &json!("https://graph.windows.net")));
    assert_eq!(token["expires_in"], "3599");
}

/// S43: each wrong thing is refused with Entra's own code.
#[tokio::test]
async fn a_bad_assertion_is_refused_with_its_code() {
    let good = signed(&Draft::default());
    let of = |draft: Draft| signed(&draft);
    let cases = [
        (good.replace("ada@contoso", "eve@contoso"), 50006),
        (of(Draft { issuer: "URN:evil.example".to_owned(), ..Draft::default() }), 50107),
        (sign(&Draft::default().assertion(), &*STRANGER), 5_000_811),
        (of(Draft { audience: "urn:somebody:else".to_owned(), ..Draft::default() }), 50008),
        (of(Draft { issuer: "URN:fabrikam.example".to_owned(), ..Draft::default() }), 5_000_820),
        ("<saml:Assertion/>".to_owned(), 50008),
        (format!("<x>{good}</x>"), 50008),
        (format!("{good}{good}"), 50008),
        ("not xml".to_owned(), 50008),
    ];
    for (assertion, code) in cases {
        refused(&ask(World::new(), grant(&assertion)).await, "invalid_grant", code);
    }
    let stranger = "QUJBQUJBQUJBQUJBQUJBQQ==";
    let nobody =
        Draft { name_identifier: stranger.to_owned(), immutable_id: stranger.to_owned(), ..Draft::default() };
    refused(&ask(World::new(), grant(&of(nobody))).await, "invalid_grant", 51004);
    for instant in [now() + TimeDelta::hours(2), now() - TimeDelta::hours(2)] {
        let world = World::new();
        world.clock.set(instant);
        refused(&ask(world, grant(&good)).await, "invalid_grant", 500_133);
    }
}

/// S56
#[tokio::test]
async fn an_assertion_is_good_for_one_token_whichever_way_it_came() {
    let world = World::new();
    assert!(world.post(&Draft::default().response()).accepted);
    refused(&ask(world, grant(&signed(&Draft::default()))).await, "invalid_grant", 50013);
}

#[tokio::test]
async fn a_malformed_request_is_refused_in_entras_words() {
    let all = [("grant_type", GRANT), ("client_id", "app"), ("scope", "s"), ("assertion", "YQ")];
    for missing in ["grant_type", "client_id", "scope", "assertion"] {
        let rest: Vec<_> = all.into_iter().filter(|(name, _)| *name != missing).collect();
        let answer = ask(World::new(), form(&rest)).await;
        refused(&answer, "invalid_request", 900_144);
        assert!(answer.1["error_description"].as_str().unwrap().contains(&format!("'{missing}'")));
    }
    let password = [("grant_type", "password"), ("username", "ada@contoso.example"), ("password", "hunter2")];
    let answer = ask(World::new(), form(&password)).await;
    refused(&answer, "unsupported_grant_type", 70003);
    assert!(!answer.1.to_string().contains("hunter2"));
    let broken = [("grant_type", GRANT), ("client_id", "app"), ("scope", "s"), ("assertion", "%%%")];
    refused(&ask(World::new(), form(&broken)).await, "invalid_grant", 50008);
}
