//! Why a request gets a page instead of what it asked for, and the one place where that page is worded.

use std::time::Duration;

use axum::http::StatusCode;
use policy::Denial;
use storage::SealError;
use sts::{Refusal, RefusalCode, StsError};
use wsfed::RequestError;

use crate::Language;

/// An end without a token: a status, a stable code and the words that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) status: StatusCode,
    /// The stable code of page, log and documentation.
    pub(crate) code: &'static str,
    /// The application's name, when it is a known one.
    pub(crate) application: Option<String>,
    /// What the organisation says to whom one of its rules refuses.
    pub(crate) message: Option<String>,
    /// Whether the browser may come back, and when.
    pub(crate) retry_after: Option<Duration>,
}

impl Stop {
    pub(crate) const FORM_BROKEN: Self = Self::new(StatusCode::BAD_REQUEST, "form_broken");
    pub(crate) const ORIGIN_FOREIGN: Self = Self::new(StatusCode::FORBIDDEN, "origin_foreign");
    pub(crate) const CLIENT_ADDRESS_UNCLEAR: Self =
        Self::new(StatusCode::BAD_REQUEST, "client_address_unclear");
    pub(crate) const ORGANISATION_UNKNOWN: Self = Self::new(StatusCode::NOT_FOUND, "organisation_unknown");
    pub(crate) const HOST_UNKNOWN: Self = Self::new(StatusCode::MISDIRECTED_REQUEST, "host_unknown");
    pub(crate) const BODY_UNREADABLE: Self = Self::new(StatusCode::BAD_REQUEST, "body_unreadable");
    pub(crate) const PAGE_NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "page_not_found");
    pub(crate) const METHOD_NOT_ALLOWED: Self =
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    pub(crate) const FAILED: Self = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed");
    pub(crate) const UNAVAILABLE: Self = Self::new(StatusCode::SERVICE_UNAVAILABLE, "failed");
    pub(crate) const BUSY: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "busy",
        application: None,
        message: None,
        retry_after: Some(Duration::from_secs(1)),
    };

    /// A browser came back too often without being asked for anything.
    pub(crate) const LOOP: Self = Self::new(StatusCode::TOO_MANY_REQUESTS, RefusalCode::Loop.as_str());

    const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, application: None, message: None, retry_after: None }
    }

    /// The heading.
    pub(crate) fn title(&self, language: Language) -> String {
        if self.has_words_of_its_own() {
            return language.text(&self.key());
        }
        if *self == Self::LOOP {
            return language.text("loop");
        }
        if self.is_of_a_rule() {
            return language.text("denied-from-here");
        }
        match &self.application {
            Some(application) if self.status == StatusCode::FORBIDDEN => {
                language.text_with("denied", "application", application)
            }
            None if self.status == StatusCode::FORBIDDEN => language.text("denied-anywhere"),
            _ => language.text("stopped"),
        }
    }

    /// One sentence: whose doing it is, and that we stopped.
    pub(crate) fn why(&self, language: Language) -> String {
        if self.has_words_of_its_own() {
            return language.text(&format!("{}-why", self.key()));
        }
        if let Some(message) = &self.message {
            return message.clone();
        }
        language.text(&format!("refusal-{}", self.key()))
    }

    /// What the person can do.
    pub(crate) fn advice(&self, language: Language) -> String {
        let key = match self.status {
            _ if self.code == Self::FORM_BROKEN.code => "advice-start",
            _ if self.is_of_a_rule() => "advice-rule",
            StatusCode::FORBIDDEN => "advice-access",
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "advice-start",
            status if status.is_server_error() => "advice-later",
            _ => "advice-application",
        };
        language.text(key)
    }

    /// Whether a rule of the organisation refuses: then it matters where somebody is.
    pub(crate) fn is_of_a_rule(&self) -> bool {
        self.code == RULE
    }

    /// Pages that are about themselves, not about a refused request.
    fn has_words_of_its_own(&self) -> bool {
        ["page_not_found", "method_not_allowed", "busy", "failed"].contains(&self.code)
    }

    fn key(&self) -> String {
        self.code.replace('_', "-")
    }
}

/// The code of [`Denial::Rule`].
const RULE: &str = "rule";

