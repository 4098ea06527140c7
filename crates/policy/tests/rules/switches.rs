//! Geolock and client access filtering.

use model::EntraFacts;
use policy::active::{DoorFacts, PolicyDemand};
use policy::{ActiveFacts, Decision, Denial, Requestor, evaluate};

use crate::world::World;

const GEOLOCK: &str = "
    networks.ship.ranges = ['198.51.100.0/24']
    [geolock]
    countries = ['AU', 'NZ']
    except-networks = ['ship']
    except-roles = ['Travellers']
    message = 'Contoso allows sign-in from Australia and New Zealand.'";

#[test]
fn geolock_lets_in_from_its_countries_and_its_exceptions_alone() {
    let from = |country: &str| World::under(GEOLOCK).in_country(country);
    assert!(from("AU").permits() && from("NZ").permits());
    assert_eq!(from("PT").refused_by(), Some("Geolock"));
    assert!(from("PT").with_role("Travellers").permits());
    assert!(from("PT").from("198.51.100.1").permits());
}

/// S32: geolock denies what it cannot place, unless an admin says otherwise.
#[test]
fn geolock_denies_an_unknown_country_by_default() {
    assert_eq!(World::under(GEOLOCK).refused_by(), Some("Geolock"));
    assert!(World::under("geolock = { countries = ['AU'], allow-unknown = true }").permits());
}

#[test]
fn switches_show_as_ordinary_rules_before_the_others() {
    let world = World::under(
        "networks.office.ranges = ['192.0.2.0/24']
        geolock = { countries = ['AU'], report-only = true }
        client-access-filtering = { inside = ['office'], outside = 'browsers' }
        rules = [{ name = 'mine', then = 'deny' }]",
    );
    let shown: Vec<_> =
        world.trace().rules.into_iter().map(|rule| (rule.position, rule.name, rule.does)).collect();
    let expected =
        [(1, "Geolock", "deny, report only"), (2, "Client access filtering", "deny"), (3, "mine", "deny")];
    assert_eq!(shown, expected.map(|(position, name, does)| (position, name.to_owned(), does.to_owned())));
    assert_eq!(world.refused_by(), Some("mine"));
    let unlocked = World::under("geolock = { countries = ['AU'], report-only = true }");
    assert!(unlocked.permits());
}

/// CAF-02: AD FS's patterns "block all external" and "external only browser", and "only for a group".
#[test]
fn client_access_filtering_tells_inside_from_outside_and_browsers_from_programs() {
    let filtering = |outside: &str| {
        World::under(&format!(
            "networks.office.ranges = ['192.0.2.0/24']
            client-access-filtering = {{ inside = ['office'], outside = '{outside}', except-roles = ['Sales'] }}"
        ))
    };
    assert!(filtering("nothing").from("192.0.2.1").permits());
    assert_eq!(filtering("nothing").refused_by(), Some("Client access filtering"));
    assert!(filtering("nothing").with_role("Sales").permits());
    assert!(filtering("browsers").permits());

    let program = ActiveFacts {
        door: DoorFacts {
            domain: None,
            networks: &[],
            demand: PolicyDemand::Password,
            entra: EntraFacts::default(),
        },
        person: None,
    };
    for requestor in [Requestor::Active2005(program), Requestor::Active13(program)] {
        let world = filtering("browsers");
        let trace = world.policy.trace(&world.facts_by(requestor));
        assert_eq!(trace.rules[0].result, policy::TrialResult::Decides);
        // And where the road is off, nothing is told of the rule (protocol.md §4.8).
        assert!(matches!(evaluate(&world.facts_by(requestor)), Decision::Deny(Denial::Door(_))));
    }
}
