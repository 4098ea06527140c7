//! Where outcomes become pages: one method per page, for the visitor at hand.

mod enrolment;
mod new_password;
mod second_factor;

use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Upn;
use sts::{
    Answer, Challenge, Destination, Entrance, Failure, HalfWay, LoopCause, NewSession, SignIn, SignedOut,
};
use url::Url;

use crate::Language;
use crate::app::App;
use crate::assets::{PASSKEY_SCRIPT, SIGN_IN_SCRIPT, SIGNED_OUT_SCRIPT};
use crate::edge::{
    Arrival, Binding, Ceremony, CookieName, Recipient, SealedRequest, Trail, host, preferred_language,
    random_reference, random_text,
};
use crate::page::{Reach, page, rendered, see_other};
use crate::routes::path_of;
use crate::stop::Stop;
use crate::views::{
    ContinuePage, Evidence, HomePage, Notice, PostBack, SignInPage, SignedOutPage, StoppedPage, purpose,
};

/// A sign-in at Microsoft 365 that starts here, without a request (WSF-14).
const MICROSOFT_365: &str = "/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline";

/// How long a browser is known again, in seconds from the last sign-in: as long as browsers keep any cookie.
const DEVICE_COOKIE: u64 = 400 * 24 * 60 * 60;

const SIGN_OUT: &str = "/adfs/ls/?wa=wsignout1.0";

/// One visitor, in front of whom pages are put.
pub(crate) struct Stage<'a> {
    pub(crate) app: &'a App,
    pub(crate) arrival: &'a Arrival,
    language: Language,
    correlation: Option<&'a str>,
}

impl<'a> Stage<'a> {
    /// The stage for a visitor who asked for languages, or else for what the browser prefers.
    pub(crate) fn new(
        app: &'a App,
        arrival: &'a Arrival,
        languages: &[String],
        correlation: Option<&'a str>,
    ) -> Self {
        let language = Language::asked(languages).unwrap_or(arrival.language);
        Self { app, arrival, language, correlation }
    }

    /// The recent tokens of this browser; a trail that is not ours, or another organisation's, is none.
    pub(crate) fn trail(&self) -> Trail {
        let sealed = self.arrival.trail.as_deref().and_then(|cookie| URL_SAFE_NO_PAD.decode(cookie).ok());
        let opened = sealed.and_then(|sealed| self.app.sealer().unseal(&self.trail_context(), &sealed).ok());
        opened.and_then(|trail| serde_json::from_slice(&trail).ok()).unwrap_or_default()
    }

