use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use model::{Country, User};

use crate::fact::Fact;
use crate::schedule::TIME_ZONE_ATTRIBUTE;
use crate::subset::Subset;
use crate::vocabulary::{KNOWN_DEVICE, UNKNOWN};
use crate::{Browser, Evidence, Facts, Mechanism, OperatingSystem, Policy};

/// A request in the words of one policy: of everything that the policy names, what fits.
pub(crate) struct Seen<'a> {
    pub now: DateTime<Utc>,
    /// Who it is; none before somebody proved it.
    pub person: Option<SeenPerson<'a>>,
    sets: [Subset; Fact::COUNT],
}

/// Who asks.
pub(crate) struct SeenPerson<'a> {
    pub upn: &'a str,
    /// Whether it is a break-glass account that has shown a passkey (S88).
    pub breaks_glass: bool,
}

impl<'a> Seen<'a> {
    /// Looks at a request with a policy's eyes. What the policy does not name is not looked at.
    pub fn by(policy: &Policy, facts: &Facts<'a>) -> Self {
        let mut seen = Self { now: facts.circumstances.now, person: None, sets: [Subset::NONE; Fact::COUNT] };
        for (set, fact) in seen.sets.iter_mut().zip(Fact::ALL) {
            if policy.looks_at(fact) {
                *set = look(fact, policy, facts);
            }
        }
        if let Some(user) = facts.user {
            let breaks_glass = policy.is_break_glass(user) && facts.evidence.is_some_and(shows_passkey);
            seen.person = Some(SeenPerson { upn: user.upn.as_str(), breaks_glass });
        }
        seen
    }

    /// What fits of one kind.
    pub fn set(&self, fact: Fact) -> Subset {
        self.sets.get(fact as usize).copied().unwrap_or_default()
    }
}

/// What of one kind fits a request, of all that the policy names.
fn look(fact: Fact, policy: &Policy, facts: &Facts<'_>) -> Subset {
    let circumstances = &facts.circumstances;
    let one = |name: &str| policy.vocabulary.one(fact, name);
    match fact {
        Fact::Network => policy.networks.find(circumstances.address, circumstances.now),
        Fact::Country => one(circumstances.place.country.map_or(UNKNOWN, Country::as_str)),
        Fact::AutonomousSystem => match circumstances.place.autonomous_system {
            Ok(system) => one(&system.to_string()),
            Err(_) => one(UNKNOWN),
        },
        Fact::Schedule => open_schedules(policy, facts),
        Fact::Role => {
            facts.roles.iter().filter_map(|role| policy.vocabulary.number(fact, &role.name)).collect()
        }
        Fact::Application => one(&facts.application.name),
        Fact::Domain => facts.user.map_or(Subset::NONE, |user| one(user.upn.domain())),
        Fact::Endpoint => one(facts.requestor.endpoint().as_str()),
        Fact::OperatingSystem => one(OperatingSystem::of(circumstances.user_agent).as_str()),
        Fact::Browser => one(Browser::of(circumstances.user_agent).as_str()),
        Fact::Client => one(circumstances.client.as_str()),
        Fact::Device if circumstances.known_device == Some(true) => one(KNOWN_DEVICE),
        Fact::Device => Subset::NONE,
        Fact::Signal => {
            let signals = circumstances.signals.iter();
            signals.filter_map(|signal| policy.vocabulary.number(fact, signal.as_str())).collect()
        }
    }
}

fn open_schedules(policy: &Policy, facts: &Facts<'_>) -> Subset {
    let of_user = if policy.has_personal_schedules { facts.user.and_then(time_zone) } else { None };
    let numbered = policy.schedules.iter().enumerate();
    numbered
        .filter(|(_, schedule)| schedule.holds(facts.circumstances.now, of_user))
        .map(|(number, _)| number)
        .collect()
}

fn shows_passkey(evidence: Evidence) -> bool {
    let second = evidence.second_factor.map(|second| second.kind);
    evidence.first_factor == Mechanism::Passkey || second == Some(Mechanism::Passkey)
}

/// A user's own time zone.
fn time_zone(user: &User) -> Option<Tz> {
    user.attributes.first(TIME_ZONE_ATTRIBUTE)?.parse().ok()
}
