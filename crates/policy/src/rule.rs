use chrono::{DateTime, Utc};

use crate::fact::Fact;
use crate::seen::Seen;
use crate::subset::Subset;

/// A rule of a policy, ready to be held against a request.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is called.
    pub name: String,
    /// The application whose own rule it is; none: one of the organisation's.
    pub application: Option<String>,
    /// Its place in that list, counted from one.
    pub position: usize,
    /// What happens when it matches.
    pub outcome: Outcome,
    /// Whether it only leaves a note.
    pub report_only: bool,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) exempt: Vec<Exempt>,
}

/// A rule's number in its policy. It means nothing in another policy, or another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleNumber(pub(crate) usize);

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Refuses, with what a refused user reads.
    Deny {
        /// In the organisation's own words.
        message: Option<String>,
    },
    /// Lets people sign in with what a profile names.
    Profile {
        /// The profile's name.
        name: String,
        /// Its number in the policy.
        number: usize,
    },
}

/// One condition: something of the set fits, or nothing of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    pub fact: Fact,
    pub negated: bool,
    pub set: Subset,
    /// Whether it depends on the person.
    pub personal: bool,
}

/// Somebody whom a rule does not concern for a while.
#[derive(Clone, Debug)]
pub(crate) struct Exempt {
    pub upn: String,
    pub from: Option<DateTime<Utc>>,
    pub until: DateTime<Utc>,
}

/// How a rule fits a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It matches.
    Matches,
    /// This condition is not met.
    Fails(usize),
    /// It would match, but the user is exempt.
    Exempt,
    /// It depends on who it is, and nobody knows yet.
    Depends,
}

impl Rule {
    /// Whether it refuses.
    pub const fn denies(&self) -> bool {
        matches!(self.outcome, Outcome::Deny { .. })
    }

    /// What a refused user reads.
    pub fn message(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Deny { message } => message.as_deref(),
            Outcome::Profile { .. } => None,
        }
    }

    /// Holds the rule against a request.
    pub(crate) fn fit(&self, seen: &Seen<'_>) -> Fit {
        let mut depends = false;
        for (number, condition) in self.conditions.iter().enumerate() {
            if condition.personal && seen.person.is_none() {
                depends = true;
            } else if seen.set(condition.fact).meets(condition.set) == condition.negated {
                return Fit::Fails(number);
            }
        }
        if depends {
            return Fit::Depends;
        }
        self.exemption(seen)
    }

    /// What is left once the conditions are met.
    fn exemption(&self, seen: &Seen<'_>) -> Fit {
        let mut live = self.exempt.iter().filter(|exempt| exempt.is_live(seen.now)).peekable();
        let Some(person) = &seen.person else {
            return if live.peek().is_some() { Fit::Depends } else { Fit::Matches };
        };
        let is_exempt = live.any(|exempt| exempt.upn.eq_ignore_ascii_case(person.upn))
            || (person.breaks_glass && self.denies() && self.is_of_place_or_time());
        if is_exempt { Fit::Exempt } else { Fit::Matches }
    }

    fn is_of_place_or_time(&self) -> bool {
        self.conditions.iter().any(|condition| condition.fact.is_of_place_or_time())
    }
}

impl Exempt {
    fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= now) && now < self.until
    }
}
