use askama::Template;
use sts::Mailbox;

use super::{Face, Notice};
use crate::Language;

/// Offers to send a code by mail, or asks for the one that was sent, in one form that works without script.
#[derive(Template)]
#[template(path = "mail_code.html")]
pub(crate) struct MailCodePage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) notice: Option<Notice>,
    /// The request being answered and who is half-way, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    pub(crate) mailbox: &'a Mailbox,
    /// Whether there is another way to go on.
    pub(crate) has_others: bool,
}

impl MailCodePage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }

    fn title(&self) -> String {
        self.language.text(if self.mailbox.is_code_under_way { "code-title" } else { "mail-code-title" })
    }

    fn is_wrong(&self) -> bool {
        self.mailbox.is_code_under_way && self.notice.as_ref().is_some_and(|notice| notice.bad)
    }
}
