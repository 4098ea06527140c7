use askama::Template;
use storage::PasskeyRecord;

use super::Who;
use crate::Language;
use crate::views::Face;

/// Somebody's passkeys, and a form for a new one.
#[derive(Template)]
#[template(path = "passkeys.html")]
pub(crate) struct PasskeysPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    pub(crate) passkeys: Vec<PasskeyLine>,
    /// What a new one takes; none where passkeys do not work.
    pub(crate) new: Option<NewPasskey>,
    pub(crate) said: Option<PasskeysSaid>,
    pub(crate) script: &'a str,
}

/// A passkey, as a line of the list.
pub(crate) struct PasskeyLine {
    pub(crate) name: String,
    /// Since when, last used when, and whether it is on several devices.
    pub(crate) says: String,
    /// What takes it away, sealed.
    pub(crate) remove: String,
}

/// The form for a new one.
pub(crate) struct NewPasskey {
    /// What the authenticator is asked, sealed.
    pub(crate) act: String,
    /// What the browser is given, as JSON.
    pub(crate) options: String,
    /// A name to begin with.
    pub(crate) name: String,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasskeysSaid {
    /// What came back is no new passkey.
    Refused,
    /// There are as many as there can be.
    Full,
    /// The last second factor is demanded.
    Demanded,
}

impl PasskeysSaid {
    const fn key(self) -> &'static str {
        match self {
            Self::Refused => "passkey-not-added",
            Self::Full => "passkeys-full",
            Self::Demanded => "passkey-demanded",
        }
    }
}

impl PasskeysPage<'_> {
    /// Why nothing was changed, and what to do.
    fn words(&self) -> Option<(String, String)> {
        let key = self.said?.key();
        Some((self.language.text(key), self.language.text(&format!("{key}-next"))))
    }
}

impl PasskeyLine {
    pub(crate) fn of(language: Language, passkey: &PasskeyRecord, remove: String) -> Self {
        let made = language.text_with("passkey-since", "at", &language.instant(passkey.made_at));
        let used =
            passkey.last_used_at.map(|at| language.text_with("passkey-used", "at", &language.instant(at)));
        let synced = passkey.backed_up.then(|| language.text("passkey-synced"));
        let says: Vec<String> = [Some(made), used, synced].into_iter().flatten().collect();
        Self { name: passkey.name.clone(), says: says.join(" · "), remove }
    }
}
