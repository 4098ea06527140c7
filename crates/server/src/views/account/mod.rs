//! The portal's pages.

mod activity;
mod app;
mod codes;
mod methods;
mod passkeys;
mod sessions;

pub(crate) use activity::{ActivityPage, HappeningLine, happenings};
pub(crate) use app::{AppPage, QrCode, in_groups};
pub(crate) use codes::{CodesPage, OfferCodesPage};
pub(crate) use methods::{Method, methods};
pub(crate) use passkeys::{NewPasskey, PasskeyLine, PasskeysPage, PasskeysSaid};
pub(crate) use sessions::SessionLine;

use askama::Template;
use storage::CallerCheck;
use sts::Owner;

use super::Face;
use crate::Language;

/// Whose page it is.
pub(crate) struct Who {
    /// The name that people read.
    pub(crate) name: String,
    /// The sign-in name.
    pub(crate) upn: String,
}

impl Who {
    pub(crate) fn of(owner: &Owner) -> Self {
        let user = &owner.account().user;
        Self { name: user.display_name(), upn: user.upn.to_string() }
    }

    /// The first letters of the first and the last part of the name, for the round mark before it.
    fn initials(&self) -> String {
        let mut parts = self.name.split_whitespace();
        let (first, last) = (parts.next(), parts.next_back());
        let letters = first.into_iter().chain(last).filter_map(|part| part.chars().next());
        letters.flat_map(char::to_uppercase).collect()
    }
}

/// Asks whether somebody else was at the account, and says what follows.
#[derive(Template)]
#[template(path = "not_me.html")]
pub(crate) struct NotMePage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    pub(crate) has_password: bool,
    /// What reports it, sealed.
    pub(crate) act: String,
}

/// How somebody signs in, where they are signed in, and what happened.
#[derive(Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    /// What the help desk says on the telephone, and what to answer.
    pub(crate) caller_check: Option<CallerCheck>,
    pub(crate) methods: Vec<Method>,
    pub(crate) sessions: Vec<SessionLine>,
    /// What ends all sessions but this one, sealed; none when there are no others.
    pub(crate) end_others: Option<String>,
    pub(crate) happenings: Vec<HappeningLine>,
}
