use askama::Template;
use sts::RecoveryCodes;
use zeroize::Zeroizing;

use super::account::in_groups;
use super::{Face, QrCode};
use crate::Language;

/// Sets up an authenticator app during a sign-in, in one form that works without script.
#[derive(Template)]
#[template(path = "enrol.html")]
pub(crate) struct EnrolPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    /// The request being answered and who is half-way, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    pub(crate) picture: QrCode,
    /// The address that opens an app on this device.
    pub(crate) uri: Zeroizing<String>,
    pub(crate) secret: Zeroizing<String>,
    /// How many days it may be put off; none: it is done now.
    pub(crate) days_left: Option<u64>,
    /// Whether the last code was none of this moment.
    pub(crate) is_wrong: bool,
}

impl EnrolPage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }

    fn groups(&self) -> Zeroizing<String> {
        in_groups(&self.secret)
    }

    fn why(&self) -> String {
        self.language.text_with("enrol-why", "organisation", &self.face.name)
    }

    /// "Not now: 3 days left".
    fn later(&self) -> Option<String> {
        self.days_left.map(|days| self.language.text_with_number("enrol-later", "days", days))
    }
}

/// Shows recovery codes, this once, before the sign-in goes on.
#[derive(Template)]
#[template(path = "enrolled.html")]
pub(crate) struct EnrolledPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    /// The request being answered and who goes on, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    pub(crate) codes: Option<RecoveryCodes>,
}
