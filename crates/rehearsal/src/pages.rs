//! The stand-in's pages, in the look of Countersign's (ui/rehearsal.html). None needs JavaScript.

use askama::Template;
use url::form_urlencoded::Serializer;

use crate::tenant::RegisteredUser;
use crate::{DepartureError, Report, StandIn, instant};

/// Where a person says who signs in.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage<'a> {
    organisation: &'a str,
    username: &'a str,
    problem: Option<&'static str>,
    users: Vec<KnownUser<'a>>,
    sign_out: String,
}

/// A user offered for a click.
struct KnownUser<'a> {
    name: &'a str,
    upn: &'a str,
    initial: String,
    query: String,
}

impl<'a> SignInPage<'a> {
    pub(crate) fn new(
        stand_in: &'a StandIn,
        users: &'a [RegisteredUser],
        username: &'a str,
        problem: Option<DepartureError>,
    ) -> Self {
        Self {
            organisation: &stand_in.settings().organisation_name,
            username,
            problem: problem.map(in_words),
            users: users.iter().map(KnownUser::new).collect(),
            sign_out: stand_in.sign_out_address(),
        }
    }
}

impl<'a> KnownUser<'a> {
    fn new(user: &'a RegisteredUser) -> Self {
        Self {
            name: &user.display_name,
            upn: user.upn.as_str(),
            initial: user.display_name.chars().take(1).collect(),
            query: Serializer::new(String::new()).append_pair("username", user.upn.as_str()).finish(),
        }
    }
}

fn in_words(problem: DepartureError) -> &'static str {
    match problem {
        DepartureError::NotFederated => {
            "No federated domain here has this name. It looks like ada@contoso.example."
        }
        DepartureError::TooLong => "The extra context is longer than 16 KiB.",
        DepartureError::NoRandomness => "This machine gave no random numbers. Try again.",
    }
}

/// What Entra would have said.
#[derive(Template)]
#[template(path = "result.html")]
pub(crate) struct ResultPage<'a> {
    organisation: &'a str,
    report: &'a Report,
    who: &'a str,
    time: String,
    sign_out: String,
}

impl<'a> ResultPage<'a> {
    pub(crate) fn new(stand_in: &'a StandIn, report: &'a Report) -> Self {
        let settings = stand_in.settings();
        Self {
            organisation: &settings.organisation_name,
            report,
            who: report.user.as_deref().unwrap_or("somebody unknown"),
            time: instant::in_words(settings.clock.now()),
            sign_out: stand_in.sign_out_address(),
        }
    }
}
