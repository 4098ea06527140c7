//! Exceptions for a while, and break-glass accounts.

use policy::{Challenge, Denial, Mechanism, TrialResult};

use crate::world::{PASSKEY, TOTP, World};

const TRAVELLER: &str = "
    geolock = { countries = ['AU'] }
    rules = [{ name = 'Never', when = { countries = ['PT'], applications = ['Payroll'] }, then = 'deny' }]
    [[exceptions]]
    user = 'Ada@contoso.example'
    rule = 'Geolock'
    from = 2026-11-20T00:00:00Z
    until = 2026-11-30
    approver = 'grace@contoso.example'
    why = 'Trade fair in Lisbon'";

#[test]
fn an_exception_concerns_one_user_one_rule_and_a_while() {
    let abroad = || World::under(TRAVELLER).in_country("PT");
    assert!(abroad().permits());
    assert_eq!(abroad().results(), [TrialResult::Exempt, TrialResult::NoMatch]);
    assert_eq!(abroad().called("tim@contoso.example").refused_by(), Some("Geolock"));
    assert_eq!(abroad().to("Payroll").refused_by(), Some("Never"));
    assert!(!abroad().at("2026-11-19T00:59:59Z").permits());
    assert!(abroad().at("2026-11-30T23:59:59Z").permits());
    assert_eq!(abroad().at("2026-12-01T00:00:00Z").refused_by(), Some("Geolock"));
}

/// S97: while somebody is exempt, the door cannot close on all; afterwards it does again.
#[test]
fn a_live_exception_opens_the_door_for_every_name() {
    let door = || World::under(TRAVELLER).in_country("PT").at_the_door();
    assert_eq!(door().challenge(), Some(Challenge::SignIn));
    assert_eq!(door().at("2026-12-01T00:00:00Z").refused_by(), Some("Geolock"));
}

const GLASS: &str = "
    networks.office.ranges = ['192.0.2.0/24']
    schedules.day = { zone = 'UTC', hours = ['Mon-Fri 13:00-14:00'] }
    break-glass.users = ['ada@contoso.example']
    rules = [
        { name = 'Place', when = { not-countries = ['AU'] }, then = 'deny' },
        { name = 'Network', when = { not-networks = ['office'] }, then = 'deny' },
        { name = 'Time', when = { not-schedules = ['day'] }, then = 'deny' },
        { name = 'Payroll', when = { applications = ['Payroll'] }, then = 'deny' },
    ]";

/// S88: exempt from network, country and time rules, never from a passkey, nor from any other rule.
#[test]
fn a_break_glass_account_is_exempt_from_place_and_time_and_never_from_a_passkey() {
    let glass = || {
        World { enrolled: PASSKEY.with(Mechanism::Totp), ..World::under(GLASS).in_country("PT") }
            .to("Console")
    };
    assert!(glass().gave(Mechanism::Passkey, Some(Mechanism::Passkey)).permits());
    assert_eq!(
        glass().gave(Mechanism::Password, None).challenge(),
        Some(Challenge::SecondFactor(PASSKEY.with(Mechanism::Totp)))
    );
    assert_eq!(glass().gave(Mechanism::Password, Some(Mechanism::Totp)).refused_by(), Some("Place"));
    assert_eq!(
        glass().gave(Mechanism::Passkey, Some(Mechanism::Passkey)).to("Payroll").refused_by(),
        Some("Payroll")
    );
    // Where no rule refuses, a password still does not do.
    let at_home =
        World { enrolled: TOTP, ..World::under("break-glass.users = ['ada@contoso.example']") }.to("Console");
    assert_eq!(
        at_home.gave(Mechanism::Password, Some(Mechanism::Totp)).denial(),
        Some(Denial::SecondFactorNotEnrolled(PASSKEY))
    );
}

/// S88: no Microsoft 365 token, and the use is marked for the alarm.
#[test]
fn a_break_glass_account_gets_no_token_for_microsoft_365() {
    let glass = || {
        World { enrolled: PASSKEY, ..World::under(GLASS) }.gave(Mechanism::Passkey, Some(Mechanism::Passkey))
    };
    assert_eq!(glass().denial(), Some(Denial::BreakGlass));
    let console = glass().to("Console");
    match console.decide() {
        policy::Decision::Permit(permit) => assert!(permit.spend(console.now).unwrap().breaks_glass),
        other => panic!("{other:?}"),
    }
}

/// S97: break-glass accounts do not keep the door open for passwords; they come by passkey.
#[test]
fn break_glass_accounts_leave_the_door_closed_to_passwords() {
    let door = World::under(GLASS).in_country("PT").at_the_door();
    assert_eq!(door.refused_by(), Some("Place"));
    assert!(door.policy.spares(Mechanism::Passkey) && !door.policy.spares(Mechanism::Password));
}
