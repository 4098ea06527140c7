//! What the authority says of itself: where a native client gets a token.

use serde_json::{Value, json};

use crate::StandIn;

/// The directory id of the stand-in's tenant.
pub(crate) const TENANT_ID: &str = "c0ffee00-5ca1-4ab1-9e00-000000000001";

/// The version of an endpoint of Entra ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Tokens for a resource.
    One,
    /// Tokens for scopes.
    Two,
}

impl Version {
    const fn path(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Two => "/v2.0",
        }
    }
}

/// Whether a tenant is called so: by its id, by one of its domains, or by the names of everybody's.
pub(crate) fn is_tenant(stand_in: &StandIn, name: &str) -> bool {
    let everybody = ["common", "organizations", TENANT_ID];
    everybody.contains(&name) || stand_in.settings().tenant.registrations().home_of(name).is_some()
}

/// The issuer of the tokens, which open nothing.
pub(crate) fn issuer(stand_in: &StandIn, version: Version) -> String {
    format!("{}/{TENANT_ID}{}", stand_in.settings().secure_url, version.path())
}

/// `/.well-known/openid-configuration`
pub(crate) fn configuration(stand_in: &StandIn, version: Version) -> Value {
    let path = version.path();
    let endpoints = format!("{}/{TENANT_ID}/oauth2{path}", stand_in.settings().secure_url);
    json!({
        "issuer": issuer(stand_in, version),
        "authorization_endpoint": format!("{endpoints}/authorize"),
        "token_endpoint": format!("{endpoints}/token"),
        "device_authorization_endpoint": format!("{endpoints}/devicecode"),
        "jwks_uri": format!("{}/common/discovery{path}/keys", stand_in.settings().secure_url),
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "tenant_region_scope": null,
        "cloud_instance_name": "microsoftonline.com",
    })
}
