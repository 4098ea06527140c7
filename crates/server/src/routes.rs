//! Every address of the server, with the methods it answers and the access it needs. The router is made from this
//! list, so that nothing can be reached that is not in it.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use sts::PortalPage;

use crate::app::App;
use crate::handlers;
use crate::limits;

/// The canonical spelling of the metadata's address; every letter case of it is answered (MD-01).
pub(crate) const METADATA: &str = "/FederationMetadata/2007-06/FederationMetadata.xml";

/// Where a page of the portal is.
pub(crate) const fn path_of(page: PortalPage) -> &'static str {
    match page {
        PortalPage::Account => "/account",
        PortalPage::Activity => "/account/activity",
        PortalPage::AuthenticatorApp => "/account/app",
        PortalPage::RecoveryCodes => "/account/recovery-codes",
        PortalPage::Passkeys => "/account/passkeys",
        PortalPage::NotMe => "/account/not-me",
        PortalPage::Password => "/account/password",
    }
}

/// What a request needs to be answered with more than a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Anyone,
    /// A form that was made for the same browser, sent from our own page (S21).
    SealedForm,
    /// A session; whoever has none signs in and comes back.
    Session,
    /// A name and a password in the request itself, over TLS, and a domain that answers programs at all.
    Password,
}

/// An address of the server.
#[derive(Clone, Copy)]
pub struct Route {
    /// The path, as axum spells it.
    pub path: &'static str,
    /// The methods it answers; HEAD comes with GET.
    pub methods: &'static [&'static str],
    /// What a request needs.
    pub access: Access,
    handler: fn() -> MethodRouter<Arc<App>>,
}

/// Every address.
pub const ROUTES: &[Route] = &[
    Route { path: "/", methods: &["GET"], access: Access::Anyone, handler: || get(handlers::home) },
    Route { path: "/adfs/ls/", methods: &["GET", "POST"], access: Access::Anyone, handler: passive },
    Route { path: "/adfs/ls", methods: &["GET", "POST"], access: Access::Anyone, handler: passive },
    Route { path: "/wsfed", methods: &["GET", "POST"], access: Access::Anyone, handler: passive },
    Route {
        path: "/sign-in",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::sign_in),
    },
    Route {
        path: "/sign-in/code",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::code),
    },
    Route {
        path: "/sign-in/passkey",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::passkey),
    },
    Route {
        path: "/sign-in/choose",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::choose),
    },
    Route {
        path: "/sign-in/mail-code",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::mail_code),
    },
    Route {
        path: "/sign-in/enrol",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::enrol),
    },
    Route {
        path: "/sign-in/enrolled",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::enrolled),
    },
    Route {
        path: "/sign-in/later",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::later),
    },
    Route {
        path: "/sign-in/again",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::again),
    },
    Route {
        path: "/sign-in/new-password",
        methods: &["POST"],
        access: Access::SealedForm,
        handler: || post(handlers::new_password),
    },
    Route {
        path: "/adfs/services/trust/mex",
        methods: &["GET", "POST"],
        access: Access::Anyone,
        handler: exchange,
    },
    Route { path: "/trust/mex", methods: &["GET", "POST"], access: Access::Anyone, handler: exchange },
    Route {
        path: "/adfs/services/trust/2005/usernamemixed",
        methods: &["POST"],
        access: Access::Password,
        handler: || post(handlers::trust_2005),
    },
    Route {
        path: "/trust/2005/usernamemixed",
        methods: &["POST"],
        access: Access::Password,
        handler: || post(handlers::trust_2005),
    },
    Route {
        path: "/adfs/services/trust/13/usernamemixed",
        methods: &["POST"],
        access: Access::Password,
        handler: || post(handlers::trust_13),
    },
    Route {
        path: "/trust/13/usernamemixed",
        methods: &["POST"],
        access: Access::Password,
        handler: || post(handlers::trust_13),
    },
    Route {
        path: path_of(PortalPage::Password),
        methods: &["GET", "POST"],
        access: Access::Session,
        handler: || get(handlers::account::show_password).post(handlers::account::change_password),
    },
    Route {
        path: path_of(PortalPage::Account),
        methods: &["GET"],
        access: Access::Session,
        handler: || get(handlers::account::show),
    },
    Route {
        path: path_of(PortalPage::Activity),
        methods: &["GET"],
        access: Access::Session,
        handler: || get(handlers::account::activity),
    },
    Route {
        path: "/account/sessions",
        methods: &["POST"],
        access: Access::Session,
        handler: || post(handlers::account::end_session),
    },
    Route {
        path: path_of(PortalPage::NotMe),
        methods: &["GET", "POST"],
        access: Access::Session,
        handler: || get(handlers::account::ask_stranger).post(handlers::account::report_stranger),
    },
    Route {
        path: path_of(PortalPage::AuthenticatorApp),
        methods: &["GET", "POST"],
        access: Access::Session,
        handler: || get(handlers::account::show_app).post(handlers::account::confirm_app),
    },
    Route {
        path: "/account/app/remove",
        methods: &["POST"],
        access: Access::Session,
        handler: || post(handlers::account::remove_app),
    },
    Route {
        path: path_of(PortalPage::Passkeys),
        methods: &["GET", "POST"],
        access: Access::Session,
        handler: || get(handlers::account::show_passkeys).post(handlers::account::add_passkey),
    },
    Route {
        path: "/account/passkeys/remove",
        methods: &["POST"],
        access: Access::Session,
        handler: || post(handlers::account::remove_passkey),
    },
    Route {
        path: path_of(PortalPage::RecoveryCodes),
        methods: &["GET", "POST"],
        access: Access::Session,
        handler: || get(handlers::account::offer_codes).post(handlers::account::renew_codes),
    },
    Route { path: METADATA, methods: &["GET"], access: Access::Anyone, handler: || get(handlers::metadata) },
    Route {
        path: "/assets/{file}",
        methods: &["GET"],
        access: Access::Anyone,
        handler: || get(handlers::asset),
    },
    Route { path: "/healthz", methods: &["GET"], access: Access::Anyone, handler: || get(handlers::health) },
    Route {
        path: "/readyz",
        methods: &["GET"],
        access: Access::Anyone,
        handler: || get(handlers::readiness),
    },
];

fn passive() -> MethodRouter<Arc<App>> {
    get(handlers::passive).post(handlers::passive_posted)
}

fn exchange() -> MethodRouter<Arc<App>> {
    get(handlers::metadata_exchange).post(handlers::metadata_exchange)
}

/// The server's router: every address of [`ROUTES`], behind the limits.
pub fn router(app: Arc<App>) -> Router {
    let routes =
        ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()));
    let routes = routes.fallback(handlers::other_address).method_not_allowed_fallback(handlers::other_method);
    limits::around(routes, &app).with_state(app)
}
