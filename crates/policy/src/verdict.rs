use crate::rule::{Fit, Outcome, RuleNumber};
use crate::seen::Seen;
use crate::{Facts, Policy, Profile};

/// What the rules say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A rule refuses.
    Deny(RuleNumber),
    /// Somebody may sign in with what a profile names: that of the first rule that matches, or the built-in one.
    Profile(Option<RuleNumber>, Profile),
    /// It depends on the person, and nobody knows who it is.
    Depends,
}

impl Policy {
    /// Asks the rules. Before somebody has proved who they are, a rule that refuses counts when it refuses everybody:
    /// nobody is let past it by a rule before it that might concern them (S97).
    pub(crate) fn judge(&self, facts: &Facts<'_>) -> Verdict {
        if self.rules.is_empty() && self.break_glass.is_empty() {
            return Verdict::Profile(None, Profile::BUILT_IN);
        }
        let seen = Seen::by(self, facts);
        let mut decided = Verdict::Profile(None, Profile::BUILT_IN);
        for (number, rule) in self.rules_for(&facts.application.name) {
            if rule.report_only {
                continue;
            }
            match (rule.fit(&seen), &rule.outcome) {
                (Fit::Fails(_) | Fit::Exempt, _) | (Fit::Depends, Outcome::Deny { .. }) => continue,
                (Fit::Depends, Outcome::Profile { .. }) => return Verdict::Depends,
                (Fit::Matches, Outcome::Deny { .. }) => return Verdict::Deny(number),
                (Fit::Matches, Outcome::Profile { number: profile, .. }) => {
                    decided = Verdict::Profile(Some(number), *self.profile(*profile));
                }
            }
            break;
        }
        match decided {
            Verdict::Profile(rule, _) if facts.user.is_some_and(|user| self.is_break_glass(user)) => {
                Verdict::Profile(rule, Profile::BREAK_GLASS)
            }
            other => other,
        }
    }
}
