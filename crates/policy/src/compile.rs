use std::collections::{BTreeMap, BTreeSet};

use model::{AutonomousSystem, Country, DomainName, NetworkName, Upn};
use toml::Spanned;

use crate::document::{
    ClientAccessFiltering, Document, DocumentError, Exception, Geolock, Names, Problem, RuleSection,
};
use crate::fact::Fact;
use crate::policy::Policy;
use crate::rule::{Condition, Exempt, Outcome, Rule};
use crate::subset::Subset;
use crate::vocabulary::{KNOWN_DEVICE, UNKNOWN};
use crate::{Browser, ClientKind, Endpoint, NamedNetwork, NamedNetworks, OperatingSystem, Signal};

/// What an organisation has that rules name. A document that names something else is refused before it is saved.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Its roles.
    pub roles: Vec<String>,
    /// Its applications.
    pub applications: Vec<String>,
    /// Its domains.
    pub domains: Vec<String>,
    /// Its users, by [`Upn::key`].
    pub users: BTreeSet<String>,
}

impl Policy {
    /// Makes a document ready to be asked, for an installation that has named networks of its own.
    ///
    /// With `known`, names of roles, applications, domains and users have to be among those. Without, they need not:
    /// what was saved stays valid when something that it names has gone.
    pub fn compile(
        version: u32,
        text: &str,
        networks: &[NamedNetwork],
        known: Option<&Known>,
    ) -> Result<Self, DocumentError> {
        let document = Document::parse(text)?;
        let policy = Self { version, ..Self::default() };
        let mut compiler = Compiler { policy, profiles: BTreeMap::new(), problems: Vec::new(), known };
        compiler.read(&document, networks);
        if compiler.problems.is_empty() {
            Ok(compiler.policy)
        } else {
            Err(DocumentError::new(text, compiler.problems))
        }
    }
}

struct Compiler<'a> {
    policy: Policy,
    profiles: BTreeMap<String, usize>,
    problems: Vec<Problem>,
    known: Option<&'a Known>,
}

