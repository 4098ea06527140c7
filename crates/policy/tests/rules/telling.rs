//! S97: what a refusal tells, and whom.

use policy::{Challenge, Denial, Mechanism};

use crate::world::{TOTP, World};

const ELSEWHERE: &str = "rules = [{ name = 'Elsewhere', when = { not-countries = ['AU'] }, then = 'deny' }]";

const STAFF_ELSEWHERE: &str = "rules = [
    { name = 'Staff elsewhere', when = { not-countries = ['AU'], roles = ['Staff'] }, then = 'deny' },
]";

fn personal_and_told(world: &World) -> Option<(bool, bool)> {
    match world.denial()? {
        Denial::Rule { personal, told, .. } => Some((personal, told)),
        other => panic!("{other:?}"),
    }
}

/// S97: what concerns everybody is refused before anybody types a password, alike for every name.
#[test]
fn what_concerns_everybody_is_refused_at_the_door() {
    let abroad = || World::under(ELSEWHERE).in_country("PT");
    assert_eq!(personal_and_told(&abroad().at_the_door()), Some((false, true)));
    assert_eq!(abroad().in_country("AU").at_the_door().challenge(), Some(Challenge::SignIn));
}

/// S97: what depends on the person is not decided before the person is known.
#[test]
fn what_depends_on_the_person_waits_for_the_person() {
    let abroad = || World::under(STAFF_ELSEWHERE).in_country("PT").with_role("Staff");
    assert_eq!(abroad().at_the_door().challenge(), Some(Challenge::SignIn));
    assert!(World::under(STAFF_ELSEWHERE).in_country("PT").permits());
    // A password alone is told nothing but that the name or the password was wrong.
    assert_eq!(personal_and_told(&abroad()), Some((true, false)));
}

/// S97: the reason is told to who gave every factor, and in a browser that the user has signed in with before.
#[test]
fn the_reason_is_told_to_who_has_proved_enough() {
    let abroad = || World::under(STAFF_ELSEWHERE).in_country("PT").with_role("Staff");
    let with_app = || World { enrolled: TOTP, ..abroad() };
    assert_eq!(with_app().challenge(), Some(Challenge::SecondFactor(TOTP)), "every factor comes first");
    assert_eq!(
        personal_and_told(&with_app().gave(Mechanism::Password, Some(Mechanism::Totp))),
        Some((true, true))
    );
    assert_eq!(personal_and_told(&abroad().gave(Mechanism::Passkey, None)), Some((true, true)));
    assert_eq!(personal_and_told(&World { known_device: Some(true), ..abroad() }), Some((true, true)));
    assert_eq!(personal_and_told(&World { known_device: Some(false), ..abroad() }), Some((true, false)));
    assert_eq!(personal_and_told(&abroad().in_session()), Some((true, true)));
}

/// S97: a rule before it that might let somebody in leaves the door open for all; one that only refuses does not.
#[test]
fn the_door_closes_only_when_nobody_could_pass() {
    let might_pass = "profiles.p = {}
        rules = [
            { name = 'Travellers', when = { roles = ['Travellers'] }, profile = 'p' },
            { name = 'Elsewhere', when = { not-countries = ['AU'] }, then = 'deny' },
        ]";
    let abroad = World::under(might_pass).in_country("PT");
    assert_eq!(abroad.at_the_door().challenge(), Some(Challenge::SignIn));

    let all_refuse = "rules = [
        { name = 'Shift', when = { roles = ['Hourly'] }, then = 'deny' },
        { name = 'Elsewhere', when = { not-countries = ['AU'] }, then = 'deny' },
    ]";
    let abroad = World::under(all_refuse).in_country("PT").at_the_door();
    assert_eq!(abroad.refused_by(), Some("Elsewhere"));
}
