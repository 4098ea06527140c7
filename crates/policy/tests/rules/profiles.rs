//! With what somebody signs in.

use chrono::TimeDelta;
use policy::Mechanism::{EmailCode, Passkey, Password, RecoveryCode, Totp};
use policy::{Challenge, Decision, Demand, Denial, Mechanism, Mechanisms};

use crate::world::{PASSKEY, TOTP, World, noon};

/// Everybody signs in by one profile.
fn by(profile: &str) -> World {
    World::under(&format!("profiles.p = {{ {profile} }}\nrules = [{{ name = 'all', profile = 'p' }}]"))
}

fn set(mechanisms: &[Mechanism]) -> Mechanisms {
    mechanisms.iter().copied().collect()
}

const ASKED: Demand =
    Demand { multifactor: true, fresh_within: None, multifactor_within: None, enrolment_may_wait: false };

#[test]
fn a_profile_without_an_opinion_asks_whoever_has_a_second_factor() {
    assert!(by("").permits());
    assert_eq!(World { enrolled: TOTP, ..by("") }.challenge(), Some(Challenge::SecondFactor(TOTP)));
}

#[test]
fn an_empty_second_challenge_asks_nobody() {
    let none = || World { enrolled: TOTP, ..by("challenge-2 = []") };
    assert!(none().permits());
    // S25: neither the request nor the application is overruled by it.
    assert_eq!(World { demand: ASKED, ..none() }.challenge(), Some(Challenge::SecondFactor(TOTP)));
    let mut of_application = none();
    of_application.application.second_factor = true;
    assert_eq!(of_application.challenge(), Some(Challenge::SecondFactor(TOTP)));
}

#[test]
fn a_second_challenge_is_demanded_of_everybody() {
    let strong = || by("challenge-2 = ['totp', 'passkey']");
    assert_eq!(strong().denial(), Some(Denial::SecondFactorNotEnrolled(set(&[Totp, Passkey]))));
    let with_app = || World { enrolled: TOTP, ..strong() };
    assert_eq!(with_app().challenge(), Some(Challenge::SecondFactor(set(&[Totp]))), "no recovery code");
    assert!(with_app().gave(Password, Some(Totp)).permits());
    let recovered = with_app().gave(Password, Some(RecoveryCode));
    assert_eq!(recovered.challenge(), Some(Challenge::SecondFactor(set(&[Totp]))));
    // WSF-07: any usual second factor meets the request, none lowers the profile.
    assert!(World { demand: ASKED, ..by("") }.gave(Password, Some(RecoveryCode)).permits());
    let mailed = World { demand: ASKED, ..with_app() }.gave(Password, Some(EmailCode));
    assert!(mailed.challenge().is_some());
}

/// S87: a mailbox is what a thief has first, so that nobody's sign-in rests on one by default.
#[test]
fn a_code_by_mail_is_a_second_factor_where_a_profile_names_it_and_nowhere_else() {
    let mailbox = set(&[EmailCode]);
    let unnamed = || World { enrolled: mailbox, ..by("") };
    assert!(unnamed().permits(), "nobody is asked for it");
    let demanded = World { demand: ASKED, ..unnamed() };
    assert!(matches!(demanded.denial(), Some(Denial::SecondFactorNotEnrolled(_))));
    assert!(World { demand: ASKED, ..unnamed() }.gave(Password, Some(EmailCode)).denial().is_some());

    let named = || World { enrolled: mailbox, ..by("challenge-2 = ['email-code', 'totp']") };
    assert_eq!(named().challenge(), Some(Challenge::SecondFactor(mailbox)));
    assert!(World { demand: ASKED, ..named() }.gave(Password, Some(EmailCode)).permits());
}

