//! What a browser's sign-in lacks: the profile's two challenges, held against what was given.

use chrono::TimeDelta;

use crate::profile::{ENROLLABLE, USUAL_SECOND_FACTORS};
use crate::{Evidence, Facts, Mechanism, Mechanisms, Profile, SecondFactor};

/// What a browser's sign-in lacks.
pub(crate) enum Factors {
    /// Nothing; the second factor that was given, if it counts.
    Enough(Option<SecondFactor>),
    /// A second factor: one of these, which the person has.
    Ask(Mechanisms),
    /// Another first factor than the one given.
    OtherFirst,
    /// A second factor, which the person does not have. One of these would do.
    Missing(Mechanisms),
}

/// Holds what was given against a profile, and against what the application and its request demand (WSF-07, WSF-08).
///
/// Neither lowers what the other demands. A profile without an opinion on second factors asks whoever has one: that is
/// what enrolling means.
pub(crate) fn factors(facts: &Facts<'_>, evidence: &Evidence, profile: &Profile) -> Factors {
    let given = evidence
        .second_factor
        .filter(|given| is_young(facts, profile, given) && counts(evidence, profile, given.kind));
    let first = evidence.first_factor;
    if !profile.first.has(first) {
        // What is lacking of the first challenge can be given second: both are better than one.
        return match given.filter(|given| profile.first.has(given.kind)) {
            Some(given) if completes(profile, first) => Factors::Enough(Some(given)),
            Some(_) => Factors::OtherFirst,
            None => ask(facts, profile, first, profile.first, profile.first),
        };
    }
    let accepted = profile.second.filter(|set| !set.is_empty()).unwrap_or(USUAL_SECOND_FACTORS);
    let is_demanded =
        facts.demand.multifactor || facts.application.second_factor || profile.demands_second_factor();
    match given {
        Some(given) => Factors::Enough(Some(given)),
        None if is_demanded => match ask(facts, profile, first, accepted, accepted) {
            Factors::Missing(_) if facts.demand.enrolment_may_wait && !facts.demand.multifactor => {
                Factors::Enough(None)
            }
            lacking => lacking,
        },
        None if profile.second.is_none() => match ask(facts, profile, first, accepted, accepted) {
            Factors::Ask(offer) => Factors::Ask(offer),
            _ => Factors::Enough(None),
        },
        None => Factors::Enough(None),
    }
}

/// Asks for one of some mechanisms that the person has.
fn ask(
    facts: &Facts<'_>,
    profile: &Profile,
    first: Mechanism,
    wanted: Mechanisms,
    would_do: Mechanisms,
) -> Factors {
    // One passkey is both factors there: given once more, it is a second factor of this moment.
    let is_both = first == Mechanism::Passkey && profile.passkey_satisfies_both;
    let wanted = if is_both { wanted.with(Mechanism::Passkey) } else { wanted };
    let has = facts.second_factors.and(wanted);
    let offer: Mechanisms = has.iter().filter(|mechanism| is_both || *mechanism != first).collect();
    if offer.is_empty() { Factors::Missing(would_do.and(ENROLLABLE)) } else { Factors::Ask(offer) }
}

/// Whether a second factor is one that the profile takes.
fn counts(evidence: &Evidence, profile: &Profile, kind: Mechanism) -> bool {
    if kind == evidence.first_factor {
        // One passkey, with which the person was verified.
        return kind == Mechanism::Passkey && profile.passkey_satisfies_both;
    }
    let is_first = !profile.first.has(evidence.first_factor) && profile.first.has(kind);
    let accepted = profile.second.filter(|set| !set.is_empty()).unwrap_or(USUAL_SECOND_FACTORS);
    is_first || accepted.has(kind)
}

/// Whether a profile is met when what it wants first was given second, after another factor.
fn completes(profile: &Profile, other: Mechanism) -> bool {
    match profile.second {
        Some(set) if !set.is_empty() => profile.passkey_satisfies_both || set.has(other),
        _ => true,
    }
}

/// Whether a second factor still counts. One from the future never does.
fn is_young(facts: &Facts<'_>, profile: &Profile, given: &SecondFactor) -> bool {
    let age = facts.circumstances.now - given.given_at;
    let limits = [facts.demand.multifactor_within, profile.pass_through];
    age >= TimeDelta::zero() && limits.into_iter().flatten().all(|limit| age <= limit)
}
