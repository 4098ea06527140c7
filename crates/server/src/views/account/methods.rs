use sts::{Methods, PortalPage};

use crate::Language;
use crate::routes::path_of;

/// One way to sign in, as a line of the list.
pub(crate) struct Method {
    pub(crate) state: State,
    pub(crate) name: String,
    /// Since when, or what to do.
    pub(crate) says: String,
    /// Where to change it, and how that is called.
    pub(crate) action: Option<(&'static str, String)>,
}

/// How it stands with a way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It works.
    Good,
    /// It works, and soon will not.
    Warning,
    /// It is not set up.
    Off,
}

impl State {
    pub(crate) const fn tone(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warn",
            Self::Off => "",
        }
    }

    pub(crate) const fn is_good(self) -> bool {
        matches!(self, Self::Good)
    }

    pub(crate) const fn is_warning(self) -> bool {
        matches!(self, Self::Warning)
    }
}

/// So many recovery codes are few: it is time for new ones.
const FEW_CODES: u32 = 3;

/// The ways to sign in that an account has, and those it could have.
pub(crate) fn methods(language: Language, methods: &Methods) -> Vec<Method> {
    let since = |key, at| language.text_with(key, "at", &language.instant(at));
    let action = |page, key| Some((path_of(page), language.text(key)));
    let password = Method {
        state: if methods.password_since.is_some() { State::Good } else { State::Off },
        name: language.text("password"),
        says: methods
            .password_since
            .map_or_else(|| language.text("method-none"), |at| since("password-since", at)),
        // Whoever has none signs in otherwise, and by an administrator's will.
        action: methods.password_since.and_then(|_| action(PortalPage::Password, "password-change")),
    };
    let app = match methods.app_since {
        Some(at) => Method {
            state: State::Good,
            name: language.text("app"),
            says: since("app-since", at),
            action: action(PortalPage::AuthenticatorApp, "manage"),
        },
        None => Method {
            state: State::Off,
            name: language.text("app"),
            says: language.text("app-none"),
            action: action(PortalPage::AuthenticatorApp, "set-up"),
        },
    };
    let passkeys = match u64::try_from(methods.passkeys) {
        Ok(count) if count > 0 => Method {
            state: State::Good,
            name: language.text("passkeys"),
            says: language.text_with_number("passkeys-count", "count", count),
            action: action(PortalPage::Passkeys, "manage"),
        },
        _ => Method {
            state: State::Off,
            name: language.text("passkeys"),
            says: language.text("passkeys-none"),
            action: action(PortalPage::Passkeys, "set-up"),
        },
    };
    let has_second_factor = methods.app_since.is_some() || methods.passkeys > 0;
    let codes = has_second_factor.then(|| Method {
        state: if methods.recovery_codes <= FEW_CODES { State::Warning } else { State::Good },
        name: language.text("recovery-codes"),
        says: language.text_with_number("recovery-codes-left", "count", methods.recovery_codes.into()),
        action: action(PortalPage::RecoveryCodes, "recovery-codes-new"),
    });
    [password, passkeys, app].into_iter().chain(codes).collect()
}
