use sts::OwnSession;

use crate::Language;

/// A session, as a line of the list.
pub(crate) struct SessionLine {
    /// What the browser is called.
    pub(crate) device: String,
    pub(crate) is_this: bool,
    /// From where, since when, last used when.
    pub(crate) says: String,
    /// What ends it, sealed; none for this one, which signs out.
    pub(crate) end: Option<String>,
}

impl SessionLine {
    pub(crate) fn of(language: Language, session: &OwnSession, end: Option<String>) -> Self {
        let began = language.text_with("session-since", "at", &language.instant(session.began_at));
        let seen = language.text_with("session-seen", "at", &language.instant(session.seen_at));
        let seen = (!session.is_this).then_some(seen);
        let says: Vec<String> = session.address.iter().cloned().chain([began]).chain(seen).collect();
        Self {
            device: session.device.clone().unwrap_or_else(|| language.text("device-unknown")),
            is_this: session.is_this,
            says: says.join(" · "),
            end,
        }
    }
}
