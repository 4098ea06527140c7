use chrono::TimeDelta;
use model::{Domain, User};

use crate::active::{self, DoorClosed, DoorFacts, Passage, PersonFacts, PersonRefused, PolicyDemand};
use crate::{ActiveFacts, Evidence, Facts, Mechanism, Mechanisms, Permit, SecondFactor};

/// The version of the built-in policy, recorded with every decision.
pub const POLICY_VERSION: u32 = 3;

/// What can be enrolled as a second factor.
const SECOND_FACTORS: Mechanisms = Mechanisms::NONE.with(Mechanism::Totp).with(Mechanism::Passkey);

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
    /// The first factor is good; a second one is missing or too old (WSF-07, WSF-08). One of these will do, and the
    /// person has them.
    SecondFactor(Mechanisms),
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
    /// A second factor is demanded, and the person has none enrolled (WSF-07). One of these would do.
    SecondFactorNotEnrolled(Mechanisms),
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
            Self::SecondFactorNotEnrolled(_) => "second_factor_not_enrolled",
            Self::ForeignUser => "user_of_another_organisation",
            Self::Door(closed) => closed.code(),
            Self::Person(refused) => refused.code(),
        }
    }

    /// Whether it tells something of the person: an active requestor must not be able to tell it from a wrong
    /// password (S54).
    pub const fn is_personal(self) -> bool {
        match self {
            Self::UserDisabled
            | Self::NotGranted
            | Self::SecondFactorNotEnrolled(_)
            | Self::ForeignUser
            | Self::Person(_) => true,
            Self::ApplicationDisabled | Self::Door(_) => false,
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
    // A program can be asked for nothing more than its password: what that means for it, `active` decides.
    let second_factor = active.map_or_else(|| second_factor(facts, &evidence), |_| Factors::Enough(None));
    let second_factor = match second_factor {
        Factors::Enough(given) => Ok(given),
        Factors::Ask(offer) => return Decision::Challenge(Challenge::SecondFactor(offer)),
        Factors::Missing => Err(Denial::SecondFactorNotEnrolled(SECOND_FACTORS)),
    };
    // Said first to those who would enrol for nothing; told to nobody who has not given every factor they have.
    if !facts.granted {
        return Decision::Deny(Denial::NotGranted);
    }
    let second_factor = match second_factor {
        Ok(given) => given,
        Err(denial) => return Decision::Deny(denial),
    };
    let rule = match active {
        None => "granted-by-role",
        // A session is for browsers: a program gives the password with every request.
        Some(ActiveFacts { door, person: Some(known) }) if facts.prompted => {
            match person(user, &demanding(facts, door), known) {
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
        // A second factor that did not count for the decision counts for no claim either (TOK-10).
        evidence: Evidence { second_factor, ..evidence },
        endpoint: facts.requestor.endpoint(),
        rule,
        policy_version: POLICY_VERSION,
        made_at: facts.circumstances.now,
    })
}

/// A domain of another organisation is none.
fn door(facts: &Facts<'_>, active: &ActiveFacts<'_>) -> Result<(), DoorClosed> {
    let own = |domain: &&Domain| domain.organisation == facts.application.organisation;
    active::door(&DoorFacts { domain: active.door.domain.filter(own), ..demanding(facts, &active.door) })
}

/// The door with what the application demands of everybody.
fn demanding<'a>(facts: &Facts<'_>, door: &DoorFacts<'a>) -> DoorFacts<'a> {
    let of_application =
        if facts.application.second_factor { PolicyDemand::SecondFactor } else { PolicyDemand::Password };
    DoorFacts { demand: door.demand.max(of_application), ..*door }
}

/// The door that was opened has to be that of the person's own domain.
fn person(user: &User, door: &DoorFacts<'_>, known: &PersonFacts<'_>) -> Result<Passage, PersonRefused> {
    if !door.domain.is_some_and(|domain| domain.holds(&user.upn)) {
        return Err(PersonRefused::OtherDomain);
    }
    active::person(door, known)
}

/// What a browser's sign-in lacks beside the first factor.
enum Factors {
    /// Nothing; the second factor that was given, if it counts.
    Enough(Option<SecondFactor>),
    /// A second factor: one of these, which the person has.
    Ask(Mechanisms),
    /// A second factor, which the person does not have.
    Missing,
}

/// Whoever has a second factor is asked for it, demanded or not: that is what enrolling means.
fn second_factor(facts: &Facts<'_>, evidence: &Evidence) -> Factors {
    let is_demanded = facts.demand.multifactor || facts.application.second_factor;
    match evidence.second_factor.filter(|given| is_young(facts, given)) {
        Some(given) => Factors::Enough(Some(given)),
        None if !facts.second_factors.is_empty() => Factors::Ask(facts.second_factors),
        None if is_demanded => Factors::Missing,
        None => Factors::Enough(None),
    }
}

/// Whether a second factor still counts. One from the future never does.
fn is_young(facts: &Facts<'_>, given: &SecondFactor) -> bool {
    let age = facts.circumstances.now - given.given_at;
    age >= TimeDelta::zero() && facts.demand.multifactor_within.is_none_or(|limit| age <= limit)
}

/// Whether the first factor is young enough. One given for this very request always is; one from the future never,
/// or a clock set back would make a session fresh for ever.
fn is_fresh(facts: &Facts<'_>, evidence: &Evidence) -> bool {
    let age = facts.circumstances.now - evidence.first_factor_at;
    if age < TimeDelta::zero() {
        return facts.prompted;
    }
    facts.prompted || facts.demand.fresh_within.is_none_or(|limit| !limit.is_zero() && age <= limit)
}
