use askama::Template;

use super::{Face, Notice};
use crate::Language;

/// Asks for a passkey of somebody whose first factor was right. Without script it says so, and leads elsewhere.
#[derive(Template)]
#[template(path = "passkey.html")]
pub(crate) struct PasskeyPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) notice: Option<Notice>,
    /// The request being answered, who is half-way and the challenge, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    /// What the browser is given, as JSON.
    pub(crate) options: &'a str,
    pub(crate) script: &'a str,
}

impl PasskeyPage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }

    /// Whether the browser asks by itself. After a refusal the person reads first.
    fn asks_at_once(&self) -> bool {
        self.notice.is_none()
    }
}
