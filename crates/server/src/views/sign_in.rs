use askama::Template;
use sts::{Challenge, ChallengeReason, Destination, Failure};

use super::Face;
use crate::Language;

/// Asks for name and password in one form, which works without script.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    /// "to continue to Microsoft 365".
    pub(crate) purpose: String,
    pub(crate) notice: Option<Notice>,
    /// The request being answered, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    pub(crate) keep: bool,
    pub(crate) script: &'a str,
    /// What the browser is given to ask for a passkey, as JSON; none where none works.
    pub(crate) passkey_options: Option<&'a str>,
    pub(crate) passkey_script: &'a str,
    /// Whether the browser proposes passkeys by itself. After a refusal the person reads first.
    pub(crate) proposes_passkeys: bool,
}

impl SignInPage<'_> {
    fn is_wrong(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.bad)
    }
}

/// What happened to the last try.
pub(crate) struct Notice {
    /// Whether what was typed was wrong.
    pub(crate) bad: bool,
    pub(crate) what: String,
    pub(crate) next: String,
    /// What an admin can explain the try by (S97).
    pub(crate) reference: Option<String>,
}

impl Notice {
    /// The words for a failed try: the same for unknown, wrong and disabled (S30).
    pub(crate) fn of_failure(language: Language, failure: Failure, reference: String) -> Self {
        let reference = Some(reference);
        match failure {
            Failure::Credentials => Self {
                bad: true,
                what: language.text("wrong-credentials"),
                next: language.text("wrong-credentials-next"),
                reference,
            },
            Failure::Passkey => Self {
                bad: true,
                what: language.text("passkey-wrong"),
                next: language.text("passkey-wrong-next"),
                reference,
            },
            Failure::Late => Self::stale(language),
            Failure::Unsent => Self {
                bad: true,
                what: language.text("mail-code-unsent"),
                next: language.text("mail-code-unsent-next"),
                reference,
            },
            Failure::Wait { seconds } => Self {
                bad: false,
                what: language.text("wait"),
                next: language.text_with_number("wait-next", "seconds", seconds),
                reference,
            },
        }
    }

    /// The words for a code that was not accepted: the same for one that is wrong and one that was used before.
    pub(crate) fn of_code(language: Language, failure: Failure, reference: String) -> Self {
        match failure {
            Failure::Credentials => Self {
                bad: true,
                what: language.text("code-wrong"),
                next: language.text("code-wrong-next"),
                reference: Some(reference),
            },
            other => Self::of_failure(language, other, reference),
        }
    }

    /// The same for a code that came by mail.
    pub(crate) fn of_mail_code(language: Language, failure: Failure, reference: String) -> Self {
        match failure {
            Failure::Credentials => Self {
                next: language.text("mail-code-wrong-next"),
                ..Self::of_code(language, failure, reference)
            },
            other => Self::of_failure(language, other, reference),
        }
    }

    /// The words for a form that was sent too late, or after somebody else signed in in this browser.
    pub(crate) fn stale(language: Language) -> Self {
        Self { bad: false, what: language.text("stale"), next: language.text("stale-next"), reference: None }
    }
}

/// Why the person is asked.
pub(crate) fn purpose(language: Language, challenge: &Challenge, destination: &Destination) -> String {
    match (destination, challenge.reason) {
        (Destination::RelyingParty(_), ChallengeReason::SignIn) => {
            language.text_with("sign-in-to", "application", &challenge.application)
        }
        (Destination::RelyingParty(_), ChallengeReason::Fresh) => {
            language.text_with("sign-in-again-to", "application", &challenge.application)
        }
        (Destination::Portal(_), ChallengeReason::SignIn) => language.text("sign-in-to-account"),
        (Destination::Portal(_), ChallengeReason::Fresh) => language.text("sign-in-again-to-account"),
    }
}
