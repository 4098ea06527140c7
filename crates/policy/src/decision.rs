use chrono::TimeDelta;
use model::{Domain, User};

use crate::active::{self, DoorClosed, DoorFacts, Passage, PersonFacts, PersonRefused};
use crate::{ActiveFacts, Evidence, Facts, Permit};

/// The version of the built-in policy, recorded with every decision.
pub const POLICY_VERSION: u32 = 2;

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
    /// Nobody has signed in here, or the session has ended. To an active request: its password may be looked at.
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
    /// An active request that is refused before its password is looked at.
    Door(DoorClosed),
    /// An active request that is refused for what its person is or lacks.
    Person(PersonRefused),
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
            Self::Door(closed) => closed.code(),
            Self::Person(refused) => refused.code(),
        }
    }

    /// Whether it tells something of the person: an active requestor must not be able to tell it from a wrong
    /// password (S54).
    pub const fn is_personal(self) -> bool {
        match self {
            Self::UserDisabled | Self::NotGranted | Self::ForeignUser | Self::Person(_) => true,
            Self::ApplicationDisabled | Self::MultifactorUnavailable | Self::Door(_) => false,
        }
    }
}

/// Decides on a request. What can be decided without the person comes first, alike for every name (S97).
pub fn evaluate(facts: &Facts<'_>) -> Decision {
    // First of all: where the road is off, nothing else may be told of what is behind it.
    let active = facts.requestor.active();
    if let Some(Err(closed)) = active.map(|active| door(facts, active)) {
        return Decision::Deny(Denial::Door(closed));
    }
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
    let rule = match active {
        None => "granted-by-role",
        // A session is for browsers: a program gives the password with every request.
        Some(ActiveFacts { door, person: Some(known) }) if facts.prompted => {
            match person(user, door, known) {
                Ok(passage) => passage.rule(),
                Err(refused) => return Decision::Deny(Denial::Person(refused)),
            }
        }
        Some(_) => return Decision::Challenge(Challenge::SignIn),
    };
    Decision::Permit(Permit {
        organisation: user.organisation,
        user: user.id,
        application: facts.application.id,
        request: facts.request,
        evidence,
        endpoint: facts.requestor.endpoint(),
        rule,
        policy_version: POLICY_VERSION,
        made_at: facts.now,
    })
}

/// A domain of another organisation is none.
fn door(facts: &Facts<'_>, active: &ActiveFacts<'_>) -> Result<(), DoorClosed> {
    let own = |domain: &&Domain| domain.organisation == facts.application.organisation;
    active::door(&DoorFacts { domain: active.door.domain.filter(own), ..active.door })
}

/// The door that was opened has to be that of the person's own domain.
fn person(user: &User, door: &DoorFacts<'_>, known: &PersonFacts<'_>) -> Result<Passage, PersonRefused> {
    if !door.domain.is_some_and(|domain| domain.holds(&user.upn)) {
        return Err(PersonRefused::OtherDomain);
    }
    active::person(door, known)
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
