//! What the tenant demands by itself.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use model::{DomainName, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior};
use rehearsal::{Departure, router};
use tower::ServiceExt;

use crate::service::{parameter, text};
use crate::world::{Draft, World};

const ENFORCED: EntraFacts = EntraFacts {
    mfa_demand: EntraMfaDemand::Yes,
    mfa_behavior: Some(FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp),
};

fn contoso() -> DomainName {
    DomainName::parse("contoso.example").unwrap()
}

/// Has a world demand this of Contoso's people.
fn demanding(facts: EntraFacts) -> World {
    let world = World::new();
    world.tenant.change(|registrations| {
        registrations
            .domains
            .iter_mut()
            .filter(|domain| domain.name == contoso())
            .for_each(|domain| domain.entra = facts);
    });
    world
}

async fn set(routes: &Router, fields: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::post("/conditional-access")
        .header(header::HOST, "127.0.0.1:8081")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    routes.clone().oneshot(request.body(Body::from(fields.to_owned())).unwrap()).await.unwrap()
}

#[tokio::test]
async fn what_is_set_on_the_page_is_what_is_known_of_the_domain() {
    let world = World::new();
    let (tenant, routes) = (world.tenant.clone(), router(world.stand_in));
    assert_eq!(tenant.entra_facts(&contoso()), EntraFacts::default());
    let fields = "domain=contoso.example&demand=yes&behavior=enforceMfaByFederatedIdp";
    let own = [("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "same-origin")];
    assert_eq!(set(&routes, fields, &own).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(tenant.entra_facts(&contoso()), ENFORCED);
    let subdomain = DomainName::parse("mail.contoso.example").unwrap();
    assert_eq!(tenant.entra_facts(&subdomain), ENFORCED, "a subdomain has its root's");
    for other in ["fabrikam.example", "nowhere.example"] {
        assert_eq!(tenant.entra_facts(&DomainName::parse(other).unwrap()), EntraFacts::default());
    }

    let page = routes.clone().oneshot(Request::get("/conditional-access").body(Body::empty()).unwrap());
    let page = text(page.await.unwrap()).await;
    assert!(
        page.contains("value=\"yes\" selected")
            && page.contains("value=\"enforceMfaByFederatedIdp\" selected")
    );

    assert_eq!(
        set(&routes, "domain=contoso.example&demand=perhaps", &own).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(tenant.entra_facts(&contoso()), EntraFacts::default());
}

#[tokio::test]
async fn no_other_site_sets_anything() {
    let world = World::new();
    let (tenant, routes) = (world.tenant.clone(), router(world.stand_in));
    let fields = "domain=contoso.example&demand=yes&behavior=enforceMfaByFederatedIdp";
    for header in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(set(&routes, fields, &[header]).await.status(), StatusCode::FORBIDDEN, "{header:?}");
    }
    assert_eq!(tenant.entra_facts(&contoso()), EntraFacts::default());
}

/// protocol.md §5.1: `enforceMfaByFederatedIdp` sends people over with `wauth=multipleauthn`, and a token without the
/// claim is not enough, even if nobody asked for it.
#[tokio::test]
async fn people_are_sent_for_the_factor_that_is_enforced() {
    let departure = Departure { domain: "contoso.example".to_owned(), ..Departure::default() };
    let world = demanding(ENFORCED);
    let address = world.stand_in.depart(&departure).unwrap();
    assert_eq!(
        parameter(&address, "wauth").as_deref(),
        Some("http://schemas.microsoft.com/claims/multipleauthn")
    );
    assert_eq!(world.post(&Draft::default().response()).code, Some("AADSTS50079"));

    for mfa_behavior in [None, Some(FederatedIdpMfaBehavior::RejectMfaByFederatedIdp)] {
        let world = demanding(EntraFacts { mfa_behavior, ..ENFORCED });
        assert_eq!(parameter(&world.stand_in.depart(&departure).unwrap(), "wauth"), None);
        assert_eq!(world.post(&Draft::default().response()).code, None);
    }
}
