use askama::Template;
use sts::{NewPasswordFailure, NewPasswordReason};

use super::{Face, Notice, Who};
use crate::Language;

/// Asks for a new password of somebody who proved everything, in one form that works without script.
#[derive(Template)]
#[template(path = "new_password.html")]
pub(crate) struct NewPasswordPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) notice: Option<Notice>,
    /// The request being answered and who is half-way, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    pub(crate) reason: NewPasswordReason,
    /// The fewest characters.
    pub(crate) minimum: u64,
}

impl NewPasswordPage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }

    fn why(&self) -> String {
        match self.reason {
            NewPasswordReason::Demanded => self.language.text("new-password-demanded"),
            NewPasswordReason::Expired => {
                self.language.text_with("new-password-expired", "organisation", &self.face.name)
            }
        }
    }
}

/// Asks for a new password of somebody who looks after their own account.
#[derive(Template)]
#[template(path = "own_password.html")]
pub(crate) struct OwnPasswordPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    /// What the button does, sealed.
    pub(crate) act: String,
    pub(crate) notice: Option<Notice>,
    /// The fewest characters.
    pub(crate) minimum: u64,
}

impl Notice {
    /// The words for a new password that was not taken.
    pub(crate) fn of_new_password(
        language: Language,
        failure: NewPasswordFailure,
        minimum: u64,
        reference: String,
    ) -> Self {
        let key = match failure {
            NewPasswordFailure::Differ => "new-password-differ",
            NewPasswordFailure::TooShort => "new-password-short",
            NewPasswordFailure::TooLong => "new-password-long",
            NewPasswordFailure::HoldsKnownWord => "new-password-known",
            NewPasswordFailure::Breached => "new-password-breached",
            NewPasswordFailure::UsedBefore => "new-password-before",
            NewPasswordFailure::CannotBeChecked => "new-password-unchecked",
        };
        let is_ours = failure == NewPasswordFailure::CannotBeChecked;
        Self {
            bad: true,
            what: language.text(key),
            next: language.text_with_number(&format!("{key}-next"), "minimum", minimum),
            reference: is_ours.then_some(reference),
        }
    }
}
