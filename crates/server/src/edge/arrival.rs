use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use authn::{DeviceSecret, SessionSecret};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use axum::http::request::Parts;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::{Organisation, Reference, SourceNetwork};
use policy::{ClientKind, Endpoint, Mechanism};
use sts::{StsError, Visit};

use super::client_address::client_address;
use super::host::host;
use super::{Binding, CookieName, may_be_ours, random_reference};
use crate::app::App;
use crate::stop::Stop;
use crate::views::Face;
use crate::{Language, stage};

/// What a browser calls itself is kept to this many bytes.
const USER_AGENT_LIMIT: usize = 256;

/// A request as the edge saw it, before anybody looked at what it asks for.
pub(crate) struct Arrival {
    pub(crate) organisation: Arc<Organisation>,
    pub(crate) face: Arc<Face>,
    pub(crate) reference: Reference,
    pub(crate) now: DateTime<Utc>,
    /// The browser's favourite among our languages.
    pub(crate) language: Language,
    /// The browser's binding, before anybody is signed in (S21).
    pub(crate) binding: Option<Binding>,
    /// The sealed trail of recent tokens.
    pub(crate) trail: Option<String>,
    /// What the browser is known again by; a fresh one for a browser that may get it with a sign-in.
    pub(crate) device: Option<DeviceSecret>,
    /// The second factor that was used last in this browser.
    pub(crate) method: Option<Mechanism>,
    /// Whether no header says that another site sent this (S21).
    pub(crate) may_be_ours: bool,
    /// The address that the policy sees; a page shows it to whom a rule about places refused.
    pub(crate) address: IpAddr,
    /// Where the sign-in began whose form this is, once the form was opened.
    pub(crate) began_from: Option<IpAddr>,
    user_agent: String,
    client: ClientKind,
    secret: Option<SessionSecret>,
}

impl Arrival {
    /// Reads what a request brings beside what it asks for.
    pub(crate) fn read(app: &App, parts: &Parts) -> Result<Self, Stop> {
        let headers = &parts.headers;
        let organisation =
            app.sts().organisation_for_host(host(&parts.uri, headers)).ok_or(Stop::ORGANISATION_UNKNOWN)?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or(Stop::FAILED)?.ip();
        let address = client_address(peer, headers, &app.edge().trusted_proxies).map_err(|error| {
            tracing::warn!(%peer, %error, "the client's address is unclear");
            Stop::CLIENT_ADDRESS_UNCLEAR
        })?;
        let face = app.faces().of(Some(&organisation));
        let cookie = |name| app.edge().cookies.find(headers, name);
        let user_agent = user_agent(headers);
        let secret = cookie(CookieName::Session).and_then(SessionSecret::parse);
        let device = match cookie(CookieName::Device).and_then(DeviceSecret::parse) {
            // Nobody signs in who has a session, most of the time.
            None if secret.is_none() => Some(DeviceSecret::random().map_err(|_| Stop::FAILED)?),
            known => known,
        };
        let library = headers.get("x-client-sku").and_then(|name| name.to_str().ok());
        Ok(Self {
            may_be_ours: may_be_ours(headers, &face.origin),
            face,
            organisation,
            reference: random_reference()?,
            now: app.sts().clock().now(),
            language: preferred_language(headers),
            binding: cookie(CookieName::Browser).and_then(Binding::parse),
            trail: cookie(CookieName::Trail).map(str::to_owned),
            method: cookie(CookieName::Method).and_then(Mechanism::from_name),
            address,
            began_from: None,
            client: ClientKind::of(&user_agent, library),
            user_agent,
            secret,
            device,
        })
    }

    /// Whether the browser sent a session's cookie, live or not.
    pub(crate) const fn has_session_cookie(&self) -> bool {
        self.secret.is_some()
    }

    /// The visit of somebody whose session, if any, does not count here.
    pub(crate) fn visit_without_session(&self, correlation: Option<String>) -> Visit {
        self.visit_to(Endpoint::Passive, correlation)
    }

    /// The visit of a client that has no session.
    pub(crate) fn visit_to(&self, endpoint: Endpoint, correlation: Option<String>) -> Visit {
        Visit {
            organisation: self.organisation.id,
            reference: self.reference,
            address: self.address,
            device: self.device.as_ref().filter(|_| !endpoint.is_active()).map(DeviceSecret::hash),
            user_agent: self.user_agent.clone(),
            client: self.client,
            endpoint,
            correlation,
            now: self.now,
            network_changed: self
                .began_from
                .is_some_and(|address| SourceNetwork::from(address) != self.address.into()),
            session: None,
        }
    }

    /// The visit, with the session of the cookie when it is a live one of this organisation.
    pub(crate) async fn visit(&self, app: &App, correlation: Option<String>) -> Result<Visit, Stop> {
        let mut visit = self.visit_without_session(correlation);
        if let Some(secret) = &self.secret {
            let found = app.sts().sessions().find(secret, self.organisation.id, self.now).await;
            visit.session = found.map_err(StsError::from)?;
        }
        Ok(visit)
    }
}

impl FromRequestParts<Arc<App>> for Arrival {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        Self::read(app, parts).map_err(|stop| stage::stopped_early(app, Some(parts), &stop))
    }
}

/// The browser's favourite among our languages.
pub(crate) fn preferred_language(headers: &HeaderMap) -> Language {
    Language::of_browser(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

fn user_agent(headers: &HeaderMap) -> String {
    let name = headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let name = name.as_deref().unwrap_or_default();
    name.get(..name.floor_char_boundary(USER_AGENT_LIMIT)).unwrap_or_default().to_owned()
}
