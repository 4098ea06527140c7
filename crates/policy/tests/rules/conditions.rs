//! Each condition by itself.

use policy::{Decision, Denial};
use policy::{Requestor, Signal, Signals, evaluate};

use crate::world::{World, installed, policy};

/// One rule that denies under some conditions.
fn denying(when: &str) -> World {
    World::under(&format!(
        "networks.office.ranges = ['192.0.2.0/24', '2001:db8:1::/48']
        networks.vpn = {{ ranges = ['100.64.0.0/10'], until = 2026-11-30 }}
        schedules.shift = {{ zone = 'Australia/Sydney', hours = ['Mon-Fri 08:00-17:30'] }}
        schedules.own = {{ zone = 'user', zone-otherwise = 'UTC', hours = ['Mon-Fri 08:00-17:30'] }}
        [[rules]]
        name = 'the rule'
        when = {{ {when} }}
        then = 'deny'"
    ))
}

fn matches(world: &World) -> bool {
    world.refused_by().is_some()
}

/// CAF-02: dual stack, an IPv4 address written as IPv6, a carrier's NAT, and a VPN that is lent.
#[test]
fn networks_hold_addresses_of_both_kinds_until_they_expire() {
    let office = || denying("networks = ['office']");
    for (address, expected) in [
        ("192.0.2.9", true),
        ("::ffff:192.0.2.9", true),
        ("2001:db8:1::9", true),
        ("2001:db8:2::9", false),
        ("203.0.113.9", false),
    ] {
        assert_eq!(matches(&office().from(address)), expected, "{address}");
        assert_eq!(matches(&denying("not-networks = ['office']").from(address)), !expected, "{address}");
    }
    let vpn = || denying("networks = ['office', 'vpn']").from("100.64.7.7");
    assert!(matches(&vpn()));
    assert!(matches(&vpn().at("2026-11-30T23:59:59Z")));
    assert!(!matches(&vpn().at("2026-12-01T00:00:00Z")));
}

#[test]
fn networks_of_the_installation_can_be_named() {
    let document = "rules = [{ name = 'r', when = { networks = ['plant'] }, then = 'deny' }]";
    assert!(policy::Policy::compile(1, document, &[], None).is_err());
    let networks = [installed("plant", &["198.51.100.0/24"])];
    let policy = policy::Policy::compile(1, document, &networks, None).unwrap();
    let world = World { policy, ..World::under("") };
    assert!(matches(&world.from("198.51.100.1")));
}

/// S32: an unknown country is one by itself, never a guess.
#[test]
fn an_unknown_country_is_in_no_list_but_by_its_name() {
    let unknown = |when: &str| matches(&denying(when));
    assert!(!unknown("countries = ['RU']"));
    assert!(unknown("countries = ['RU', 'unknown']"));
    assert!(unknown("not-countries = ['AU']"));
    assert!(!unknown("not-countries = ['AU', 'unknown']"));
    assert!(matches(&denying("countries = ['RU', 'BY']").in_country("BY")));
    assert!(!matches(&denying("not-countries = ['AU', 'NZ']").in_country("NZ")));
}

#[test]
fn autonomous_systems_are_told_apart_by_number() {
    assert!(matches(&denying("autonomous-systems = ['AS64500', '64501']").by_system(64_501)));
    assert!(!matches(&denying("autonomous-systems = ['AS64500']").by_system(64_502)));
    assert!(!matches(&denying("autonomous-systems = ['AS64500']")));
    assert!(matches(&denying("not-autonomous-systems = ['AS64500']")));
    assert!(matches(&denying("autonomous-systems = ['unknown']")));
}

/// Noon in London is 23:00 in Sydney.
#[test]
fn a_shift_ends_by_the_clock_of_its_place_or_of_the_user() {
    let at = |time: &str| matches(&denying("not-schedules = ['shift']").at(time));
    assert!(!at("2026-11-23T06:29:59Z") && at("2026-11-23T06:30:00Z"));
    let mut world = denying("not-schedules = ['own']");
    assert!(!matches(&world), "noon in UTC, which holds for those who have no zone");
    world.user.attributes.set("TimeZone", ["Australia/Sydney"]).unwrap();
    assert!(matches(&world));
    world.user.attributes.set("TimeZone", ["Atlantis"]).unwrap();
    assert!(!matches(&world), "no zone at all");
}