    /// Puts the page of an outcome in front of the visitor.
    pub(crate) fn answer(&self, outcome: SignIn, destination: &Destination) -> Result<Response, Stop> {
        match outcome {
            SignIn::Issued(answer) => self.post_back(&answer, self.trail()),
            SignIn::Entered(entrance) => Ok(self.enter(&entrance)),
            SignIn::Challenge(challenge) => self.sign_in(&challenge, destination),
            SignIn::SecondFactor(challenge) => self.second_factor(&challenge, destination),
            SignIn::NewPassword(challenge) => self.new_password(&challenge, destination),
            SignIn::Enrolment(challenge) => self.enrolment(*challenge, destination),
            SignIn::Enrolled(enrolled) => self.enrolled(*enrolled, destination),
            SignIn::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Hands a response over to its relying party, and renews what the browser keeps.
    pub(crate) fn post_back(&self, answer: &Answer, trail: Trail) -> Result<Response, Stop> {
        let nonce = random_text()?;
        let frame = self.arrival.face.post_back(self.language);
        let html = frame.fill(&PostBack {
            application: &answer.application,
            reply: answer.reply.as_str(),
            response_html: &answer.response_html,
            context: answer.context.as_deref(),
            nonce: &nonce,
        });
        let mut response = page(StatusCode::OK, &Reach::PostBack { nonce }, html.ok_or(Stop::FAILED)?);

        let limits = self.app.edge().loop_limits;
        let trail = trail.after_token(&answer.realm, answer.prompted, self.arrival.now, limits);
        self.keep_trail(&mut response, &trail)?;
        if let Some(session) = &answer.new_session {
            self.begin_session(&mut response, session);
        }
        Ok(response)
    }

    /// Goes on to the page of the portal that somebody signed in for.
    fn enter(&self, entrance: &Entrance) -> Response {
        let mut response = see_other(path_of(entrance.page));
        if let Some(session) = &entrance.new_session {
            self.begin_session(&mut response, session);
        }
        response
    }

    fn begin_session(&self, response: &mut Response, session: &NewSession) {
        let lasting = session.persistent.then_some(self.app.edge().persistent_session.as_secs());
        let cookies = self.app.edge().cookies;
        set_cookie(response, cookies.set(CookieName::Session, &session.secret.to_cookie(), lasting));
        if let Some(device) = &self.arrival.device {
            set_cookie(response, cookies.set(CookieName::Device, &device.to_cookie(), Some(DEVICE_COOKIE)));
        }
        // S20: what bound the form to this browser ends with the sign-in that it was for.
        set_cookie(response, cookies.forget(CookieName::Browser));
    }

    /// Asks for name and password.
    pub(crate) fn sign_in(&self, challenge: &Challenge, destination: &Destination) -> Result<Response, Stop> {
        let reference = self.arrival.reference.to_string();
        let notice = challenge.failure.map(|failure| Notice::of_failure(self.language, failure, reference));
        let response = self.sign_in_form(status_of(challenge.failure), challenge, notice, destination)?;
        Ok(with_wait(response, challenge.failure))
    }

    /// Asks again, because the form that was sent is too old or was made for another browser.
    pub(crate) fn sign_in_again(
        &self,
        challenge: &Challenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        self.sign_in_form(StatusCode::BAD_REQUEST, challenge, Some(Notice::stale(self.language)), destination)
    }

    fn sign_in_form(
        &self,
        status: StatusCode,
        challenge: &Challenge,
        notice: Option<Notice>,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let (organisation, origin) = (self.arrival.organisation.id, &self.arrival.face.origin);
        let prompt = self.app.sts().passkey_prompt(organisation, origin, &[], self.arrival.now)?;
        let (passkey_options, ceremony) =
            prompt.map(|prompt| (prompt.options, Ceremony::SignIn(prompt.challenge))).unzip();
        let (state, binding_cookie) = self.seal(destination, None, ceremony.as_ref())?;
        let view = SignInPage {
            face: &self.arrival.face,
            language: self.language,
            purpose: purpose(self.language, challenge, destination),
            notice,
            state: &state,
            username: challenge.username.as_deref().unwrap_or_default(),
            keep: false,
            script: &SIGN_IN_SCRIPT.path,
            passkey_options: passkey_options.as_deref(),
            passkey_script: &PASSKEY_SCRIPT.path,
            proposes_passkeys: challenge.failure != Some(Failure::Passkey),
        };
        let mut response = rendered(status, &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(response)
    }

    /// Says that nothing was issued, and why.
    pub(crate) fn stopped(&self, stop: &Stop) -> Response {
        tracing::info!(
            reference = %self.arrival.reference,
            code = stop.code,
            correlation = self.correlation,
            "a request was stopped"
        );
        let view = self.stopped_page(stop, stop.why(self.language), None);
        with_retry(rendered(stop.status, &Reach::OwnForms, &view), stop)
    }

    /// Diagnoses a loop, and offers to try once more.
    pub(crate) fn loop_stopped(&self, destination: &Destination, cause: LoopCause) -> Result<Response, Stop> {
        let limits = self.app.edge().loop_limits;
        let diagnosis = self.language.text_with_all(
            "loop-why",
            [("count", limits.count.into()), ("window", limits.window.as_secs().into())],
        );
        let (state, binding_cookie) = self.seal(destination, None, None)?;
        let stop = Stop::LOOP;
        let mut view = self.stopped_page(&stop, diagnosis, Some(&state));
        view.advice = self.language.text(match cause {
            LoopCause::SecondFactorNotAsked => "loop-second-factor",
            LoopCause::Other => "loop-causes",
        });
        let mut response = rendered(stop.status, &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(response)
    }

    fn stopped_page<'v>(
        &'v self,
        stop: &'v Stop,
        why: String,
        try_again: Option<&'v str>,
    ) -> StoppedPage<'v> {
        StoppedPage {
            face: &self.arrival.face,
            language: self.language,
            title: stop.title(self.language),
            why,
            advice: stop.advice(self.language),
            evidence: Evidence {
                reference: self.arrival.reference.to_string(),
                at: self.language.instant(self.arrival.now),
                code: stop.code,
                correlation: self.correlation,
                address: stop.is_of_a_rule().then(|| self.arrival.address.to_string()),
            },
            try_again,
        }
    }

    /// Continues a request without cookies as a GET of our own, which carries them.
    pub(crate) fn continue_at(&self, address: &str) -> Response {
        let view = ContinuePage { face: &self.arrival.face, language: self.language, address };
        rendered(StatusCode::OK, &Reach::OwnForms, &view)
    }

    /// Says that the session has ended, and lets the applications end theirs.
    pub(crate) fn signed_out(&self, signed_out: &SignedOut) -> Response {
        let view = SignedOutPage {
            face: &self.arrival.face,
            language: self.language,
            applications: &signed_out.applications,
            next: signed_out.redirect.as_ref().map(model::ReplyAddress::as_str),
            script: &SIGNED_OUT_SCRIPT.path,
        };
        let addresses = signed_out.applications.iter().flat_map(|application| &application.clean_ups);
        let clean_ups = addresses.filter_map(|address| Url::parse(address).ok());
        let mut origins: Vec<_> = clean_ups.map(|address| address.origin().ascii_serialization()).collect();
        origins.dedup();
        let mut response = rendered(StatusCode::OK, &Reach::CleanUp { origins: origins.join(" ") }, &view);
        let cookies = self.app.edge().cookies;
        for cookie in [CookieName::Session, CookieName::Trail] {
            set_cookie(&mut response, cookies.forget(cookie));
        }
        response
    }

    /// The start page.
    pub(crate) fn home(&self, signed_in_as: Option<&Upn>) -> Response {
        let view = HomePage {
            face: &self.arrival.face,
            language: self.language,
            signed_in_as: signed_in_as.map(Upn::as_str),
            microsoft_365: MICROSOFT_365,
            sign_out: SIGN_OUT,
        };
        rendered(StatusCode::OK, &Reach::OwnForms, &view)
    }

    /// The language that pages speak here.
    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// The same answer with the cookie of a session that goes on under another secret.
    pub(crate) fn with_session(&self, mut response: Response, session: &NewSession) -> Response {
        self.begin_session(&mut response, session);
        response
    }

    /// Seals a request for this browser; the cookie is one to set if the browser has none yet.
    fn seal(
        &self,
        destination: &Destination,
        half_way: Option<&HalfWay>,
        ceremony: Option<&Ceremony>,
    ) -> Result<(String, Option<HeaderValue>), Stop> {
        let known = self.arrival.binding.clone();
        let is_new = known.is_none();
        let binding = known.map_or_else(Binding::random, Ok)?;
        let organisation = self.arrival.organisation.id;
        let (sealer, now) = (self.app.sealer(), self.arrival.now);
        let began_from = self.arrival.began_from.unwrap_or(self.arrival.address);
        let recipient = Recipient { binding: &binding, began_from };
        let state =
            SealedRequest::seal(sealer, organisation, &recipient, destination, half_way, ceremony, now)?;
        let cookies = self.app.edge().cookies;
        let cookie = is_new.then(|| cookies.set(CookieName::Browser, binding.as_str(), None)).flatten();
        Ok((state, cookie))
    }

    fn keep_trail(&self, response: &mut Response, trail: &Trail) -> Result<(), Stop> {
        let cookies = self.app.edge().cookies;
        if trail.is_empty() {
            if self.arrival.trail.is_some() {
                set_cookie(response, cookies.forget(CookieName::Trail));
            }
            return Ok(());
        }
        let text = serde_json::to_vec(trail).unwrap_or_default();
        let sealed = URL_SAFE_NO_PAD.encode(self.app.sealer().seal(&self.trail_context(), &text)?);
        let seconds = self.app.edge().loop_limits.window.as_secs().max(1);
        set_cookie(response, cookies.set(CookieName::Trail, &sealed, Some(seconds)));
        Ok(())
    }

    fn trail_context(&self) -> String {
        format!("sign-in trail of {}", self.arrival.organisation.id)
    }
}

/// The page for a request that did not get as far as a stage: nobody's, from nobody knows where, or one that went
/// wrong (then without what it asked).
pub(crate) fn stopped_early(app: &App, asked: Option<&Parts>, stop: &Stop) -> Response {
    // Whoever asks for a host that is none of ours is told nothing of who is here.
    let asked_host = asked.and_then(|parts| host(&parts.uri, &parts.headers));
    let known_host = asked_host.filter(|host| app.answers_at(Some(host)));
    let organisation = known_host.and_then(|host| app.sts().organisation_for_host(Some(host)));
    let language = asked.map_or(Language::English, |parts| preferred_language(&parts.headers));
    let reference = random_reference().map(|reference| reference.to_string()).unwrap_or_default();
    tracing::info!(reference, code = stop.code, "a request was stopped at the edge");
    let view = StoppedPage {
        face: &app.faces().of(organisation.as_ref()),
        language,
        title: stop.title(language),
        why: stop.why(language),
        advice: stop.advice(language),
        evidence: Evidence {
            reference,
            at: language.instant(app.sts().clock().now()),
            code: stop.code,
            correlation: None,
            address: None,
        },
        try_again: None,
    };
    with_retry(rendered(stop.status, &Reach::OwnForms, &view), stop)
}

const fn status_of(failure: Option<Failure>) -> StatusCode {
    match failure {
        None => StatusCode::OK,
        Some(Failure::Credentials | Failure::Passkey) => StatusCode::FORBIDDEN,
        Some(Failure::Late) => StatusCode::BAD_REQUEST,
        Some(Failure::Unsent) => StatusCode::SERVICE_UNAVAILABLE,
        Some(Failure::Wait { .. }) => StatusCode::TOO_MANY_REQUESTS,
    }
}

fn with_wait(mut response: Response, failure: Option<Failure>) -> Response {
    if let Some(Failure::Wait { seconds }) = failure {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn with_retry(mut response: Response, stop: &Stop) -> Response {
    if let Some(wait) = stop.retry_after {
        response.headers_mut().insert(RETRY_AFTER, wait.as_secs().max(1).into());
    }
    response
}

fn set_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
