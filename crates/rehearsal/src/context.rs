use std::net::IpAddr;

use url::form_urlencoded;

/// What the stand-in remembers of a sign-in that it sent away.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    /// The whole `wctx`, to come back byte for byte (WSF-04).
    pub(crate) context: String,
    /// Whether a second factor was asked for.
    pub(crate) multifactor: bool,
    /// Where the browser pretended to come from.
    pub(crate) came_from: Option<IpAddr>,
    /// Where the person wanted to go.
    pub(crate) target: Option<String>,
}

/// The name under which Entra's own state travels in `wctx`.
const STATE: &str = "estsrequest=";

/// The context of a sign-in that starts here. `extra` stands for whatever else Entra may put there.
pub(crate) fn compose(state: &str, extra: &str) -> String {
    format!("LoginOptions=3&estsredirect=2&{STATE}{state}{extra}")
}

/// What a returned context says about where the answer comes from.
pub(crate) enum Origin {
    /// The answer to a sign-in that started here.
    Asked(Pending),
    /// An answer that nobody here asked for, which Entra takes (protocol.md §1.6), with its landing page.
    Unasked(Option<String>),
    /// Neither; with the objection.
    Foreign(&'static str),
}

impl Origin {
    /// Reads a returned context. `recall` finds a pending sign-in by its state.
    pub(crate) fn of(context: Option<&str>, recall: impl FnOnce(&str) -> Option<Pending>) -> Self {
        let context = context.unwrap_or_default();
        if context.is_empty() {
            return Self::Unasked(None);
        }
        if let Some((_, rest)) = context.split_once(STATE) {
            let state: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
            return match recall(&state) {
                Some(pending) if pending.context == context => Self::Asked(pending),
                Some(_) => Self::Foreign("changed on its way"),
                None => Self::Foreign("of no sign-in that is under way here"),
            };
        }
        let field = |name: &str| {
            let found = form_urlencoded::parse(context.as_bytes()).find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned())
        };
        if field("wa").as_deref() == Some("wsignin1.0") {
            Self::Unasked(field("wreply"))
        } else {
            Self::Foreign("not of a form that was sent from here")
        }
    }

    /// Where the browser pretended to come from.
    pub(crate) const fn came_from(&self) -> Option<IpAddr> {
        match self {
            Self::Asked(pending) => pending.came_from,
            Self::Unasked(_) | Self::Foreign(_) => None,
        }
    }

    /// Where the person wants to go.
    pub(crate) fn target(self) -> Option<String> {
        match self {
            Self::Asked(pending) => pending.target,
            Self::Unasked(target) => target,
            Self::Foreign(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(context: &str) -> Pending {
        Pending { context: context.to_owned(), multifactor: false, came_from: None, target: None }
    }

    /// WSF-04
    #[test]
    fn a_context_has_to_come_back_byte_for_byte() {
        let sent = compose("abc-_9", "&x=\"'<ü> %26");
        let origin =
            |context: &str| Origin::of(Some(context), |state| (state == "abc-_9").then(|| pending(&sent)));
        assert!(matches!(origin(&sent), Origin::Asked(_)));
        for changed in
            [sent.to_lowercase(), sent.replace("%26", "&"), sent.replace('ü', "u\u{308}"), format!("{sent} ")]
        {
            assert!(matches!(origin(&changed), Origin::Foreign(_)), "{changed}");
        }
    }

    /// WSF-14
    #[test]
    fn an_unasked_answer_is_taken_with_a_smart_links_context_or_none() {
        let origin = |context| Origin::of(context, |_| None);
        assert!(matches!(origin(None), Origin::Unasked(None)));
        assert!(matches!(origin(Some("")), Origin::Unasked(None)));
        let smart_link = "wa=wsignin1.0&wreply=https%3A%2F%2Fwww.office.com%2F";
        assert!(
            matches!(origin(Some(smart_link)), Origin::Unasked(Some(target)) if target == "https://www.office.com/")
        );
        for foreign in ["x", "wa=wsignout1.0", "LoginOptions=3&estsrequest=unknown"] {
            assert!(matches!(origin(Some(foreign)), Origin::Foreign(_)), "{foreign}");
        }
    }
}
