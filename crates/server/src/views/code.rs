use askama::Template;

use super::{Face, Notice};
use crate::Language;

/// Asks for a code of somebody whose password was right, in one form that works without script.
#[derive(Template)]
#[template(path = "code.html")]
pub(crate) struct CodePage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) notice: Option<Notice>,
    /// The request being answered and who is half-way, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
}

impl CodePage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }

    fn is_wrong(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.bad)
    }
}
