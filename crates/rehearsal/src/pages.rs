//! The stand-in's pages, in the look of Countersign's (ui/rehearsal.html). None needs JavaScript.

use std::net::IpAddr;

use askama::Template;
use model::{EntraFacts, FederatedIdpMfaBehavior};
use url::form_urlencoded::Serializer;

use crate::conditional_access::{BEHAVIORS, DEMANDS};
use crate::{DepartureError, Report, StandIn, instant};

/// What every page bears.
struct Frame<'a> {
    organisation: &'a str,
    /// The letter that stands for a logo.
    initial: String,
    sign_out: String,
}

impl<'a> Frame<'a> {
    fn new(stand_in: &'a StandIn) -> Self {
        let organisation = &stand_in.settings().organisation_name;
        Self {
            organisation,
            initial: organisation.chars().take(1).collect(),
            sign_out: stand_in.sign_out_address(),
        }
    }
}

/// Where a person says who signs in.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage<'a> {
    frame: Frame<'a>,
    username: &'a str,
    /// What is wrong with the name, or with the rest.
    problem: Option<&'static str>,
    come_from: Option<ComeFromField<'a>>,
    hints: Vec<Hint<'a>>,
}

/// Where the browser is to come from.
struct ComeFromField<'a> {
    value: &'a str,
    problem: Option<&'static str>,
    examples: &'a [(IpAddr, &'static str)],
}

/// Somebody offered for a click.
struct Hint<'a> {
    upn: &'a str,
    query: String,
}

impl<'a> SignInPage<'a> {
    pub(crate) fn new(
        stand_in: &'a StandIn,
        username: &'a str,
        come_from: &'a str,
        problem: Option<DepartureError>,
    ) -> Self {
        let (elsewhere, problem) = match problem {
            Some(DepartureError::NoAddress) => (problem.map(in_words), None),
            problem => (None, problem.map(in_words)),
        };
        let come_from = stand_in.settings().come_from.as_ref().map(|settings| ComeFromField {
            value: come_from,
            problem: elsewhere,
            examples: &settings.examples,
        });
        let hints = stand_in.settings().hints.iter().map(|upn| Hint {
            upn: upn.as_str(),
            query: Serializer::new(String::new()).append_pair("username", upn.as_str()).finish(),
        });
        Self { frame: Frame::new(stand_in), username, problem, come_from, hints: hints.collect() }
    }
}

fn in_words(problem: DepartureError) -> &'static str {
    match problem {
        DepartureError::NotFederated => {
            "This name belongs to no federated domain here. A name looks like ada@contoso.example."
        }
        DepartureError::TooLong => "The extra context is longer than 16 KiB.",
        DepartureError::NoAddress => "This is no address. Write one like 203.0.113.24, or leave it empty.",
        DepartureError::NoRandomness => "This machine gave no random numbers. Try again.",
    }
}

/// What the tenant demands by itself, domain by domain.
#[derive(Template)]
#[template(path = "conditional_access.html")]
pub(crate) struct ConditionalAccessPage<'a> {
    frame: Frame<'a>,
    domains: Vec<DomainForm>,
}

/// What is set for a domain.
struct DomainForm {
    name: String,
    demands: Vec<Choice>,
    behaviors: Vec<Choice>,
}

/// Something that can be set.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

impl<'a> ConditionalAccessPage<'a> {
    pub(crate) fn new(stand_in: &'a StandIn) -> Self {
        let registrations = stand_in.settings().tenant.registrations();
        let domains = registrations.domains.iter().map(|domain| {
            let EntraFacts { mfa_demand, mfa_behavior } = domain.entra;
            let demand = |(demand, value, words)| Choice { value, words, chosen: demand == mfa_demand };
            let behavior = |(behavior, words): (FederatedIdpMfaBehavior, _)| Choice {
                value: behavior.as_str(),
                words,
                chosen: mfa_behavior == Some(behavior),
            };
            let unknown = Choice { value: "", words: "Not known", chosen: mfa_behavior.is_none() };
            DomainForm {
                name: domain.name.to_string(),
                demands: DEMANDS.map(demand).into(),
                behaviors: [unknown].into_iter().chain(BEHAVIORS.map(behavior)).collect(),
            }
        });
        Self { domains: domains.collect(), frame: Frame::new(stand_in) }
    }
}

/// What Entra would have said.
#[derive(Template)]
#[template(path = "result.html")]
pub(crate) struct ResultPage<'a> {
    frame: Frame<'a>,
    report: &'a Report,
    who: &'a str,
    time: String,
}

impl<'a> ResultPage<'a> {
    pub(crate) fn new(stand_in: &'a StandIn, report: &'a Report) -> Self {
        Self {
            frame: Frame::new(stand_in),
            report,
            who: report.user.as_deref().unwrap_or("somebody unknown"),
            time: instant::in_words(stand_in.settings().clock.now()),
        }
    }
}
