use std::sync::Arc;

use model::{Clock, Realm, Upn};

use crate::{ComeFrom, Tenant};

/// What the stand-in has to be told.
#[derive(Clone)]
pub struct Settings {
    /// The identity provider's passive endpoint: the `passiveSignInUri` of every domain.
    pub passive_url: String,
    /// Where the stand-in itself answers with TLS, without a path; native clients are sent nowhere else.
    pub secure_url: String,
    /// The realm that it signs in to, and the audience that tokens need.
    pub realm: Realm,
    /// Domains, certificates and users; they may change while it runs.
    pub tenant: Tenant,
    /// The people to offer on the first page.
    pub hints: Vec<Upn>,
    /// How a browser is made to come from elsewhere, if it can be.
    pub come_from: Option<ComeFrom>,
    /// The name on its pages.
    pub organisation_name: String,
    /// The one stylesheet of its pages.
    pub stylesheet: String,
    /// The clock that decides about time windows.
    pub clock: Arc<dyn Clock>,
}
