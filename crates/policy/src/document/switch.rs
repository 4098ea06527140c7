//! Rules that one line switches on. They become ordinary rules, before the organisation's own, and show as such.

use serde::Deserialize;
use toml::Spanned;

use super::rule::{Conditions, Names, RuleSection, Then};
use crate::Endpoint;
use crate::vocabulary::UNKNOWN;

/// `[geolock]`: nobody signs in from elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Geolock {
    /// From which countries alone.
    pub countries: Names,
    /// Whether an address may be used whose country is unknown: private ones, and every one while there is no database
    /// of places. Left out: it may not (S32).
    #[serde(default)]
    pub allow_unknown: bool,
    /// Networks that are let in wherever they are.
    pub except_networks: Option<Names>,
    /// Roles whose members are let in from everywhere.
    pub except_roles: Option<Names>,
    /// What a refused user reads.
    pub message: Option<Spanned<String>>,
    /// Whether it only leaves a note in the ledger.
    #[serde(default)]
    pub report_only: bool,
}

/// `[client-access-filtering]`: what may sign in from outside the firm's networks, as AD FS filtered clients.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientAccessFiltering {
    /// The firm's networks.
    pub inside: Names,
    /// What may sign in from elsewhere.
    pub outside: Outside,
    /// Roles whose members may sign in from elsewhere whatever they use.
    pub except_roles: Option<Names>,
    /// What a refused user reads.
    pub message: Option<Spanned<String>>,
    /// Whether it only leaves a note in the ledger.
    #[serde(default)]
    pub report_only: bool,
}

/// What may sign in from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// Nothing.
    Nothing,
    /// Browsers: what comes to the passive endpoint.
    Browsers,
}

/// The name of the rule that `[geolock]` becomes.
pub(crate) const GEOLOCK: &str = "Geolock";

/// The name of the rule that `[client-access-filtering]` becomes.
pub(crate) const CLIENT_ACCESS_FILTERING: &str = "Client access filtering";

impl Geolock {
    /// The rule that it stands for.
    pub(crate) fn rule(section: &Spanned<Self>) -> RuleSection {
        let geolock = section.get_ref();
        let mut countries = geolock.countries.clone();
        if geolock.allow_unknown {
            let span = countries.0.span();
            countries.0.get_mut().push(Spanned::new(span, UNKNOWN.to_owned()));
        }
        RuleSection {
            name: Spanned::new(section.span(), GEOLOCK.to_owned()),
            when: Conditions {
                not_countries: Some(countries),
                not_networks: geolock.except_networks.clone(),
                not_roles: geolock.except_roles.clone(),
                ..Conditions::default()
            },
            then: Some(Spanned::new(section.span(), Then::Deny)),
            message: geolock.message.clone(),
            profile: None,
            report_only: geolock.report_only,
        }
    }
}

impl ClientAccessFiltering {
    /// The rule that it stands for.
    pub(crate) fn rule(section: &Spanned<Self>) -> RuleSection {
        let filtering = section.get_ref();
        let spanned = |name: &str| Spanned::new(section.span(), name.to_owned());
        let programs = || vec![spanned(Endpoint::Active2005.as_str()), spanned(Endpoint::Active13.as_str())];
        let programs = || Names(Spanned::new(section.span(), programs()));
        RuleSection {
            name: spanned(CLIENT_ACCESS_FILTERING),
            when: Conditions {
                not_networks: Some(filtering.inside.clone()),
                endpoints: (filtering.outside == Outside::Browsers).then(programs),
                not_roles: filtering.except_roles.clone(),
                ..Conditions::default()
            },
            then: Some(Spanned::new(section.span(), Then::Deny)),
            message: filtering.message.clone(),
            profile: None,
            report_only: filtering.report_only,
        }
    }
}
