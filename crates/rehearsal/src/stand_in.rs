use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::context::{self, Pending};
use crate::examination::Examiner;
use crate::names::{MULTIPLE, PASSWORD};
use crate::posted_form::PostedForm;
use crate::recent::Recent;
use crate::{Pretence, Report, Settings};

/// How many sign-ins can be under way; the oldest is forgotten first.
const PENDING: usize = 10_000;

/// How long a sign-in may take.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// How many accepted assertions are remembered against replay; the oldest is forgotten first.
const SEEN: usize = 100_000;

/// The longest extra context that a sign-in may carry, in bytes.
pub(crate) const EXTRA_LIMIT: usize = 16 * 1024;

/// Entra ID as far as a federated sign-in meets it: it sends people away and examines what they come back with.
pub struct StandIn {
    settings: Settings,
    /// Where answers are posted to; the identity provider has to know it as a reply address.
    reply_address: String,
    pending: Mutex<Recent<Pending>>,
    seen: Mutex<Recent<()>>,
}

/// The stand-in would be reachable from elsewhere.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the stand-in answers on this machine only, not on {0}")]
pub struct NotLoopback(SocketAddr);

/// How somebody wants to sign in.
#[derive(Clone, Debug, Default)]
pub struct Departure {
    /// The UPN that was typed, or the domain of a SmartLink after the `@` alone.
    pub domain: String,
    /// The UPN, when it is known.
    pub username: Option<String>,
    /// Whether an authentication of this moment is demanded.
    pub fresh: bool,
    /// Whether a second factor is demanded.
    pub multifactor: bool,
    /// Where the browser pretends to come from, when that has to be said.
    pub come_from: Option<Pretence>,
    /// More to carry in the context, to see whether it survives.
    pub extra: String,
    /// Where the person wants to go.
    pub target: Option<String>,
}

/// Why a sign-in does not start.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DepartureError {
    /// The domain is not federated.
    #[error("no federated domain of that name is known here")]
    NotFederated,
    /// The extra context is longer than 16 KiB.
    #[error("the extra context is too long")]
    TooLong,
    /// Where the browser is to come from is no address.
    #[error("that is no address")]
    NoAddress,
    /// The operating system's generator failed.
    #[error("the random generator failed")]
    NoRandomness,
}

impl StandIn {
    /// A stand-in at this address that has seen nothing yet. It believes whoever asks, so that nobody but this
    /// machine may reach it (S82).
    pub fn new(settings: Settings, address: SocketAddr) -> Result<Self, NotLoopback> {
        if !address.ip().is_loopback() {
            return Err(NotLoopback(address));
        }
        Ok(Self {
            settings,
            reply_address: format!("http://{address}/login.srf"),
            pending: Mutex::new(Recent::new(PENDING)),
            seen: Mutex::new(Recent::new(SEEN)),
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The address that the browser is sent to, with the parameters that Entra sends (protocol.md §1.1).
    pub fn depart(&self, departure: &Departure) -> Result<String, DepartureError> {
        let registrations = self.settings.tenant.registrations();
        let home = registrations.home_of(&departure.domain).ok_or(DepartureError::NotFederated)?;
        let multifactor = departure.multifactor || home.sends_for_second_factor();
        if departure.extra.len() > EXTRA_LIMIT {
            return Err(DepartureError::TooLong);
        }
        let mut state = [0; 32];
        rand::fill(&mut state).map_err(|_| DepartureError::NoRandomness)?;
        let state = BASE64_URL_SAFE_NO_PAD.encode(state);

        let context = context::compose(&state, &departure.extra);
        let pending = Pending {
            context: context.clone(),
            multifactor,
            came_from: departure.come_from.and_then(Pretence::address),
            target: departure.target.clone(),
        };
        let until = self.settings.clock.now() + PATIENCE;
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).remember(state, pending, until);

        let mut query = Serializer::new(String::new());
        query.append_pair("client-request-id", &Uuid::new_v4().to_string());
        query.append_pair("username", departure.username.as_deref().unwrap_or_default());
        query.append_pair("wa", "wsignin1.0");
        query.append_pair("wtrealm", self.settings.realm.as_str());
        query.append_pair("wctx", &context);
        query.append_pair("wreply", &self.reply_address);
        if departure.fresh {
            query.append_pair("wfresh", "0");
        }
        // What Entra makes of `prompt=login` by default, unless a second factor is what is wanted.
        match (multifactor, departure.fresh) {
            (true, _) => drop(query.append_pair("wauth", MULTIPLE)),
            (false, true) => drop(query.append_pair("wauth", PASSWORD)),
            (false, false) => {}
        }
        query.append_pair("cbcxt", "");
        let query = query.finish();
        Ok(match (&self.settings.come_from, departure.come_from) {
            (Some(come_from), Some(pretence)) => come_from.by_way_of(pretence, &query),
            _ => self.at_identity_provider(&query),
        })
    }

    /// The address at which the identity provider ends the session and sends the browser back.
    pub fn sign_out_address(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("wa", "wsignout1.0");
        query.append_pair("wtrealm", self.settings.realm.as_str());
        query.append_pair("wreply", &self.reply_address);
        self.at_identity_provider(&query.finish())
    }

    /// Examines the form that somebody came back with.
    pub fn examine(&self, body: &[u8]) -> Report {
        let now = self.settings.clock.now();
        let registrations = self.settings.tenant.registrations();
        let examiner = Examiner { registrations: &registrations, realm: &self.settings.realm, now };
        let recall =
            |state: &str| self.pending.lock().unwrap_or_else(PoisonError::into_inner).recall(state, now);
        let remember = |id: &str, until| self.remember(id, until);
        examiner.examine(&PostedForm::read(body), recall, remember)
    }

    /// Examines the assertion that a native client hands in for a token (protocol.md §4.2).
    pub fn examine_bearer(&self, assertion: &str) -> Report {
        let registrations = self.settings.tenant.registrations();
        let realm = &self.settings.realm;
        let examiner = Examiner { registrations: &registrations, realm, now: self.settings.clock.now() };
        examiner.examine_bearer(assertion, |id, until| self.remember(id, until))
    }

    /// Notes an assertion until its end, and says whether it is new: one that came by either way is seen by both.
    fn remember(&self, id: &str, until: DateTime<Utc>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.remember(id.to_owned(), (), until)
    }

    /// The address at which somebody signs in who came without a sign-in of ours: realm discovery's `AuthURL`.
    pub(crate) fn sign_in_address(&self, username: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("username", username);
        query.append_pair("wa", "wsignin1.0");
        query.append_pair("wtrealm", self.settings.realm.as_str());
        query.append_pair("wctx", "");
        self.at_identity_provider(&query.finish())
    }

    fn at_identity_provider(&self, query: &str) -> String {
        let address = &self.settings.passive_url;
        let separator = if address.contains('?') { '&' } else { '?' };
        format!("{address}{separator}{query}")
    }
}
