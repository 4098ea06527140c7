use askama::Template;

use super::Face;
use crate::Language;

/// Says that nothing was issued, why, what to do, and by which reference the help desk finds it.
#[derive(Template)]
#[template(path = "stopped.html")]
pub(crate) struct StoppedPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) why: String,
    pub(crate) advice: String,
    pub(crate) evidence: Evidence<'a>,
    /// The sealed request of a loop, for the button that tries once more.
    pub(crate) try_again: Option<&'a str>,
}

/// What the help desk asks for.
pub(crate) struct Evidence<'a> {
    pub(crate) reference: String,
    /// When, in UTC.
    pub(crate) at: String,
    pub(crate) code: &'a str,
    /// Entra's id of the request (WSF-15).
    pub(crate) correlation: Option<&'a str>,
    /// Where the browser seems to be, when that was the reason.
    pub(crate) address: Option<String>,
}
