//! The pages. Each is a value that knows everything it shows; `templates/` says how.

mod account;
mod choose;
mod code;
mod enrolment;
mod face;
mod mail_code;
mod new_password;
mod passkey;
mod post_back;
mod sign_in;
mod stopped;

use askama::Template;

use crate::Language;

pub(crate) use account::{
    AccountPage, ActivityPage, AppPage, CodesPage, NewPasskey, NotMePage, OfferCodesPage, PasskeyLine,
    PasskeysPage, PasskeysSaid, QrCode, SessionLine, Who, happenings, methods,
};
pub(crate) use choose::{ChoosePage, options};
pub(crate) use code::CodePage;
pub(crate) use enrolment::{EnrolPage, EnrolledPage};
pub(crate) use face::{Face, Faces};
pub(crate) use mail_code::MailCodePage;
pub(crate) use new_password::{NewPasswordPage, OwnPasswordPage};
pub(crate) use passkey::PasskeyPage;
pub(crate) use post_back::{PostBack, PostBackFrame};
pub(crate) use sign_in::{Notice, SignInPage, purpose};
pub(crate) use stopped::{Evidence, StoppedPage};

/// Continues a request that came by POST from another site, without cookies, as a GET of our own.
#[derive(Template)]
#[template(path = "continue.html")]
pub(crate) struct ContinuePage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    /// Where to, relative to this host.
    pub(crate) address: &'a str,
}

/// Says that the session has ended, and lets every visited application end its own (WSF-12).
#[derive(Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) applications: &'a [sts::SignedOutOf],
    /// The registered address to go on to.
    pub(crate) next: Option<&'a str>,
    pub(crate) script: &'a str,
}

/// The start page: who is signed in, and the way to Microsoft 365.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    /// The sign-in name of whoever is signed in in this browser.
    pub(crate) signed_in_as: Option<&'a str>,
    /// The request that starts a sign-in by itself (WSF-14).
    pub(crate) microsoft_365: &'a str,
    pub(crate) sign_out: &'a str,
}

impl HomePage<'_> {
    /// "to Contoso as ada@contoso.example".
    fn where_as(&self, user: &str) -> String {
        let organisation = self.face.name.as_str();
        self.language.text_with_all("home-at", [("organisation", organisation.into()), ("user", user.into())])
    }
}

#[cfg(test)]
mod tests;
