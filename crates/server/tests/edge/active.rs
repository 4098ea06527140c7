//! Programs that bring a name and a password (WS-Trust, protocol.md §4).

use axum::body::Body;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use model::{ActiveRoad, NetworkName, PasswordClients};
use serde_json::json;
use storage::EntryKind;
use wstrust::Version;

use crate::browser::{Browser, Page, SIGN_IN};
use crate::house::{BASE_URL, House, PASSWORD, start};

const MEX: &str = "/adfs/services/trust/mex";
const TRUST_2005: &str = "/adfs/services/trust/2005/usernamemixed";
const TRUST_13: &str = "/adfs/services/trust/13/usernamemixed";

/// A message as clients write it (protocol.md §4.5).
struct Message {
    version: Version,
    id: &'static str,
    applies_to: &'static str,
    username: &'static str,
    password: &'static str,
}

impl Message {
    /// Ada's, right in every respect.
    fn of(version: Version) -> Self {
        Self {
            version,
            id: "urn:uuid:11111111-2222-3333-4444-555555555555",
            applies_to: "urn:federation:MicrosoftOnline",
            username: "ada@contoso.example",
            password: PASSWORD,
        }
    }

    fn write(&self) -> String {
        let Self { version, id, applies_to, username, password } = self;
        let (action, path) = (version.request_action(), path(*version));
        let (trust, kind) = (version.namespace(), version.request_type());
        let seconds = |time: TimeDelta| (start() + time).format("%Y-%m-%dT%H:%M:%SZ");
        let (created, expires) = (seconds(TimeDelta::zero()), seconds(TimeDelta::minutes(10)));
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><s:Header><wsa:Action s:mustUnderstand="1">{action}</wsa:Action><wsa:MessageID>{id}</wsa:MessageID><wsa:To s:mustUnderstand="1">{BASE_URL}{path}</wsa:To><wsse:Security s:mustUnderstand="1" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><wsu:Timestamp wsu:Id="_0"><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp><wsse:UsernameToken wsu:Id="x"><wsse:Username>{username}</wsse:Username><wsse:Password>{password}</wsse:Password></wsse:UsernameToken></wsse:Security></s:Header><s:Body><t:RequestSecurityToken xmlns:t="{trust}"><wsp:AppliesTo xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy"><wsa:EndpointReference><wsa:Address>{applies_to}</wsa:Address></wsa:EndpointReference></wsp:AppliesTo><t:RequestType>{kind}</t:RequestType></t:RequestSecurityToken></s:Body></s:Envelope>"#
        )
    }

    async fn send(&self, house: &House) -> Page {
        post(house, path(self.version), self.write()).await
    }
}

/// Ada's request for a token, each time another message.
pub async fn sent_by_ada(house: &House) -> Page {
    static SENT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = SENT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let message = Message::of(Version::Trust13);
    let written =
        message.write().replace(message.id, &format!("urn:uuid:11111111-2222-3333-4444-{number:012}"));
    post(house, path(message.version), written).await
}

const fn path(version: Version) -> &'static str {
    match version {
        Version::Trust2005 => TRUST_2005,
        Version::Trust13 => TRUST_13,
    }
}

async fn post(house: &House, path: &str, body: String) -> Page {
    Browser::program(house).send(Method::POST, path, body.into()).await
}

async fn open() -> House {
    House::open_to_programs(ActiveRoad::Windows).await
}

fn on_networks(names: &[&str]) -> ActiveRoad {
    let names = names.iter().map(|name| NetworkName::parse(name).unwrap());
    ActiveRoad::PasswordClients(PasswordClients::new(names, []).unwrap())
}

#[tokio::test]
async fn where_the_road_is_off_there_is_no_such_address() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for path in [MEX, "/trust/mex"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
    for version in Version::ALL {
        assert_eq!(Message::of(version).send(&house).await.status, StatusCode::NOT_FOUND);
    }
    let metadata = browser.get("/FederationMetadata/2007-06/FederationMetadata.xml").await;
    assert!(!metadata.text.contains("usernamemixed"));
}

