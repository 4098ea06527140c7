//! Which rule decides.

use policy::TrialResult::{Decides, NoMatch, NotReached, Reports};

use crate::world::{World, policy};

const RULES: &str = "
    networks.office.ranges = ['192.0.2.0/24']
    [profiles.password]
    challenge-2 = []
    [[rules]]
    name = 'Elsewhere'
    when = { not-countries = ['AU', 'NZ'] }
    then = 'deny'
    message = 'Contoso allows sign-in from Australia and New Zealand.'
    [[rules]]
    name = 'Watched'
    when = { networks = ['office'] }
    then = 'deny'
    report-only = true
    [[rules]]
    name = 'In the office'
    when = { networks = ['office'] }
    profile = 'password'
    [[rules]]
    name = 'No time sheets'
    when = { applications = ['Time sheets'] }
    then = 'deny'
    [[applications.'Time sheets'.rules]]
    name = 'Time sheets from home'
    when = { not-networks = ['office'] }
    then = 'deny'
    [[applications.'Lunch'.rules]]
    name = 'Lunch for all'
    profile = 'password'";

/// CAF-02: rules are tried in order and the first match decides.
#[test]
fn the_first_rule_that_matches_decides() {
    let in_office = World::under(RULES).in_country("AU").from("192.0.2.1");
    assert_eq!(in_office.matched().as_deref(), Some("In the office"));
    assert_eq!(in_office.results(), [NoMatch, Reports, Decides, NotReached]);

    let abroad = World::under(RULES).in_country("PT").from("192.0.2.1");
    assert_eq!(abroad.refused_by(), Some("Elsewhere"));
    assert_eq!(abroad.results(), [Decides, NotReached, NotReached, NotReached]);

    let at_home = World::under(RULES).in_country("AU");
    assert_eq!(at_home.matched(), None, "no rule matches: the built-in profile");
}

#[test]
fn rules_of_an_application_come_before_those_of_the_organisation() {
    let from_home = World::under(RULES).in_country("PT").to("Time sheets");
    assert_eq!(from_home.refused_by(), Some("Time sheets from home"));
    let in_office = World::under(RULES).in_country("NZ").from("192.0.2.1").to("Time sheets");
    assert_eq!(in_office.matched().as_deref(), Some("In the office"));
    let lunch = World::under(RULES).in_country("PT").to("Lunch");
    assert_eq!(lunch.matched().as_deref(), Some("Lunch for all"));
    let other = World::under(RULES).in_country("PT").to("Other");
    assert_eq!(other.refused_by(), Some("Elsewhere"), "nobody else's rules");
}

/// S27: a session that may have one application's token need not have another's.
#[test]
fn a_session_is_judged_anew_for_every_application() {
    let session = || World::under(RULES).in_country("PT").in_session();
    assert!(session().to("Lunch").permits());
    assert_eq!(session().to("Time sheets").refused_by(), Some("Time sheets from home"));
    assert!(session().in_country("AU").permits(), "and when its facts change");
    assert_eq!(session().refused_by(), Some("Elsewhere"));
}

/// CAF-03: the explanation names the rules, what was there, and what would have been refused.
#[test]
fn a_decision_is_explained_by_the_rules_that_were_tried() {
    let in_office = World::under(RULES).in_country("AU").from("192.0.2.1").with_role("Staff");
    let (explanation, facts) = in_office.policy.explain(&in_office.facts()).unwrap();
    assert_eq!(explanation.matched.as_deref(), Some("In the office"));
    assert_eq!(explanation.reported, ["Watched"]);
    assert_eq!((facts.country, facts.autonomous_system), (Some("AU"), None));

    let trace = in_office.trace();
    let first = &trace.rules[0];
    assert_eq!((first.position, first.name.as_str(), first.does.as_str()), (1, "Elsewhere", "deny"));
    assert_eq!(first.why.as_deref(), Some("not-countries: AU"));

    let unknown = World::under(RULES);
    let (_, facts) = unknown.policy.explain(&unknown.facts()).unwrap();
    assert_eq!(facts.country, Some("not_listed"));
    assert!(policy("").explain(&unknown.facts()).is_none());
}

#[test]
fn a_rule_that_can_never_match_is_pointed_out() {
    let policy = policy(
        "profiles.p = {}
        [[rules]]
        name = 'Everybody else'
        profile = 'p'
        [[rules]]
        name = 'Too late'
        when = { countries = ['RU'] }
        then = 'deny'
        [[applications.Lunch.rules]]
        name = 'Elsewhere'
        then = 'deny'",
    );
    assert!(policy.unreachable().map(|rule| rule.name.as_str()).eq(["Too late"]));
}