impl Compiler<'_> {
    fn read(&mut self, document: &Document, networks: &[NamedNetwork]) {
        self.networks(document, networks);
        self.schedules(document);
        for (name, section) in &document.profiles {
            self.profiles.insert(name.get_ref().clone(), self.policy.profiles.len());
            let profile = section.read(&mut self.problems);
            self.policy.profiles.push(profile);
        }
        self.fixed_words();
        for (name, section) in &document.applications {
            self.is_known(Fact::Application, name);
            let range = self.rules(section.rules.iter(), Some(name.get_ref()));
            self.policy.of_applications.insert(name.get_ref().clone(), range);
        }
        let geolock = document.geolock.as_ref().map(Geolock::rule);
        let filtering = document.client_access_filtering.as_ref().map(ClientAccessFiltering::rule);
        let switched_on: Vec<_> = geolock.into_iter().chain(filtering).collect();
        self.policy.of_organisation = self.rules(switched_on.iter().chain(&document.rules), None);
        for exception in &document.exceptions {
            self.exception(exception);
        }
        self.policy.enrolment = document.enrolment;
        self.policy.break_glass = document.break_glass.users.iter().filter_map(|upn| self.upn(upn)).collect();
        self.policy.passwords = document.passwords.clone();
        if let Some(role) = &document.guard.administrators {
            self.is_known(Fact::Role, role);
            self.policy.administrators = Some(role.get_ref().clone());
        }
    }

    fn networks(&mut self, document: &Document, installed: &[NamedNetwork]) {
        let mut networks = installed.to_vec();
        for (name, section) in &document.networks {
            match NetworkName::parse(name.get_ref()) {
                Ok(name) => networks.push(NamedNetwork {
                    name,
                    ranges: section.ranges.iter().map(|range| range.get_ref().0).collect(),
                    inside: section.inside,
                    until: section.until.map(|until| until.0),
                }),
                Err(error) => self.problems.push(Problem::new(name.span(), error.to_string())),
            }
        }
        match NamedNetworks::new(networks) {
            Ok(networks) => self.policy.networks = networks,
            Err(error) => self.problems.push(Problem::new(0..0, error.to_string())),
        }
        let names: Vec<_> = self.policy.networks.names().map(ToString::to_string).collect();
        self.learn(Fact::Network, names.iter().map(String::as_str));
    }

    fn schedules(&mut self, document: &Document) {
        for (name, section) in &document.schedules {
            if let Some(schedule) = section.read(&mut self.problems) {
                self.policy.has_personal_schedules |= schedule.is_personal();
                self.policy.schedules.push(schedule);
                self.learn(Fact::Schedule, [name.get_ref().as_str()]);
            }
        }
    }

    /// The words that mean the same in every policy.
    fn fixed_words(&mut self) {
        let endpoints = [Endpoint::Passive, Endpoint::Active2005, Endpoint::Active13];
        self.learn(Fact::Endpoint, endpoints.map(Endpoint::as_str));
        self.learn(Fact::OperatingSystem, OperatingSystem::ALL.map(OperatingSystem::as_str));
        self.learn(Fact::Browser, Browser::ALL.map(Browser::as_str));
        self.learn(Fact::Client, ClientKind::ALL.map(ClientKind::as_str));
        self.learn(Fact::Signal, Signal::ALL.map(Signal::as_str));
        self.learn(Fact::Device, [KNOWN_DEVICE]);
    }

    fn learn<'n>(&mut self, fact: Fact, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            if let Err(full) = self.policy.vocabulary.learn(fact, name) {
                self.problems.push(Problem::new(0..0, format!("{}: {full}", fact.key())));
                return;
            }
        }
    }

    /// Compiles a list of rules; says where in all rules they stand.
    fn rules<'r>(
        &mut self,
        sections: impl Iterator<Item = &'r RuleSection>,
        application: Option<&str>,
    ) -> std::ops::Range<usize> {
        let first = self.policy.rules.len();
        for (index, section) in sections.enumerate() {
            let name = section.name.get_ref();
            if name.trim().is_empty() {
                self.problems.push(Problem::new(section.span(), "a rule needs a name"));
            } else if self.policy.rules.iter().any(|rule| rule.name == *name) {
                let message = format!("there is another rule {name:?}; each needs a name of its own");
                self.problems.push(Problem::new(section.span(), message));
            }
            let conditions = self.conditions(section);
            for condition in &conditions {
                self.policy.looked_at = self.policy.looked_at.with(condition.fact as usize);
            }
            if let Some(outcome) = self.outcome(section) {
                self.policy.rules.push(Rule {
                    name: name.clone(),
                    application: application.map(str::to_owned),
                    position: index + 1,
                    outcome,
                    report_only: section.report_only,
                    conditions,
                    exempt: Vec::new(),
                });
            }
        }
        first..self.policy.rules.len()
    }

    fn outcome(&mut self, section: &RuleSection) -> Option<Outcome> {
        let problem = match (&section.then, &section.profile) {
            (Some(_), None) => {
                let message = section.message.as_ref().map(|message| message.get_ref().clone());
                return Some(Outcome::Deny { message });
            }
            (None, Some(profile)) => {
                let Some(number) = self.profiles.get(profile.get_ref()).copied() else {
                    let known = self.profiles.keys().map(String::as_str);
                    let problem = unknown("profile", profile, known);
                    self.problems.push(problem);
                    return None;
                };
                if let Some(message) = &section.message {
                    let problem = Problem::new(message.span(), "a message goes with then = \"deny\" only");
                    self.problems.push(problem);
                }
                return Some(Outcome::Profile { name: profile.get_ref().clone(), number });
            }
            (None, None) => "a rule needs then = \"deny\" or a profile",
            (Some(_), Some(_)) => "a rule that denies has no profile: leave out one of the two",
        };
        self.problems.push(Problem::new(section.span(), problem));
        None
    }

    fn conditions(&mut self, section: &RuleSection) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (fact, negated, names) in section.when.lists() {
            let Names(names) = names;
            if names.get_ref().is_empty() {
                let message = format!("{} names nothing; leave it out", fact.key());
                self.problems.push(Problem::new(names.span(), message));
            }
            let set: Subset = names.get_ref().iter().filter_map(|name| self.number(fact, name)).collect();
            let personal =
                fact.is_personal() || (fact == Fact::Schedule && self.names_a_personal_schedule(set));
            conditions.push(Condition { fact, negated, set, personal });
        }
        if let Some(is_known) = section.when.known_device {
            let set = self.policy.vocabulary.one(Fact::Device, KNOWN_DEVICE);
            conditions.push(Condition { fact: Fact::Device, negated: !is_known, set, personal: true });
        }
        conditions
    }

    fn names_a_personal_schedule(&self, set: Subset) -> bool {
        let mut numbered = self.policy.schedules.iter().enumerate();
        numbered.any(|(number, schedule)| schedule.is_personal() && set.has(number))
    }

    /// The number of what a condition names.
    fn number(&mut self, fact: Fact, name: &Spanned<String>) -> Option<usize> {
        let text = name.get_ref().as_str();
        let spelling = match fact {
            Fact::Country if text != UNKNOWN => {
                Country::parse(text).map(|country| country.to_string()).map_err(|error| error.to_string())
            }
            Fact::AutonomousSystem if text != UNKNOWN => AutonomousSystem::parse(text)
                .map(|system| system.to_string())
                .map_err(|error| error.to_string()),
            Fact::Domain => {
                DomainName::parse(text).map(|domain| domain.to_string()).map_err(|error| error.to_string())
            }
            Fact::Country | Fact::AutonomousSystem | Fact::Role | Fact::Application => Ok(text.to_owned()),
            // The rest is named already: what is not, does not exist.
            _ => {
                let number = self.policy.vocabulary.number(fact, text);
                if number.is_none() {
                    let names = self.policy.vocabulary.names(fact).iter().map(String::as_str);
                    let problem = unknown(fact.noun(), name, names);
                    self.problems.push(problem);
                }
                return number;
            }
        };
        self.is_known(fact, name);
        let learnt = spelling.and_then(|spelling| {
            self.policy.vocabulary.learn(fact, &spelling).map_err(|error| error.to_string())
        });
        learnt.map_err(|message| self.problems.push(Problem::new(name.span(), message))).ok()
    }

    /// Complains when the organisation has nothing of that name.
    fn is_known(&mut self, fact: Fact, name: &Spanned<String>) {
        let Some(known) = self.known else { return };
        let names = match fact {
            Fact::Role => &known.roles,
            Fact::Application => &known.applications,
            Fact::Domain => &known.domains,
            _ => return,
        };
        if !names.contains(name.get_ref()) {
            self.problems.push(unknown(fact.noun(), name, names.iter().map(String::as_str)));
        }
    }

    fn exception(&mut self, exception: &Exception) {
        let upn = self.upn(&exception.user);
        let rule = self.policy.rules.iter().position(|rule| rule.name == *exception.rule.get_ref());
        let Some(rule) = rule.and_then(|number| self.policy.rules.get_mut(number)) else {
            let names = self.policy.rules.iter().map(|rule| rule.name.as_str());
            let problem = unknown("rule", &exception.rule, names);
            self.problems.push(problem);
            return;
        };
        let (from, until) = (exception.from.map(|from| from.0), exception.until.0);
        if let Some(upn) = upn {
            rule.exempt.push(Exempt { upn, from, until });
        }
    }

    /// The sign-in name of a user of the organisation.
    fn upn(&mut self, name: &Spanned<String>) -> Option<String> {
        let problem = match Upn::parse(name.get_ref()) {
            Ok(upn) if self.known.is_none_or(|known| known.users.contains(&upn.key())) => {
                return Some(upn.key());
            }
            Ok(upn) => format!("there is no user {upn}"),
            Err(error) => error.to_string(),
        };
        self.problems.push(Problem::new(name.span(), problem));
        None
    }
}

/// A name that means nothing, with those that would.
fn unknown<'n>(noun: &str, name: &Spanned<String>, names: impl Iterator<Item = &'n str>) -> Problem {
    let names: Vec<_> = names.take(20).collect();
    let known = if names.is_empty() { "there is none at all".to_owned() } else { names.join(", ") };
    Problem::new(name.span(), format!("there is no {noun} {:?}; known: {known}", name.get_ref()))
}