impl From<RequestError> for Stop {
    fn from(error: RequestError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code())
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self {
            application: refusal.application,
            message: refusal.message,
            ..Self::new(status(refusal.code), refusal.code.as_str())
        }
    }
}

impl From<StsError> for Stop {
    /// The reason of a failure is for the log; the page keeps it to itself.
    fn from(error: StsError) -> Self {
        match error {
            StsError::Busy { retry_after } => Self { retry_after: Some(retry_after), ..Self::BUSY },
            StsError::Unavailable(reason) => {
                tracing::error!(reason, "a request could not be answered");
                Self::UNAVAILABLE
            }
        }
    }
}

impl From<SealError> for Stop {
    fn from(error: SealError) -> Self {
        tracing::error!(%error, "a form could not be sealed");
        Self::UNAVAILABLE
    }
}

/// What the request got wrong is a 400, what the person may not do a 403.
const fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::RealmUnknown
        | RefusalCode::ReplyAddressNotRegistered
        | RefusalCode::MethodUnavailable
        | RefusalCode::Policy(Denial::ApplicationDisabled) => StatusCode::BAD_REQUEST,
        RefusalCode::Loop => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::FORBIDDEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_refusals() -> Vec<RefusalCode> {
        let denials = [
            Denial::ApplicationDisabled,
            Denial::UserDisabled,
            Denial::NotGranted,
            Denial::SecondFactorNotEnrolled(policy::Mechanisms::NONE),
            Denial::ForeignUser,
            Denial::BreakGlass,
        ];
        let mut codes = vec![
            RefusalCode::RealmUnknown,
            RefusalCode::ReplyAddressNotRegistered,
            RefusalCode::MethodUnavailable,
            RefusalCode::ImmutableIdMissing,
            RefusalCode::DomainNotRegistered,
            RefusalCode::ScriptFailed,
            RefusalCode::ScriptRefused,
            RefusalCode::ClaimUnwritable,
            RefusalCode::Loop,
        ];
        codes.extend(denials.map(RefusalCode::Policy));
        codes
    }

    fn all_request_errors() -> [RequestError; 11] {
        [
            RequestError::RequestTooLong,
            RequestError::ParameterTooLong("wa"),
            RequestError::ParameterRepeated("wa"),
            RequestError::ParameterNameEscaped("wa"),
            RequestError::ParameterNotUtf8("wa"),
            RequestError::ParameterHostile("wa"),
            RequestError::ActionMissing,
            RequestError::ActionUnknown,
            RequestError::RealmMissing,
            RequestError::RealmMalformed,
            RequestError::MethodUnknown,
        ]
    }

    #[test]
    fn every_end_has_its_words_in_every_language() {
        let refusals = all_refusals().into_iter().map(|code| Refusal {
            code,
            application: Some("Wiki".into()),
            message: None,
        });
        let mut stops: Vec<Stop> = refusals.map(Stop::from).collect();
        stops.extend(all_request_errors().map(Stop::from));
        stops.extend([
            Stop::FORM_BROKEN,
            Stop::ORIGIN_FOREIGN,
            Stop::CLIENT_ADDRESS_UNCLEAR,
            Stop::ORGANISATION_UNKNOWN,
            Stop::HOST_UNKNOWN,
            Stop::BODY_UNREADABLE,
            Stop::PAGE_NOT_FOUND,
            Stop::METHOD_NOT_ALLOWED,
            Stop::FAILED,
            Stop::BUSY,
        ]);
        for stop in stops {
            for language in Language::ALL {
                for text in [stop.title(language), stop.why(language), stop.advice(language)] {
                    assert!(!text.contains("Unknown localization"), "{} in {language:?}: {text}", stop.code);
                }
            }
        }
    }

    #[test]
    fn a_refused_request_is_the_clients_fault_and_a_failure_ours() {
        for code in all_refusals() {
            assert!(
                Stop::from(Refusal { code, application: None, message: None }).status.is_client_error(),
                "{code:?}"
            );
        }
        let failure = Stop::from(StsError::Unavailable("disk full".into()));
        assert_eq!(failure.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!failure.why(Language::English).contains("disk full"));
    }
}
