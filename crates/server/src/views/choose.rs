use askama::Template;
use policy::Mechanism;
use sts::SecondFactorChallenge;

use super::Face;
use crate::Language;

/// The second factors that somebody may go on with, each a button that leads to its form.
#[derive(Template)]
#[template(path = "choose.html")]
pub(crate) struct ChoosePage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    /// The request being answered and who is half-way, sealed.
    pub(crate) state: &'a str,
    pub(crate) username: &'a str,
    pub(crate) options: Vec<Choice>,
}

impl ChoosePage<'_> {
    /// The first letter of the name, for the round mark before it.
    fn initial(&self) -> String {
        self.username.chars().take(1).flat_map(char::to_uppercase).collect()
    }
}

/// One of them.
pub(crate) struct Choice {
    pub(crate) kind: Mechanism,
    pub(crate) name: String,
    /// What it is like, in a few words.
    pub(crate) says: String,
}

impl Choice {
    fn is_passkey(&self) -> bool {
        self.kind == Mechanism::Passkey
    }

    fn is_app(&self) -> bool {
        self.kind == Mechanism::Totp
    }
}

/// What is offered: first what was used last in this browser.
pub(crate) fn options(
    language: Language,
    challenge: &SecondFactorChallenge,
    last_used: Option<Mechanism>,
) -> Vec<Choice> {
    let mut kinds: Vec<Mechanism> = challenge.offered.iter().collect();
    kinds.sort_by_key(|kind| Some(*kind) != last_used);
    let choice = |kind: Mechanism| {
        let what = language.text(&format!("choose-{kind}-hint"));
        let names: Vec<_> = challenge.passkeys.iter().map(|passkey| passkey.name.as_str()).collect();
        let what = if kind == Mechanism::Passkey && !names.is_empty() { names.join(", ") } else { what };
        let says = if Some(kind) == last_used {
            format!("{what} · {}", language.text("choose-last-used"))
        } else {
            what
        };
        Choice { kind, name: language.text(&format!("choose-{kind}")), says }
    };
    kinds.into_iter().map(choice).collect()
}
