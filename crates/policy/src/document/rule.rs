use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::fact::Fact;

/// `[[applications.NAME.rules]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ApplicationSection {
    /// The application's own rules, in their order.
    #[serde(default)]
    pub rules: Vec<RuleSection>,
}

/// `[[rules]]`: when all conditions are met, this and no later rule decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSection {
    /// What ledger, explanation and exceptions call it.
    pub name: Spanned<String>,
    /// When it matches; left out: always.
    #[serde(default)]
    pub when: Conditions,
    /// `"deny"`; left out where a profile is named.
    pub then: Option<Spanned<Then>>,
    /// What a refused user reads.
    pub message: Option<Spanned<String>>,
    /// With what somebody signs in whom the rule matches.
    pub profile: Option<Spanned<String>>,
    /// Whether it only leaves a note in the ledger and decides nothing.
    #[serde(default)]
    pub report_only: bool,
}

/// What a rule does that names no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Refuses.
    Deny,
}

/// Names, each with its place in the document.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Names(pub Spanned<Vec<Spanned<String>>>);

/// `when = { … }`. All that are given have to be met: of a list, one name has to fit; of a `not-` list, none may.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Conditions {
    /// The address is in one of these networks.
    pub networks: Option<Names>,
    /// It is in none of them.
    pub not_networks: Option<Names>,
    /// The address is in one of these countries (two letters), or its country is `"unknown"`.
    pub countries: Option<Names>,
    /// It is in none of them; an unknown country is none of them unless `"unknown"` is listed.
    pub not_countries: Option<Names>,
    /// The address is announced by one of these (`"AS64500"`), or by `"unknown"`.
    pub autonomous_systems: Option<Names>,
    /// By none of them.
    pub not_autonomous_systems: Option<Names>,
    /// The present is in one of these schedules.
    pub schedules: Option<Names>,
    /// In none of them.
    pub not_schedules: Option<Names>,
    /// The user has one of these roles.
    pub roles: Option<Names>,
    /// None of them.
    pub not_roles: Option<Names>,
    /// The token is for one of these applications.
    pub applications: Option<Names>,
    /// For none of them.
    pub not_applications: Option<Names>,
    /// The user's name is in one of these domains.
    pub domains: Option<Names>,
    /// In none of them.
    pub not_domains: Option<Names>,
    /// The request came to one of `"passive"`, `"active-2005"`, `"active-13"`.
    pub endpoints: Option<Names>,
    /// To none of them.
    pub not_endpoints: Option<Names>,
    /// The client says it runs on one of these: a hint, for anybody can say it.
    pub operating_systems: Option<Names>,
    /// It does not.
    pub not_operating_systems: Option<Names>,
    /// The client says it is one of these browsers: a hint.
    pub browsers: Option<Names>,
    /// It does not.
    pub not_browsers: Option<Names>,
    /// The client says it is of one of these kinds: a hint.
    pub clients: Option<Names>,
    /// It does not.
    pub not_clients: Option<Names>,
    /// Whether the user has signed in with the device before.
    pub known_device: Option<bool>,
    /// One of these signals was found.
    pub signals: Option<Names>,
    /// None of them.
    pub not_signals: Option<Names>,
}

impl RuleSection {
    /// Where in the document it stands.
    pub(crate) fn span(&self) -> Range<usize> {
        self.name.span()
    }
}

impl Conditions {
    /// Every list of names, with the fact it is held against and whether none of the names may fit.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (Fact, bool, &Names)> {
        let lists = [
            (Fact::Endpoint, &self.endpoints, &self.not_endpoints),
            (Fact::Application, &self.applications, &self.not_applications),
            (Fact::Network, &self.networks, &self.not_networks),
            (Fact::Country, &self.countries, &self.not_countries),
            (Fact::AutonomousSystem, &self.autonomous_systems, &self.not_autonomous_systems),
            (Fact::Schedule, &self.schedules, &self.not_schedules),
            (Fact::OperatingSystem, &self.operating_systems, &self.not_operating_systems),
            (Fact::Browser, &self.browsers, &self.not_browsers),
            (Fact::Client, &self.clients, &self.not_clients),
            (Fact::Domain, &self.domains, &self.not_domains),
            (Fact::Role, &self.roles, &self.not_roles),
            (Fact::Signal, &self.signals, &self.not_signals),
        ];
        lists.into_iter().flat_map(|(fact, named, excluded)| {
            let named = named.iter().map(move |names| (fact, false, names));
            named.chain(excluded.iter().map(move |names| (fact, true, names)))
        })
    }
}
