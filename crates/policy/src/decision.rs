use chrono::TimeDelta;
use model::{ApplicationKind, Domain, User};

use crate::active::{self, DoorClosed, DoorFacts, Passage, PersonFacts, PersonRefused, PolicyDemand};
use crate::factors::{Factors, factors};
use crate::verdict::Verdict;
use crate::{ActiveFacts, Evidence, Facts, Mechanism, Mechanisms, Permit, Profile, RuleNumber, SecondFactor};

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
    /// A rule of the policy refuses.
    Rule {
        /// Which.
        rule: RuleNumber,
        /// Whether the rule was asked once the person was known. Otherwise it refuses everybody alike.
        personal: bool,
        /// Whether the person may be told why: everybody may what concerns everybody, and otherwise who gave every
        /// factor, or asks in a browser that this user has signed in with before (S97).
        told: bool,
    },
    /// A break-glass account gets no token for Microsoft 365 (S88).
    BreakGlass,
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
            Self::Rule { .. } => "rule",
            Self::BreakGlass => "break_glass",
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
            | Self::BreakGlass
            | Self::Person(_) => true,
            Self::Rule { personal, .. } => personal,
            Self::ApplicationDisabled | Self::Door(_) => false,
        }
    }
}

/// Decides on a request. What can be decided without the person comes first, alike for every name (S97).
pub fn evaluate(facts: &Facts<'_>) -> Decision {
    let verdict = facts.policy.judge(facts);
    // First of all: where the road is off, nothing else may be told of what is behind it.
    let active = facts.requestor.active();
    if let Some(Err(closed)) = active.map(|active| door(facts, active, &verdict)) {
        return Decision::Deny(Denial::Door(closed));
    }
    if !facts.application.enabled {
        return Decision::Deny(Denial::ApplicationDisabled);
    }
    let (Some(user), Some(evidence)) = (facts.user, facts.evidence) else {
        return match verdict {
            Verdict::Deny(rule) => Decision::Deny(Denial::Rule { rule, personal: false, told: true }),
            Verdict::Profile(..) | Verdict::Depends => Decision::Challenge(Challenge::SignIn),
        };
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
    let (matched, profile) = match verdict {
        Verdict::Profile(rule, profile) => (rule, profile),
        // Whoever is refused gives every factor first, so that the refusal tells nothing to whoever cannot (S97).
        Verdict::Deny(rule) => (Some(rule), Profile::BUILT_IN),
        Verdict::Depends => return Decision::Challenge(Challenge::SignIn),
    };
    // A program can be asked for nothing more than its password: what that means for it, `active` decides.
    let factors = active.map_or_else(|| factors(facts, &evidence, &profile), |_| Factors::Enough(None));
    let second_factor = match factors {
        Factors::Enough(given) => Ok(given),
        Factors::Ask(offer) => return Decision::Challenge(Challenge::SecondFactor(offer)),
        Factors::OtherFirst => return Decision::Challenge(Challenge::SignIn),
        Factors::Missing(which) => Err(Denial::SecondFactorNotEnrolled(which)),
    };
    if let Verdict::Deny(rule) = verdict {
        let told = may_be_told(facts, &evidence, second_factor.ok().flatten());
        return Decision::Deny(Denial::Rule { rule, personal: true, told });
    }
    // Said first to those who would enrol for nothing; told to nobody who has not given every factor they have.
    if !facts.granted {
        return Decision::Deny(Denial::NotGranted);
    }
    let second_factor = match second_factor {
        Ok(given) => given,
        Err(denial) => return Decision::Deny(denial),
    };
    let breaks_glass = facts.policy.is_break_glass(user);
    if breaks_glass && facts.application.kind == ApplicationKind::Microsoft365 {
        return Decision::Deny(Denial::BreakGlass);
    }
    let rule = match active {
        None => "granted-by-role",
        // A session is for browsers: a program gives the password with every request.
        Some(ActiveFacts { door, person: Some(known) }) if facts.prompted => {
            let demand = known.demand.max(demand_of(&profile));
            match person(user, &demanding(facts, door), &PersonFacts { demand, ..*known }) {
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
        matched,
        policy_version: facts.policy.version(),
        breaks_glass,
        inside: facts.policy.networks().are_around(facts.circumstances.address, facts.circumstances.now),
        made_at: facts.circumstances.now,
    })
}

/// Whether somebody whom a rule refuses may read why: who gave more than a password, or asks in a browser that this
/// user has signed in with before. A live session is such a browser.
fn may_be_told(facts: &Facts<'_>, evidence: &Evidence, second_factor: Option<SecondFactor>) -> bool {
    !facts.prompted
        || second_factor.is_some()
        || evidence.first_factor == Mechanism::Passkey
        || facts.circumstances.known_device == Some(true)
}

/// A domain of another organisation is none.
fn door(facts: &Facts<'_>, active: &ActiveFacts<'_>, verdict: &Verdict) -> Result<(), DoorClosed> {
    let own = |domain: &&Domain| domain.organisation == facts.application.organisation;
    let demanded = demanding(facts, &active.door);
    // What depends on the person is demanded of the person, not at the door.
    let by_rule = match verdict {
        Verdict::Profile(_, profile) if facts.user.is_none() => demand_of(profile),
        _ => PolicyDemand::Password,
    };
    let domain = active.door.domain.filter(own);
    active::door(&DoorFacts { domain, demand: demanded.demand.max(by_rule), ..demanded })
}

/// What a profile demands of a program, which can give a password and nothing else.
const fn demand_of(profile: &Profile) -> PolicyDemand {
    if !profile.first.has(Mechanism::Password) {
        PolicyDemand::UserInterface
    } else if profile.demands_second_factor() {
        PolicyDemand::SecondFactor
    } else {
        PolicyDemand::Password
    }
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

/// Whether the first factor is young enough. One given for this very request always is; one from the future never,
/// or a clock set back would make a session fresh for ever.
fn is_fresh(facts: &Facts<'_>, evidence: &Evidence) -> bool {
    let age = facts.circumstances.now - evidence.first_factor_at;
    if age < TimeDelta::zero() {
        return facts.prompted;
    }
    facts.prompted || facts.demand.fresh_within.is_none_or(|limit| !limit.is_zero() && age <= limit)
}
