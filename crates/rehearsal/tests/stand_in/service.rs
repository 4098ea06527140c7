//! The stand-in as a browser and as a program meet it.

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use rehearsal::{StandIn, router};
use serde_json::Value;
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use crate::world::{Draft, PASSIVE_URL, World, form};

async fn ask(world: World, request: Request<Body>) -> Response<Body> {
    router(world.stand_in).oneshot(request).await.unwrap()
}

async fn get(path: &str) -> Response<Body> {
    ask(World::new(), Request::get(path).body(Body::empty()).unwrap()).await
}

fn post(body: String, accept: &str) -> Request<Body> {
    Request::post("/login.srf")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, accept)
        .body(Body::from(body))
        .unwrap()
}

pub(crate) async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

pub(crate) fn location(response: &Response<Body>) -> String {
    response.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

/// The value of a parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let address = Url::parse(address).unwrap();
    address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn the_first_page_asks_who_signs_in_and_needs_no_script() {
    let response = get("/").await;
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(
        policy.starts_with("default-src 'none'")
            && policy.contains("form-action 'self' http://localhost:8080;")
    );
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let page = text(response).await;
    assert!(page.contains("name=\"username\"") && page.contains("Contoso &#38; Sons"), "{page}");
    assert!(
        page.contains("/start?username=ada%40contoso.example")
            && !page.contains("<script")
            && !page.contains("style=\"")
    );
}

/// protocol.md §1.1
#[tokio::test]
async fn a_sign_in_goes_to_the_identity_provider_as_entra_sends_it() {
    let response = get("/start?username=Ada%40Contoso.Example").await;
    assert_eq!(response.status(), StatusCode::FOUND);
    let address = location(&response);
    assert!(address.starts_with(&format!("{PASSIVE_URL}?client-request-id=")));
    let value = |name| parameter(&address, name).unwrap_or_default();
    assert_eq!(value("username"), "Ada@Contoso.Example");
    assert_eq!(value("wa"), "wsignin1.0");
    assert_eq!(value("wtrealm"), "urn:federation:MicrosoftOnline");
    assert_eq!(value("wreply"), "http://127.0.0.1:8081/login.srf");
    assert!(value("wctx").starts_with("LoginOptions=3&estsredirect=2&estsrequest="));
    assert_eq!(parameter(&address, "wfresh"), None);
    assert_eq!(parameter(&address, "wauth"), None);
}

#[tokio::test]
async fn more_can_be_asked_for() {
    let address = location(&get("/start?username=ada%40contoso.example&fresh=on").await);
    assert_eq!(parameter(&address, "wfresh").as_deref(), Some("0"));
    assert!(parameter(&address, "wauth").unwrap().ends_with("authenticationmethod/password"));
    let address = location(&get("/start?username=ada%40contoso.example&mfa=on&extra=%26x%3D%3C%22").await);
    assert_eq!(
        parameter(&address, "wauth").as_deref(),
        Some("http://schemas.microsoft.com/claims/multipleauthn")
    );
    assert!(parameter(&address, "wctx").unwrap().ends_with("&x=<\""));
}

#[tokio::test]
async fn a_domain_that_is_not_federated_is_said_beside_the_field() {
    for name in ["eve%40evil.example", "eve", "", "%22%3E%3Cb%3E%40x.example"] {
        let response = get(&format!("/start?username={name}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let page = text(response).await;
        assert!(page.contains("aria-invalid=\"true\"") && !page.contains("<b>"), "{page}");
    }
}

#[tokio::test]
async fn a_whole_sign_in_is_accepted_and_explained() {
    let world = World::new();
    let stand_in = router(world.stand_in);
    let request =
        Request::get("/login.srf?wa=wsignin1.0&whr=contoso.example&wreply=https%3A%2F%2Fwww.office.com%2F");
    let sent = stand_in.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let context = parameter(&location(&sent), "wctx").unwrap();

    let answer = form(&Draft::default().response(), Some(&context));
    let response = stand_in.oneshot(post(answer, "text/html")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let page = text(response).await;
    assert!(page.contains("Entra would accept this sign-in"), "{page}");
    assert!(page.contains("All 14 checks passed for ada@contoso.example"));
    assert!(page.contains("would go on to https://www.office.com/"));
    assert!(page.contains("&#60;saml:Assertion") && !page.contains("<saml:"));
}

#[tokio::test]
async fn a_refusal_names_the_code_first_and_the_checks_after_it() {
    let draft = Draft { issuer: "URN:evil&lt;b&gt;".to_owned(), ..Draft::default() };
    let response = ask(World::new(), post(form(&draft.response(), None), "text/html")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let page = text(response).await;
    assert!(page.contains("Entra would refuse this sign-in: AADSTS50107"));
    assert!(page.contains("not reached") && page.contains("Claims received, not proven"));
    assert!(page.contains("URN:evil&#60;b&#62;") && !page.contains("<b>URN") && !page.contains("evil<b>"));
}

#[tokio::test]
async fn a_program_gets_the_report_as_json() {
    let answer = form(&Draft::default().response(), None);
    let response = ask(World::new(), post(answer, "application/json")).await;
    let report: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(report["accepted"], true);
    assert_eq!(report["code"], Value::Null);
    assert_eq!(report["checks"][3]["name"], "issuer");
    assert_eq!(report["checks"][3]["code"], "AADSTS50107");
    assert_eq!(report["checks"][3]["passed"], true);
    let upn = report["claims"]
        .as_array()
        .unwrap()
        .iter()
        .find(|claim| claim["type"] == "http://schemas.xmlsoap.org/claims/UPN");
    assert_eq!(upn.unwrap()["values"][0], "ada@contoso.example");
}

/// WSF-12, WSF-13
#[tokio::test]
async fn a_clean_up_is_a_picture_that_any_page_may_load() {
    let response = get("/login.srf?wa=wsignoutcleanup1.0&wreply=https%3A%2F%2Fevil.example%2F").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/gif");
    assert!(!response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
}

#[tokio::test]
async fn signing_out_goes_to_the_identity_provider_and_comes_back() {
    let page = text(get("/").await).await;
    let link = page.split("href=\"").find(|part| part.contains("wsignout1.0")).unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let pairs: Vec<_> = form_urlencoded::parse(link.split_once('?').unwrap().1.as_bytes()).collect();
    assert!(pairs.contains(&("wreply".into(), "http://127.0.0.1:8081/login.srf".into())), "{link}");
    let back = get("/login.srf").await;
    assert_eq!((back.status(), location(&back)), (StatusCode::SEE_OTHER, "/".to_owned()));
}

#[tokio::test]
async fn a_smart_link_of_an_unknown_domain_asks_who_signs_in() {
    let response = get("/login.srf?wa=wsignin1.0&whr=evil.example").await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

/// S82: it believes whoever asks, so only this machine may.
#[test]
fn it_is_there_for_this_machine_only() {
    for elsewhere in ["0.0.0.0:8081", "192.0.2.1:8081", "[::]:8081"] {
        assert!(StandIn::new(World::new().settings, elsewhere.parse().unwrap()).is_err(), "{elsewhere}");
    }
    assert!(StandIn::new(World::new().settings, "[::1]:8081".parse().unwrap()).is_ok());
}
