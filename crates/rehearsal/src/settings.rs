use std::sync::Arc;

use model::{Clock, Realm};

use crate::Tenant;

/// What the stand-in has to be told.
#[derive(Clone)]
pub struct Settings {
    /// Its own address, without a slash at the end: `http://127.0.0.1:8081`.
    pub base_url: String,
    /// The identity provider's passive endpoint: the `passiveSignInUri` of every domain.
    pub passive_url: String,
    /// The realm that it signs in to, and the audience that tokens need.
    pub realm: Realm,
    /// Domains, certificates and users; they may change while it runs.
    pub tenant: Tenant,
    /// The name on its pages.
    pub organisation_name: String,
    /// The one stylesheet of its pages.
    pub stylesheet: String,
    /// The clock that decides about time windows.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// The address that answers are posted to; the identity provider has to know it as a reply address.
    pub fn reply_address(&self) -> String {
        format!("{}/login.srf", self.base_url)
    }
}
