use std::collections::HashMap;
use std::ops::Range;

use model::User;

use crate::document::Enrolment;
use crate::fact::Fact;
use crate::profile::Profile;
use crate::rule::{Rule, RuleNumber};
use crate::schedule::Schedule;
use crate::subset::Subset;
use crate::vocabulary::Vocabulary;
use crate::{Mechanism, NamedNetworks, PasswordRules};

/// The policy of an organisation, ready to be asked: a document [compiled](Policy::compile), or the built-in one, which
/// has no rules.
#[derive(Debug, Default)]
pub struct Policy {
    pub(crate) version: u32,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) networks: NamedNetworks,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) has_personal_schedules: bool,
    pub(crate) profiles: Vec<Profile>,
    /// Of the applications one after another, then of the organisation.
    pub(crate) rules: Vec<Rule>,
    pub(crate) of_applications: HashMap<String, Range<usize>>,
    pub(crate) of_organisation: Range<usize>,
    /// The facts that some rule looks at.
    pub(crate) looked_at: Subset,
    pub(crate) break_glass: Vec<String>,
    pub(crate) administrators: Option<String>,
    pub(crate) passwords: PasswordRules,
    pub(crate) enrolment: Enrolment,
}

/// The facts that cost a look-up and that some rule of a policy reads. Whatever is not in here may stay unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Country or autonomous system of the address.
    pub place: bool,
    /// Whether the device is known: for conditions on that, and for the signal that is made from it.
    pub device: bool,
    /// What is suspicious.
    pub signals: bool,
}

impl Policy {
    /// The built-in policy, in an installation that names these networks.
    pub fn built_in(networks: NamedNetworks) -> Self {
        Self { networks, ..Self::default() }
    }

    /// The version of the document; 0: there is none, and the policy is the built-in one.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Whether there is no document.
    pub const fn is_built_in(&self) -> bool {
        self.version == 0
    }

    /// What a new password has to be, and how long one lasts.
    pub const fn passwords(&self) -> &PasswordRules {
        &self.passwords
    }

    /// What has to be looked up before this policy is asked.
    pub fn reads(&self) -> Reads {
        Reads {
            place: self.looks_at(Fact::Country) || self.looks_at(Fact::AutonomousSystem),
            device: self.looks_at(Fact::Device) || self.looks_at(Fact::Signal),
            signals: self.looks_at(Fact::Signal),
        }
    }

    /// Whether some profile names a mechanism as second factor.
    pub fn names_second(&self, mechanism: Mechanism) -> bool {
        self.profiles.iter().any(|profile| profile.second.is_some_and(|second| second.has(mechanism)))
    }

    /// The networks that have a name: those of the document and those of the installation.
    pub const fn networks(&self) -> &NamedNetworks {
        &self.networks
    }

    /// One rule.
    pub fn rule(&self, number: RuleNumber) -> Option<&Rule> {
        self.rules.get(number.0)
    }

    /// The rules that are asked for an application, in their order: its own first.
    pub fn rules_for(&self, application: &str) -> impl Iterator<Item = (RuleNumber, &Rule)> {
        let own = self.of_applications.get(application).cloned().unwrap_or_default();
        let numbers = own.chain(self.of_organisation.clone());
        numbers.filter_map(|number| Some((RuleNumber(number), self.rules.get(number)?)))
    }

    /// Every rule: those of the applications, then those of the organisation.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rules that never match, because one before them in the same list always does.
    pub fn unreachable(&self) -> impl Iterator<Item = &Rule> {
        let mut closed: Option<Option<&str>> = None;
        self.rules.iter().filter(move |rule| {
            let list = rule.application.as_deref();
            let is_unreachable = closed == Some(list);
            if rule.conditions.is_empty() && rule.exempt.is_empty() && !rule.report_only {
                closed = Some(list);
            }
            is_unreachable
        })
    }

    /// The role that no change may lock out.
    pub fn administrators(&self) -> Option<&str> {
        self.administrators.as_deref()
    }

    /// How people come to a second factor.
    pub const fn enrolment(&self) -> Enrolment {
        self.enrolment
    }

    /// Whether a user is a break-glass account (S88).
    pub fn is_break_glass(&self, user: &User) -> bool {
        self.break_glass.iter().any(|upn| user.upn.as_str().eq_ignore_ascii_case(upn))
    }

    /// Whether somebody who proves who they are by a mechanism may be let in although the rules of place and time refuse
    /// everybody: then that mechanism is offered all the same (S88).
    pub fn spares(&self, mechanism: Mechanism) -> bool {
        mechanism == Mechanism::Passkey && !self.break_glass.is_empty()
    }

    pub(crate) fn looks_at(&self, fact: Fact) -> bool {
        self.looked_at.has(fact as usize)
    }

    pub(crate) fn profile(&self, number: usize) -> &Profile {
        self.profiles.get(number).unwrap_or(&Profile::BUILT_IN)
    }
}
