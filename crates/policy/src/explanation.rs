use std::fmt;

use model::{Country, Unplaced};
use serde::Serialize;

use crate::fact::Fact;
use crate::rule::{Condition, Fit, Outcome, Rule};
use crate::seen::Seen;
use crate::{Facts, Policy};

/// What the rules made of a request, short enough for its row in the ledger. With the version of the policy and the facts,
/// the whole [`Trace`] can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The version of the policy.
    pub version: u32,
    /// The rule that decided; none: no rule matched, and the built-in profile did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
    /// The rules that only report and would have decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reported: Vec<String>,
}

/// The facts that the rules looked at and that nothing else in the row tells. They are the person's, and erased with
/// the other personal fields (S79).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeenFacts {
    /// The country, or why it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<&'static str>,
    /// The autonomous system, or why it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonomous_system: Option<String>,
    /// Whether the device was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_device: Option<bool>,
    /// What was suspicious.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<&'static str>,
    /// The roles that the policy names and the user had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// Every rule that was asked for a request, in order, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The rules.
    pub rules: Vec<Tried>,
}

/// A rule that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Whose rule it is: an application's name, or none for the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Its place in that list, counted from one.
    pub position: usize,
    /// Its name.
    pub name: String,
    /// What it does.
    pub does: String,
    /// Whether it refuses.
    pub denies: bool,
    /// What came of it.
    pub result: TrialResult,
    /// The condition that was not met, with what was there instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Tried {
    /// Whether this is the rule that decided.
    pub fn decides(&self) -> bool {
        self.result == TrialResult::Decides
    }
}

impl TrialResult {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decides => "decides",
            Self::Reports => "reports",
            Self::NoMatch => "no match",
            Self::Exempt => "exempt",
            Self::Depends => "depends on the person",
            Self::NotReached => "not reached",
        }
    }
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialResult {
    /// It matches, and decides.
    Decides,
    /// It matches, and only reports.
    Reports,
    /// A condition is not met.
    NoMatch,
    /// The user is exempt from it.
    Exempt,
    /// It depends on the person, and nobody knows yet who that is.
    Depends,
    /// A rule before it decided.
    NotReached,
}

impl Policy {
    /// What the rules make of a request; none where there are no rules.
    pub fn explain(&self, facts: &Facts<'_>) -> Option<(Explanation, SeenFacts)> {
        if self.rules.is_empty() {
            return None;
        }
        let mut explanation = Explanation { version: self.version, matched: None, reported: Vec::new() };
        let seen = Seen::by(self, facts);
        for (_, rule) in self.rules_for(&facts.application.name) {
            if rule.fit(&seen) == Fit::Matches {
                if !rule.report_only {
                    explanation.matched = Some(rule.name.clone());
                    break;
                }
                explanation.reported.push(rule.name.clone());
            }
        }
        Some((explanation, self.seen_facts(facts, &seen)))
    }

    /// Every rule that is asked for a request, and what came of it.
    pub fn trace(&self, facts: &Facts<'_>) -> Trace {
        let seen = Seen::by(self, facts);
        let mut is_decided = false;
        let tried = self.rules_for(&facts.application.name).map(|(_, rule)| {
            let (result, why) = match rule.fit(&seen) {
                _ if is_decided => (TrialResult::NotReached, None),
                Fit::Matches if rule.report_only => (TrialResult::Reports, None),
                Fit::Matches => (TrialResult::Decides, None),
                Fit::Exempt => (TrialResult::Exempt, None),
                Fit::Depends => (TrialResult::Depends, None),
                Fit::Fails(number) => {
                    let condition = rule.conditions.get(number);
                    (TrialResult::NoMatch, condition.map(|condition| self.actual(condition, facts, &seen)))
                }
            };
            is_decided |= result == TrialResult::Decides;
            Tried {
                application: rule.application.clone(),
                position: rule.position,
                name: rule.name.clone(),
                does: rule.to_string(),
                denies: rule.denies(),
                result,
                why,
            }
        });
        Trace { rules: tried.collect() }
    }

    fn seen_facts(&self, facts: &Facts<'_>, seen: &Seen<'_>) -> SeenFacts {
        let circumstances = &facts.circumstances;
        let place = circumstances.place;
        let reads = self.reads();
        SeenFacts {
            country: self
                .looks_at(Fact::Country)
                .then(|| place.country.map_or_else(Unplaced::as_str, Country::as_str)),
            autonomous_system: self.looks_at(Fact::AutonomousSystem).then(|| {
                let system = place.autonomous_system;
                match system {
                    Ok(system) => system.to_string(),
                    Err(why) => why.as_str().to_owned(),
                }
            }),
            known_device: circumstances.known_device.filter(|_| reads.device),
            signals: circumstances
                .signals
                .iter()
                .filter(|_| reads.signals)
                .map(crate::Signal::as_str)
                .collect(),
            roles: self.spell(Fact::Role, seen),
        }
    }

    /// What was there instead of what a condition wants.
    fn actual(&self, condition: &Condition, facts: &Facts<'_>, seen: &Seen<'_>) -> String {
        let fact = condition.fact;
        let place = facts.circumstances.place;
        let there = match fact {
            Fact::Country => place.country.map_or_else(|why| format!("unknown, {why}"), |it| it.to_string()),
            Fact::AutonomousSystem => {
                place.autonomous_system.map_or_else(|why| format!("unknown, {why}"), |it| it.to_string())
            }
            Fact::Application => facts.application.name.clone(),
            Fact::Device => {
                let known = facts.circumstances.known_device;
                known.map_or("not known", |known| if known { "known" } else { "new" }).to_owned()
            }
            Fact::Domain => facts.user.map_or_else(String::new, |user| user.upn.domain().to_owned()),
            _ => self.spell(fact, seen).join(", "),
        };
        let there = if there.is_empty() { "none that the policy names" } else { there.as_str() };
        format!(
            "{}: {there}",
            if condition.negated { format!("not-{}", fact.key()) } else { fact.key().to_owned() }
        )
    }

    fn spell(&self, fact: Fact, seen: &Seen<'_>) -> Vec<String> {
        self.vocabulary.spell(fact, seen.set(fact)).into_iter().map(str::to_owned).collect()
    }
}

/// What a rule does, in words.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Deny { .. } => f.write_str("deny"),
            Outcome::Profile { name, .. } => write!(f, "profile {name}"),
        }?;
        if self.report_only { f.write_str(", report only") } else { Ok(()) }
    }
}
