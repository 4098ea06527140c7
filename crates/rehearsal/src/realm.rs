//! Realm discovery: who is asked about a name (protocol.md §4.1).

use serde_json::{Value, json};

use crate::tenant::RegisteredDomain;
use crate::{Departure, StandIn};

/// The name of the cloud, as every version gives it.
const CLOUD: &str = "microsoftonline.com";

/// `api-version=1.0`, which native clients read. The addresses of the active requestor are left out for a domain
/// that has none, as Entra leaves out a property that nobody set.
pub(crate) fn version_1(stand_in: &StandIn, username: &str) -> Value {
    let audience = stand_in.settings().realm.as_str();
    let Some(home) = home(stand_in, username) else {
        return json!({
            "ver": "1.0", "account_type": "Unknown",
            "cloud_instance_name": CLOUD, "cloud_audience_urn": audience,
        });
    };
    let mut realm = json!({
        "ver": "1.0", "account_type": "Federated", "domain_name": domain_of(username),
        "federation_protocol": "WSTrust", "cloud_instance_name": CLOUD, "cloud_audience_urn": audience,
    });
    if let Some(active) = home.active {
        realm["federation_metadata_url"] = active.metadata_exchange.into();
        realm["federation_active_auth_url"] = active.sign_in.into();
    }
    realm
}

/// `api-version=2.0`, which browsers and Windows read.
pub(crate) fn version_2(stand_in: &StandIn, username: &str) -> Value {
    let mut realm = json!({
        "Login": username, "CloudInstanceName": CLOUD,
        "CloudInstanceIssuerUri": stand_in.settings().realm.as_str(),
    });
    if home(stand_in, username).is_none() {
        realm["NameSpaceType"] = "Unknown".into();
        return realm;
    }
    realm["NameSpaceType"] = "Federated".into();
    realm["federation_protocol"] = "WSTrust".into();
    realm["DomainName"] = domain_of(username).into();
    realm["FederationBrandName"] = stand_in.settings().organisation_name.as_str().into();
    realm["AuthURL"] = stand_in.sign_in_address(username).into();
    realm
}

/// `GetUserRealm.srf`: version 2.0 with the active address.
pub(crate) fn srf(stand_in: &StandIn, username: &str) -> Value {
    let mut realm = version_2(stand_in, username);
    let home = home(stand_in, username);
    (realm["State"], realm["UserState"]) =
        if home.is_some() { (3.into(), 2.into()) } else { (4.into(), 1.into()) };
    if let Some(active) = home.and_then(|home| home.active) {
        realm["STSAuthURL"] = active.sign_in.into();
    }
    realm
}

/// `GetCredentialType`, which the sign-in page asks: here a sign-in starts.
pub(crate) fn credential_type(stand_in: &StandIn, username: &str) -> Value {
    let departure = Departure {
        domain: domain_of(username).to_owned(),
        username: Some(username.to_owned()),
        ..Departure::default()
    };
    let address = stand_in.depart(&departure).ok();
    // The name is known (0) or not (1); the credential is another's (4) or a password of Entra's own (1).
    let (exists, credential) = if address.is_some() { (0, 4) } else { (1, 1) };
    json!({
        "Username": username, "Display": username, "IfExistsResult": exists,
        "Credentials": { "PrefCredential": credential, "FederationRedirectUrl": address },
    })
}

fn home(stand_in: &StandIn, username: &str) -> Option<RegisteredDomain> {
    stand_in.settings().tenant.registrations().home_of(domain_of(username)).cloned()
}

fn domain_of(username: &str) -> &str {
    username.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default()
}
