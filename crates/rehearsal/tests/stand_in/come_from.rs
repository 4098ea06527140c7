//! S83: how a browser of the demo is made to come from elsewhere.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use rehearsal::{Settings, StandIn, router};
use tower::ServiceExt;

use crate::service::{location, parameter, text};
use crate::world::{Draft, PASSIVE_URL, World, form};

const PAGE: &str = "http://localhost:8080/demo/come-from?";

fn asking(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()
}

async fn get(path: &str, cookie: &str) -> Response<Body> {
    router(World::new().stand_in).oneshot(asking(path, cookie)).await.unwrap()
}

fn kept(response: &Response<Body>) -> Option<&str> {
    response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap())
}

#[tokio::test]
async fn whoever_comes_from_elsewhere_goes_by_way_of_the_page_that_keeps_the_address() {
    let response = get("/start?username=ada%40contoso.example&come_from=+203.0.113.24+", "").await;
    assert_eq!(kept(&response), Some("come-from=203.0.113.24; Path=/; HttpOnly; SameSite=Lax"));
    let address = location(&response);
    assert!(address.starts_with(PAGE), "{address}");
    assert_eq!(parameter(&address, "address").as_deref(), Some("203.0.113.24"));
    let query = parameter(&address, "to").unwrap();
    let request = format!("{PASSIVE_URL}?{query}");
    assert_eq!(parameter(&request, "wtrealm").as_deref(), Some("urn:federation:MicrosoftOnline"));
    assert_eq!(parameter(&request, "username").as_deref(), Some("ada@contoso.example"));
}

#[tokio::test]
async fn whoever_comes_from_here_and_always_did_takes_the_straight_way() {
    let response = get("/start?username=ada%40contoso.example&come_from=", "").await;
    assert!(location(&response).starts_with(PASSIVE_URL));
    assert_eq!(kept(&response), None);
}

#[tokio::test]
async fn an_address_is_kept_until_the_field_is_emptied() {
    let cookie = "other=1; come-from=198.51.100.7";
    for path in ["/start?username=ada%40contoso.example", "/login.srf?wa=wsignin1.0&whr=contoso.example"] {
        let address = location(&get(path, cookie).await);
        assert_eq!(parameter(&address, "address").as_deref(), Some("198.51.100.7"), "{path}");
    }
    let page = text(get("/", cookie).await).await;
    assert!(
        page.contains("value=\"198.51.100.7\"") && page.contains("<details class=\"more\" open>"),
        "{page}"
    );

    let emptied = get("/start?username=ada%40contoso.example&come_from=", cookie).await;
    assert_eq!(parameter(&location(&emptied), "address").as_deref(), Some(""));
    assert!(kept(&emptied).unwrap().ends_with("Max-Age=0"));
}

#[tokio::test]
async fn what_is_no_address_is_said_beside_its_field() {
    for typed in ["Portugal", "203.0.113", "203.0.113.24%0d%0aX%3A+1", "%22%3E%3Cb%3E"] {
        let path = format!("/start?username=ada%40contoso.example&come_from={typed}");
        let response = get(&path, "").await;
        assert_eq!((response.status(), kept(&response)), (StatusCode::BAD_REQUEST, None));
        let page = text(response).await;
        assert!(page.contains("id=\"come-from-error\"") && !page.contains("id=\"upn-error\""), "{page}");
        assert!(page.contains("value=\"ada@contoso.example\"") && !page.contains("<b>"), "{page}");
    }
}

/// S82, S83: where no such page is named, there is neither the field nor the detour.
#[tokio::test]
async fn without_such_a_page_nobody_comes_from_elsewhere() {
    let settings = Settings { come_from: None, ..World::new().settings };
    let stand_in = router(StandIn::new(settings, ([127, 0, 0, 1], 8081).into()).unwrap());
    let page = stand_in.clone().oneshot(asking("/", "")).await.unwrap();
    assert!(!text(page).await.contains("come_from"));
    let sent = stand_in.oneshot(asking("/start?username=ada%40contoso.example&come_from=203.0.113.24", ""));
    assert!(location(&sent.await.unwrap()).starts_with(PASSIVE_URL));
}

#[tokio::test]
async fn the_verdict_says_where_the_browser_came_from() {
    let stand_in = router(World::new().stand_in);
    let path = "/start?username=ada%40contoso.example&come_from=2001:db8:61::1";
    let sent = location(&stand_in.clone().oneshot(asking(path, "")).await.unwrap());
    let request = format!("{PASSIVE_URL}?{}", parameter(&sent, "to").unwrap());
    let answer = form(&Draft::default().response(), parameter(&request, "wctx").as_deref());
    let posted = Request::post("/login.srf")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(answer))
        .unwrap();
    let page = text(stand_in.oneshot(posted).await.unwrap()).await;
    assert!(page.contains("came from 2001:db8:61::1"), "{page}");
}
