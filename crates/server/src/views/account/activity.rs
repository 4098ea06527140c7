use askama::Template;
use sts::{Activity, Happening, What};

use super::Who;
use crate::Language;
use crate::views::Face;

/// All that happened with an account, a page at a time.
#[derive(Template)]
#[template(path = "activity.html")]
pub(crate) struct ActivityPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    pub(crate) happenings: Vec<HappeningLine>,
    /// The page of what came later.
    pub(crate) newer: Option<u32>,
    /// The page of what came before.
    pub(crate) older: Option<u32>,
}

/// Something that happened, as a row.
pub(crate) struct HappeningLine {
    pub(crate) when: String,
    /// A word before it, when it is one to look at.
    pub(crate) mark: Option<String>,
    pub(crate) what: String,
    pub(crate) place: String,
}

/// What happened, as rows.
pub(crate) fn happenings(language: Language, activity: &Activity) -> Vec<HappeningLine> {
    activity.happenings.iter().map(|happening| HappeningLine::of(language, happening)).collect()
}

impl HappeningLine {
    fn of(language: Language, happening: &Happening) -> Self {
        let mark = match happening.what {
            What::Refused(_) => Some(language.text("happened-refused-mark")),
            What::Failed => Some(language.text("happened-failed-mark")),
            _ => None,
        };
        let place =
            [&happening.address, &happening.device].into_iter().flatten().cloned().collect::<Vec<_>>();
        Self {
            when: language.instant(happening.at),
            mark,
            what: what(language, &happening.what),
            place: place.join(", "),
        }
    }
}

fn what(language: Language, what: &What) -> String {
    match what {
        What::SignedIn(Some(application)) => {
            language.text_with("happened-sign-in-to", "application", application)
        }
        What::SignedIn(None) => language.text("happened-sign-in"),
        What::Refused(code) => {
            let key = format!("refusal-{}", code.replace('_', "-"));
            language.text_if_any(&key).unwrap_or_else(|| language.text("happened-refused"))
        }
        What::Failed => language.text("happened-failed"),
        What::SignedOut => language.text("happened-sign-out"),
        What::Changed(change) => {
            let key = format!("changed-{}", change.replace(' ', "-"));
            language.text_if_any(&key).unwrap_or_else(|| language.text("happened-change"))
        }
        What::ChangedByAdministrator(_) => language.text("happened-administration"),
    }
}
