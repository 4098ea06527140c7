use chrono::TimeDelta;

use crate::{Evidence, Facts, Permit};

/// The version of the built-in policy, recorded with every decision.
pub const POLICY_VERSION: u32 = 1;

/// What the policy says of a request.
#[derive(Debug)]
pub enum Decision {
    /// A token may be issued.
    Permit(Permit),
    /// The person has to prove more, and may.
    Challenge(Challenge),
    /// No token; nothing the person can type changes that now.
    Deny(Denial),
}

/// What the person has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// Nobody has signed in here, or the session has ended.
    SignIn,
    /// The session is older than the application accepts (WSF-06).
    Fresh,
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The application is switched off.
    ApplicationDisabled,
    /// The user may not sign in at all.
    UserDisabled,
    /// No role of the user is granted the application.
    NotGranted,
    /// The application demands a second factor, and none can be given here (WSF-07).
    MultifactorUnavailable,
    /// User and application are of different organisations (S72, S73).
    ForeignUser,
}

impl Denial {
    /// The stable code in page, ledger, log and documentation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ApplicationDisabled => "application_disabled",
            Self::UserDisabled => "user_disabled",
            Self::NotGranted => "application_not_granted",
            Self::MultifactorUnavailable => "multifactor_unavailable",
            Self::ForeignUser => "user_of_another_organisation",
        }
    }
}

/// Decides on a request. What can be decided without the person comes first, alike for every name (S97).
pub fn evaluate(facts: &Facts<'_>) -> Decision {
    if !facts.application.enabled {
        return Decision::Deny(Denial::ApplicationDisabled);
    }
    if facts.demand.multifactor {
        return Decision::Deny(Denial::MultifactorUnavailable);
    }
    let (Some(user), Some(evidence)) = (facts.user, facts.evidence) else {
        return Decision::Challenge(Challenge::SignIn);
    };
    if user.organisation != facts.application.organisation {
        return Decision::Deny(Denial::ForeignUser);
    }
    if !user.active {
        return Decision::Deny(Denial::UserDisabled);
    }
    if !is_fresh(facts, &evidence) {
        return Decision::Challenge(Challenge::Fresh);
    }
    if !facts.granted {
        return Decision::Deny(Denial::NotGranted);
    }
    Decision::Permit(Permit {
        organisation: user.organisation,
        user: user.id,
        application: facts.application.id,
        request: facts.request,
        evidence,
        rule: "granted-by-role",
        policy_version: POLICY_VERSION,
        made_at: facts.now,
    })
}

/// Whether the first factor is young enough. One given for this very request always is; one from the future never,
/// or a clock set back would make a session fresh for ever.
fn is_fresh(facts: &Facts<'_>, evidence: &Evidence) -> bool {
    let age = facts.now - evidence.first_factor_at;
    if age < TimeDelta::zero() {
        return facts.prompted;
    }
    facts.prompted || facts.demand.fresh_within.is_none_or(|limit| !limit.is_zero() && age <= limit)
}