#[test]
fn roles_domains_and_applications_are_told_apart_by_name() {
    assert!(matches(&denying("roles = ['Staff', 'Guests']").with_role("Other").with_role("Guests")));
    assert!(!matches(&denying("roles = ['Staff']").with_role("staff")));
    assert!(matches(&denying("not-roles = ['Staff']")));
    assert!(matches(&denying("domains = ['Contoso.Example']")));
    assert!(!matches(&denying("domains = ['fabrikam.example']")));
    assert!(matches(&denying("not-domains = ['fabrikam.example']")));
    assert!(matches(&denying("applications = ['Time sheets']").to("Time sheets")));
    assert!(!matches(&denying("applications = ['Time sheets']")));
}

#[test]
fn what_a_client_says_of_itself_is_a_hint_that_can_be_asked_for() {
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Mobile/15E148 Safari/604.1";
    for (when, expected) in [
        ("operating-systems = ['ios', 'android']", true),
        ("operating-systems = ['macos']", false),
        ("browsers = ['safari']", true),
        ("not-browsers = ['safari']", false),
        ("clients = ['browser']", true),
        ("not-clients = ['browser']", false),
    ] {
        assert_eq!(matches(&World { user_agent: phone, ..denying(when) }), expected, "{when}");
    }
}

#[test]
fn a_device_that_nobody_knows_of_is_not_known() {
    for (known_device, expected) in [(Some(true), false), (Some(false), true), (None, true)] {
        assert_eq!(matches(&World { known_device, ..denying("known-device = false") }), expected);
        assert_eq!(matches(&World { known_device, ..denying("known-device = true") }), !expected);
    }
}

#[test]
fn signals_are_conditions() {
    let spray = || Signals::NONE.with(Signal::Spray);
    assert!(matches(&World { signals: spray(), ..denying("signals = ['new-device', 'spray']") }));
    assert!(!matches(&World { signals: spray(), ..denying("signals = ['new-device']") }));
    assert!(!matches(&denying("signals = ['spray']")));
    assert!(matches(&denying("not-signals = ['spray']")));
}

/// CAF-02: endpoint kind as condition.
#[test]
fn endpoints_are_conditions() {
    assert!(matches(&denying("endpoints = ['passive']")));
    let world = denying("endpoints = ['active-2005', 'active-13']");
    assert!(!matches(&world));
    let decision = evaluate(&world.facts_by(Requestor::Passive));
    assert!(matches!(decision, Decision::Permit(_)), "{decision:?}");
}

#[test]
fn all_conditions_of_a_rule_have_to_be_met() {
    let both = || denying("countries = ['PT'], networks = ['office']");
    assert!(matches(&both().in_country("PT").from("192.0.2.1")));
    assert!(!matches(&both().in_country("PT")));
    assert!(!matches(&both().from("192.0.2.1")));
    assert!(matches(&denying("")), "a rule without conditions matches everybody");
}

/// What nobody reads needs no look-up: so the hot path pays for what rules ask.
#[test]
fn a_policy_says_which_look_ups_it_needs() {
    let reads = |when: &str| denying(when).policy.reads();
    assert!(reads("countries = ['PT']").place && reads("not-autonomous-systems = ['AS1']").place);
    assert!(reads("known-device = true").device && reads("signals = ['spray']").signals);
    let cheap = reads("networks = ['office'], roles = ['Staff'], not-schedules = ['own']");
    assert!(!cheap.place && !cheap.device && !cheap.signals);
    assert!(!policy("").reads().place);
}

#[test]
fn a_rule_denies_before_the_grant_is_looked_at() {
    let world = World { granted: false, ..denying("countries = ['PT']") };
    assert_eq!(world.denial(), Some(Denial::NotGranted));
    assert!(matches(&world.in_country("PT")));
}