/// MEX-05: both methods, both addresses, and what metadata says besides.
#[tokio::test]
async fn where_it_is_on_clients_find_the_endpoints() {
    let house = open().await;
    let mut browser = Browser::new(&house);
    let mex = browser.get(MEX).await;
    assert_eq!((mex.status, mex.header("content-type")), (StatusCode::OK, "text/xml; charset=utf-8"));
    for path in [TRUST_2005, TRUST_13] {
        assert!(mex.text.contains(&format!("<wsa10:Address>{BASE_URL}{path}</wsa10:Address>")), "{path}");
    }
    assert_eq!(browser.send(Method::POST, "/trust/mex", Body::empty()).await.text, mex.text);
    let metadata = browser.get("/FederationMetadata/2007-06/FederationMetadata.xml").await;
    assert!(metadata.text.contains(&format!("<Address>{BASE_URL}{TRUST_2005}</Address>")));
    for path in [TRUST_2005, TRUST_13] {
        assert_eq!(browser.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

/// WST-01, WST-02, TOK-10: the ledger says by which door the token left, and the token nothing of a second factor.
#[tokio::test]
async fn a_name_and_a_password_get_a_token_in_the_version_that_was_asked() {
    let house = open().await;
    for version in Version::ALL {
        let answer = Message { id: path(version), ..Message::of(version) }.send(&house).await;

        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, wstrust::CONTENT_TYPE));
        assert!(answer.text.contains(version.response_action()));
        assert!(answer.text.contains(&format!("<a:RelatesTo>{}</a:RelatesTo>", path(version))));
        assert!(answer.text.contains("ada@contoso.example") && !answer.text.contains("multipleauthn"));
        let (kind, detail) = house.newest_row().await;
        let endpoint = if version == Version::Trust13 { "active-13" } else { "active-2005" };
        assert_eq!((kind, &detail["endpoint"]), (EntryKind::TokenIssued, &json!(endpoint)));
        assert_eq!(
            (&detail["client"], &detail["rule"]),
            (&json!("msal"), &json!("active-password-suffices"))
        );
    }
}

/// S14: neither a token nor a fault is kept, framed or guessed at.
#[tokio::test]
async fn an_answer_to_a_program_is_kept_nowhere() {
    let house = open().await;
    let right = Message::of(Version::Trust13);
    let wrong = Message { id: "urn:uuid:other", password: "wrong", ..Message::of(Version::Trust13) };
    for (message, status) in [(right, StatusCode::OK), (wrong, StatusCode::INTERNAL_SERVER_ERROR)] {
        let answer = message.send(&house).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn the_short_addresses_answer_too() {
    let house = open().await;
    let message = Message::of(Version::Trust13).write();
    let short = message.replace("/adfs/services", "");
    assert_eq!(post(&house, "/trust/13/usernamemixed", short).await.status, StatusCode::OK);
}

/// WST-08: both names of Entra ID are answered, and the token is for the one that was named.
#[tokio::test]
async fn a_token_is_for_whom_it_was_asked() {
    let house = open().await;
    let ext_sts = "https://login.microsoftonline.com/extSTS.srf";
    let answer = Message { applies_to: ext_sts, ..Message::of(Version::Trust2005) }.send(&house).await;
    assert!(answer.text.contains(&format!("<saml:Audience>{ext_sts}</saml:Audience>")));

    let foreign =
        Message { applies_to: "urn:contoso:wiki", ..Message::of(Version::Trust2005) }.send(&house).await;
    assert_eq!(foreign.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(foreign.text.contains("a:RequestFailed"));
}

/// S54, WST-05: what depends on the person is the wrong-password fault, byte for byte; the reason is in the ledger.
#[tokio::test]
async fn nobody_learns_that_a_password_was_right() {
    let house = open().await;
    let wrong = Message { password: "wrong", ..Message::of(Version::Trust13) }.send(&house).await;
    assert_eq!(wrong.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(wrong.text.contains("a:FailedAuthentication"));
    assert_eq!(house.newest_row().await.0, EntryKind::SignInFailed);

    let unknown = Message { username: "nobody@contoso.example", ..Message::of(Version::Trust13) };
    assert_eq!(unknown.send(&house).await.text, wrong.text);

    let no_role = Message { username: "bob@contoso.example", ..Message::of(Version::Trust13) };
    assert_eq!(no_role.send(&house).await.text, wrong.text);
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::SignInRefused, &json!("application_not_granted")));
}

/// S30, WST-05: whoever is named, a password costs one hash, whether it is right, wrong, nobody's, of somebody without
/// a role, of somebody disabled, or not looked at because there were too many; what no password or name can be costs
/// none.
#[tokio::test]
async fn every_name_costs_the_same_work() {
    let house = open().await;
    let answer = Message { id: "urn:uuid:first", ..Message::of(Version::Trust13) }.send(&house).await;
    assert_eq!((answer.status, house.hashes()), (StatusCode::OK, 1));

    let (ada, bob, dan) = ("ada@contoso.example", "bob@contoso.example", "dan@contoso.example");
    for (username, password, hashes) in [
        (bob, PASSWORD, 1),
        (dan, PASSWORD, 1),
        ("nobody@contoso.example", PASSWORD, 1),
        ("no name", PASSWORD, 0),
        (ada, "", 0),
        ("nobody@contoso.example", "", 0),
        (ada, "wrong", 1),
        (ada, "wrong", 1),
        (ada, "wrong", 1),
        // Only now would a browser be told to wait.
        (ada, PASSWORD, 1),
    ] {
        let before = house.hashes();
        let answer = Message { username, password, ..Message::of(Version::Trust13) }.send(&house).await;
        assert_ne!(answer.status, StatusCode::OK);
        assert_eq!(house.hashes() - before, hashes, "{username} with {password:?}");
    }
}

/// WST-05: three failures by program are three failures by browser; the program is told nothing of it.
#[tokio::test]
async fn failures_of_all_doors_are_counted_together() {
    let house = open().await;
    let wrong = Message { password: "wrong", ..Message::of(Version::Trust2005) };
    let mut faults = Vec::new();
    for _ in 0..4 {
        faults.push(wrong.send(&house).await.text);
    }
    assert!(faults.iter().all(|fault| *fault == faults[0]));
    let right = Message::of(Version::Trust2005).send(&house).await;
    assert_eq!(right.text, faults[0], "the right password has to wait as well");

    let mut browser = Browser::new(&house);
    let form = browser.get(SIGN_IN).await;
    let page = browser.fill_in(&form, "ada@contoso.example", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

/// S54: a network is decided before the password, alike for every name.
#[tokio::test]
async fn an_address_on_no_named_network_is_refused_before_the_password() {
    let house = House::open_to_programs(on_networks(&["cellar"])).await;
    let right = Message::of(Version::Trust13).send(&house).await;
    let unknown = Message { username: "nobody@contoso.example", ..Message::of(Version::Trust13) };

    assert!(right.text.contains("FailedAuthentication") && right.text.contains(Version::Trust13.namespace()));
    assert_eq!(unknown.send(&house).await.text, right.text);
    let (kind, detail) = house.newest_row().await;
    assert_eq!((kind, &detail["code"]), (EntryKind::SignInRefused, &json!("active_network_not_named")));

    let street = House::open_to_programs(on_networks(&["cellar", "street"])).await;
    assert_eq!(Message::of(Version::Trust13).send(&street).await.status, StatusCode::OK);
}

/// A name of a domain whose road is off finds no endpoint, in a form that clients can read.
#[tokio::test]
async fn a_name_of_another_domain_finds_no_endpoint() {
    let house = open().await;
    let answer =
        Message { username: "ada@fabrikam.example", ..Message::of(Version::Trust13) }.send(&house).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text.contains("a:FailedAuthentication"));
}

/// S53: no message gets two tokens; one that got none may be sent again.
#[tokio::test]
async fn a_message_gets_one_token() {
    let house = open().await;
    let wrong = Message { password: "wrong", ..Message::of(Version::Trust13) };
    wrong.send(&house).await;
    assert_eq!(Message::of(Version::Trust13).send(&house).await.status, StatusCode::OK);
    let again = Message::of(Version::Trust13).send(&house).await;
    assert_eq!(again.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(again.text.contains("a:MessageExpired"));
}

/// WST-07: a message is for its moment.
#[tokio::test]
async fn an_old_message_is_refused() {
    let house = open().await;
    house.clock.pass(TimeDelta::minutes(16));
    let late = Message::of(Version::Trust2005).send(&house).await;
    assert!(late.text.contains("a:MessageExpired"));
}

/// WST-06, S52: whatever is no request gets a fault or a 4xx, and no token.
#[tokio::test]
async fn what_is_no_request_gets_a_fault() {
    let house = open().await;
    let good = Message::of(Version::Trust13).write();
    let doctype = format!("<!DOCTYPE s [<!ENTITY a \"b\">]>{good}");
    let two = format!("{good}{good}");
    for body in ["", "<x/>", &doctype, &two, &good.replace("</s:Body>", "</s:Body><s:Body/>")] {
        let answer = post(&house, TRUST_13, body.to_owned()).await;
        assert!(answer.text.contains("<s:Fault>") && !answer.text.contains("saml:Assertion"), "{body:.60}");
    }
    let long = post(&house, TRUST_13, "a".repeat(10 << 20)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let other_version = post(&house, TRUST_2005, good).await;
    assert!(other_version.text.contains("<s:Fault>"));
}
