//! What the stand-in's tenant demands by itself, and the page on which that is set: what an administrator would do in
//! Entra's own portal.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use model::{DomainName, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior};
use serde::Deserialize;

use crate::StandIn;
use crate::pages::ConditionalAccessPage;
use crate::service::page;

/// Where the page is.
pub(crate) const PATH: &str = "/conditional-access";

/// What may be said of a demand: its name in the form, and in words.
pub(crate) const DEMANDS: [(EntraMfaDemand, &str, &str); 3] = [
    (EntraMfaDemand::NotKnown, "", "Not known"),
    (EntraMfaDemand::No, "no", "Demanded of nobody"),
    (EntraMfaDemand::Yes, "yes", "Demanded of everybody"),
];

/// What may be said of `federatedIdpMfaBehavior`.
pub(crate) const BEHAVIORS: [(FederatedIdpMfaBehavior, &str); 3] = [
    (FederatedIdpMfaBehavior::AcceptIfMfaDoneByFederatedIdp, "At Countersign or at Entra"),
    (FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp, "At Countersign"),
    (FederatedIdpMfaBehavior::RejectMfaByFederatedIdp, "At Entra, always"),
];

/// The routes, to be joined with those of the pages.
pub(crate) fn routes() -> Router<Arc<StandIn>> {
    Router::new().route(PATH, get(show).post(change))
}

async fn show(State(stand_in): State<Arc<StandIn>>) -> Response {
    page(&ConditionalAccessPage::new(&stand_in)).into_response()
}

/// What the page sends for one domain. What is not one of its own values is not known.
#[derive(Deserialize)]
struct Change {
    domain: String,
    #[serde(default)]
    demand: String,
    #[serde(default)]
    behavior: String,
}

async fn change(
    State(stand_in): State<Arc<StandIn>>,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Response {
    if !is_own(&headers) {
        return (StatusCode::FORBIDDEN, "This form was sent by another site.").into_response();
    }
    let Ok(domain) = DomainName::parse(&change.domain) else {
        return (StatusCode::BAD_REQUEST, "There is no such domain here.").into_response();
    };
    let demand = DEMANDS.into_iter().find(|(_, name, _)| *name == change.demand);
    let behavior = BEHAVIORS.into_iter().find(|(behavior, _)| behavior.as_str() == change.behavior);
    let facts = EntraFacts {
        mfa_demand: demand.map(|(demand, ..)| demand).unwrap_or_default(),
        mfa_behavior: behavior.map(|(behavior, _)| behavior),
    };
    stand_in.settings().tenant.change(|registrations| {
        for known in registrations.domains.iter_mut().filter(|known| known.name == domain) {
            known.entra = facts;
        }
    });
    Redirect::to(PATH).into_response()
}

/// Whether no header says that another site sent a form: what is set here opens roads in the demo.
fn is_own(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = value("sec-fetch-site");
    let host = value("host").unwrap_or_default();
    let is_here = |origin: &str| origin.split_once("://").is_some_and(|(_, origin)| origin == host);
    site.is_none_or(|site| site == "same-origin") && value("origin").is_none_or(is_here)
}
