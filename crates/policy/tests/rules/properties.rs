//! What holds whatever the rules are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use policy::{Mechanism, TrialResult};
use proptest::prelude::*;

use crate::world::{World, noon};

const VOCABULARY: &str = "
    networks.office.ranges = ['192.0.2.0/24']
    networks.vpn.ranges = ['192.0.2.128/25', '100.64.0.0/10']
    schedules.day = { zone = 'UTC', hours = ['Mon-Fri 08:00-18:00'] }
    profiles.password = { challenge-2 = [] }
    profiles.strong = { challenge-2 = ['totp', 'passkey'] }
";

/// One rule, without its name.
#[derive(Clone, Debug)]
struct Rule {
    conditions: Vec<String>,
    denies: bool,
    report_only: bool,
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let condition = prop::sample::select(vec![
        "networks = ['office']",
        "networks = ['vpn']",
        "not-networks = ['office', 'vpn']",
        "countries = ['AU']",
        "countries = ['PT', 'unknown']",
        "not-countries = ['AU', 'NZ']",
        "schedules = ['day']",
        "not-schedules = ['day']",
        "roles = ['Staff']",
        "not-roles = ['Staff']",
        "known-device = true",
        "applications = ['Office 365']",
        "signals = ['spray']",
        "domains = ['contoso.example']",
    ]);
    // A key may stand in a table once.
    let key = |text: &&str| text.split(' ').next().unwrap_or_default().to_owned();
    let conditions = prop::collection::vec(condition, 0..3).prop_map(move |texts| {
        let by_key: BTreeMap<_, _> = texts.into_iter().map(|text| (key(&text), text.to_owned())).collect();
        by_key.into_values().collect()
    });
    (conditions, any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(conditions, denies, report_only)| Rule { conditions, denies, report_only })
}

fn document(rules: &[Rule]) -> String {
    let mut text = VOCABULARY.to_owned();
    for (number, rule) in rules.iter().enumerate() {
        let then = if rule.denies { "then = 'deny'" } else { "profile = 'strong'" };
        let _ = write!(
            text,
            "[[rules]]\nname = '{number}'\nwhen = {{ {} }}\n{then}\nreport-only = {}\n",
            rule.conditions.join(", "),
            rule.report_only
        );
    }
    text
}

/// A request of somebody who has proved all that any profile asks.
#[derive(Clone, Debug)]
struct Request {
    address: &'static str,
    country: &'static str,
    hours: i64,
    staff: bool,
    known_device: Option<bool>,
}

fn any_request() -> impl Strategy<Value = Request> {
    let address =
        prop::sample::select(vec!["192.0.2.1", "192.0.2.200", "100.64.1.1", "203.0.113.1", "2001:db8::1"]);
    let country = prop::sample::select(vec!["AU", "NZ", "PT", ""]);
    (address, country, 0..7i64 * 24, any::<bool>(), any::<Option<bool>>()).prop_map(
        |(address, country, hours, staff, known_device)| Request {
            address,
            country,
            hours,
            staff,
            known_device,
        },
    )
}

impl Request {
    fn under(&self, rules: &[Rule]) -> World {
        let mut world = World::under(&document(rules)).from(self.address);
        world.now = noon() + chrono::TimeDelta::hours(self.hours);
        world.known_device = self.known_device;
        if !self.country.is_empty() {
            world = world.in_country(self.country);
        }
        if self.staff {
            world = world.with_role("Staff");
        }
        world.gave(Mechanism::Password, Some(Mechanism::Totp))
    }
}

/// What a request comes to: refused by a rule, or let in by one, or by none.
fn outcome(world: &World) -> (Option<String>, Option<String>) {
    match world.refused_by() {
        Some(rule) => (Some(rule.to_owned()), None),
        None => (None, world.matched()),
    }
}

proptest! {
    /// A rule that only reports changes nothing, wherever it stands.
    #[test]
    fn a_report_only_rule_changes_nothing(
        rules in prop::collection::vec(any_rule(), 0..6), added in any_rule(), at in 0..6usize, request in any_request(),
    ) {
        let before = outcome(&request.under(&rules));
        let mut more = rules.clone();
        let at = at.min(rules.len());
        more.insert(at, Rule { report_only: true, ..added });
        let after = outcome(&request.under(&more));
        // Rules after it have the next number for a name.
        let renamed = |name: Option<String>| {
            name.map(|name| name.parse::<usize>().unwrap()).map(|n| if n >= at { n + 1 } else { n }.to_string())
        };
        prop_assert_eq!((renamed(before.0), renamed(before.1)), after);
    }

    /// The judge tries each rule as the only one, in order, and takes the first that matches.
    #[test]
    fn the_first_rule_that_would_match_alone_decides(
        rules in prop::collection::vec(any_rule(), 0..6), request in any_request(),
    ) {
        let alone = |rule: &Rule| {
            let world = request.under(std::slice::from_ref(rule));
            world.refused_by().is_some() || world.matched().is_some()
        };
        let first = rules.iter().position(alone);
        let expected = first.map(|number| (rules[number].denies, number.to_string()));
        let found = match outcome(&request.under(&rules)) {
            (Some(rule), _) => Some((true, rule)),
            (None, Some(rule)) => Some((false, rule)),
            (None, None) => None,
        };
        prop_assert_eq!(found, expected);
    }

    /// Deny beats a permit that is not reached, and what the trace shows is what happens.
    #[test]
    fn the_trace_shows_the_rule_that_decides(
        rules in prop::collection::vec(any_rule(), 0..6), request in any_request(),
    ) {
        let world = request.under(&rules);
        let trace = world.trace();
        let decides = trace.rules.iter().find(|rule| rule.result == TrialResult::Decides);
        let (refused, matched) = outcome(&world);
        prop_assert_eq!(decides.map(|rule| rule.name.clone()), refused.clone().or(matched));
        prop_assert_eq!(decides.is_some_and(|rule| rule.does == "deny"), refused.is_some());
        let (explanation, _) = world.policy.explain(&world.facts()).map_or((None, Vec::new()), |(explanation, _)| {
            (explanation.matched, explanation.reported)
        });
        prop_assert_eq!(explanation, decides.map(|rule| rule.name.clone()));
    }

    /// S97: what is refused at the door is refused to everybody.
    #[test]
    fn nobody_gets_past_a_closed_door(
        rules in prop::collection::vec(any_rule(), 0..6), request in any_request(), staff in any::<bool>(),
        known_device in any::<Option<bool>>(),
    ) {
        if request.under(&rules).at_the_door().refused_by().is_some() {
            let person = Request { staff, known_device, ..request };
            prop_assert!(person.under(&rules).refused_by().is_some());
        }
    }
}