#[test]
fn one_verified_passkey_is_both_factors_where_the_profile_says_so() {
    let passkey = |profile: &str| World { enrolled: PASSKEY, ..by(profile) }.gave(Passkey, Some(Passkey));
    assert!(passkey("challenge-2 = ['totp']").permits());
    assert!(World { demand: ASKED, ..passkey("") }.permits());
    let both = passkey("challenge-2 = ['totp'], passkey-satisfies-both = false");
    assert_eq!(both.denial(), Some(Denial::SecondFactorNotEnrolled(set(&[Totp]))));
    let with_app = World { enrolled: PASSKEY.with(Totp), ..both };
    assert_eq!(with_app.challenge(), Some(Challenge::SecondFactor(set(&[Totp]))));
    // Without verification it is one factor: it is asked for once more.
    let unverified = World { demand: ASKED, enrolled: PASSKEY, ..by("") }.gave(Passkey, None);
    assert_eq!(unverified.challenge(), Some(Challenge::SecondFactor(PASSKEY)));
}

/// WSF-08: a passkey that is both factors and has become too old as the second is asked for once more, and is enough.
#[test]
fn a_passkey_that_is_too_old_is_asked_for_again() {
    let limit = Some(TimeDelta::seconds(-1));
    let young = Demand { multifactor_within: limit, ..ASKED };
    for profile in ["", "challenge-2 = ['totp']"] {
        let old = World { demand: young, enrolled: PASSKEY, ..by(profile) }.gave(Passkey, Some(Passkey));
        assert_eq!(old.challenge(), Some(Challenge::SecondFactor(PASSKEY)), "{profile}");
    }
    let apart = "challenge-2 = ['totp'], passkey-satisfies-both = false";
    let old = World { demand: young, enrolled: PASSKEY.with(Totp), ..by(apart) }.gave(Passkey, Some(Totp));
    assert_eq!(old.challenge(), Some(Challenge::SecondFactor(set(&[Totp]))));
}

/// The answer to proxies that pass on passwords and codes: some roles sign in with passkeys alone.
#[test]
fn a_profile_of_passkeys_alone_takes_nothing_less() {
    let only = || World { enrolled: TOTP.with(Passkey), ..by("challenge-1 = ['passkey']") };
    assert!(only().gave(Passkey, Some(Passkey)).permits());
    assert_eq!(only().gave(Password, None).challenge(), Some(Challenge::SecondFactor(PASSKEY)));
    assert_eq!(only().gave(Password, Some(Totp)).challenge(), Some(Challenge::SecondFactor(PASSKEY)));
    assert!(only().gave(Password, Some(Passkey)).permits(), "better than the passkey alone");
    let none = World { enrolled: TOTP, ..only() };
    assert_eq!(none.gave(Password, Some(Totp)).denial(), Some(Denial::SecondFactorNotEnrolled(PASSKEY)));
}

#[test]
fn a_password_does_not_replace_the_second_factor_that_a_profile_names() {
    let both = "challenge-1 = ['passkey'], challenge-2 = ['totp'], passkey-satisfies-both = false";
    let world = World { enrolled: TOTP.with(Passkey), ..by(both) };
    assert_eq!(world.gave(Password, Some(Passkey)).challenge(), Some(Challenge::SignIn));
}

#[test]
fn a_second_factor_passes_through_for_the_minutes_of_its_profile() {
    let after = |minutes: i64| {
        let mut world = World { enrolled: TOTP, ..by("challenge-2 = ['totp'], pass-through-minutes = 60") };
        world = world.gave(Password, Some(Totp)).in_session();
        world.now = noon() + TimeDelta::minutes(minutes);
        world
    };
    assert!(after(60).permits());
    assert_eq!(after(61).challenge(), Some(Challenge::SecondFactor(set(&[Totp]))));
    // WSF-08: the request may demand a younger one, never accept an older one.
    let demand = |seconds| Demand { multifactor_within: Some(TimeDelta::seconds(seconds)), ..ASKED };
    assert!(World { demand: demand(60), ..after(2) }.challenge().is_some());
    assert!(World { demand: demand(86_400), ..after(61) }.challenge().is_some());
}

/// TOK-10: what did not count for the decision is no evidence for a claim.
#[test]
fn a_second_factor_that_the_profile_does_not_take_is_not_claimed() {
    let world = by("challenge-1 = ['password', 'passkey'], challenge-2 = [], passkey-satisfies-both = false")
        .gave(Passkey, Some(Passkey));
    match world.decide() {
        Decision::Permit(permit) => assert_eq!(permit.evidence().second_factor, None),
        other => panic!("{other:?}"),
    }
}
