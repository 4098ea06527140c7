use askama::Template;
use policy::{Mechanism, Mechanisms};

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
    /// What will do, and the person has.
    pub(crate) offered: Mechanisms,
    /// What the person chose, or used last.
    pub(crate) wanted: Mechanism,
}

impl CodePage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }

    fn title(&self) -> String {
        self.language.text(if self.has_app() { "code-title" } else { "recovery-title" })
    }

    fn has_app(&self) -> bool {
        self.offered.has(Mechanism::Totp)
    }

    fn has_recovery(&self) -> bool {
        self.offered.has(Mechanism::RecoveryCode)
    }

    fn wants_recovery(&self) -> bool {
        self.wanted == Mechanism::RecoveryCode || !self.has_app()
    }

    /// Whether there is anything that this page does not ask for.
    fn has_others(&self) -> bool {
        self.offered.iter().any(|kind| !matches!(kind, Mechanism::Totp | Mechanism::RecoveryCode))
    }

    fn is_wrong(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.bad)
    }
}
