//! What native clients and Windows ask Entra ID for, beside the pages: realm discovery, the description of the
//! authority, and tokens (protocol.md §4.1, §4.2).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use crate::StandIn;
use crate::openid::{self, Version};
use crate::realm;
use crate::token_endpoint::{TokenError, TokenRequest};

/// The routes, to be joined with those of the pages.
pub(crate) fn routes() -> Router<Arc<StandIn>> {
    Router::new()
        .route("/common/userrealm/{username}", get(user_realm))
        .route("/common/UserRealm/{username}", get(user_realm))
        .route("/GetUserRealm.srf", get(user_realm_srf).post(user_realm_srf))
        .route("/common/GetCredentialType", post(credential_type))
        .route("/{tenant}/.well-known/openid-configuration", get(configuration_1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(configuration_2))
        .route("/{tenant}/oauth2/token", post(token_1))
        .route("/{tenant}/oauth2/v2.0/token", post(token_2))
}

#[derive(Deserialize)]
struct RealmQuestion {
    #[serde(rename = "api-version", default)]
    version: String,
}

/// Version 1.0 is what MSAL reads, every later one what browsers and Windows do.
async fn user_realm(
    State(stand_in): State<Arc<StandIn>>,
    Path(username): Path<String>,
    Query(question): Query<RealmQuestion>,
) -> Json<Value> {
    Json(match question.version.as_str() {
        "" | "1.0" => realm::version_1(&stand_in, &username),
        _ => realm::version_2(&stand_in, &username),
    })
}

#[derive(Deserialize)]
struct Login {
    #[serde(default)]
    login: String,
}

async fn user_realm_srf(State(stand_in): State<Arc<StandIn>>, Query(question): Query<Login>) -> Json<Value> {
    Json(realm::srf(&stand_in, &question.login))
}

#[derive(Deserialize)]
struct CredentialQuestion {
    username: String,
}

async fn credential_type(
    State(stand_in): State<Arc<StandIn>>,
    Json(question): Json<CredentialQuestion>,
) -> Json<Value> {
    Json(realm::credential_type(&stand_in, &question.username))
}

async fn configuration_1(state: State<Arc<StandIn>>, tenant: Path<String>) -> Response {
    configuration(&state, &tenant, Version::One)
}

async fn configuration_2(state: State<Arc<StandIn>>, tenant: Path<String>) -> Response {
    configuration(&state, &tenant, Version::Two)
}

fn configuration(stand_in: &StandIn, tenant: &str, version: Version) -> Response {
    if openid::is_tenant(stand_in, tenant) {
        Json(openid::configuration(stand_in, version)).into_response()
    } else {
        refusal(&TokenError::tenant_unknown(tenant), stand_in, None)
    }
}

async fn token_1(
    state: State<Arc<StandIn>>,
    tenant: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    token(&state, &tenant, Version::One, &headers, &body)
}

async fn token_2(
    state: State<Arc<StandIn>>,
    tenant: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    token(&state, &tenant, Version::Two, &headers, &body)
}

fn token(stand_in: &StandIn, tenant: &str, version: Version, headers: &HeaderMap, body: &[u8]) -> Response {
    let answer =
        TokenRequest::read(stand_in, tenant, version, body).and_then(|request| request.answer(stand_in));
    tracing::info!(
        accepted = answer.is_ok(),
        code = answer.as_ref().err().map(TokenError::code),
        "asked for a token"
    );
    match answer {
        Ok(token) => Json(token).into_response(),
        Err(error) => {
            let correlation = headers.get("client-request-id").and_then(|id| id.to_str().ok());
            refusal(&error, stand_in, correlation)
        }
    }
}

fn refusal(error: &TokenError, stand_in: &StandIn, correlation: Option<&str>) -> Response {
    let now = stand_in.settings().clock.now();
    (StatusCode::BAD_REQUEST, Json(error.document(now, correlation))).into_response()
}
