use chrono::TimeDelta;
use claims::ClaimSet;
use policy::{Evidence, Mechanism, Policy};

use crate::persona::{PASSWORD_PAGE, Persona, noon, values};

const TIME: &str = "http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime";
const DAYS: &str = "http://schemas.microsoft.com/ws/2012/01/passwordexpirationdays";
const ADDRESS: &str = "http://schemas.microsoft.com/ws/2012/01/passwordchangeurl";

/// Somebody whose password was set so long ago, where one lasts ninety days.
fn ada(age: TimeDelta) -> Persona {
    let policy = Policy::compile(1, "passwords.max-age-days = 90", &[], None).unwrap();
    Persona { policy, password_set_at: noon() - age, ..Persona::new("ada@contoso.example") }
}

fn said(claims: &ClaimSet) -> [Vec<&str>; 3] {
    [TIME, DAYS, ADDRESS].map(|claim| values(claims, claim))
}

/// TOK-11: in UTC, with the whole days that are left, and the page where it is changed.
#[test]
fn a_password_that_ends_within_fourteen_days_is_announced_with_its_end() {
    for (left, time, days) in [
        (TimeDelta::days(14), "2026-01-16T12:00:00.000Z", "14"),
        (TimeDelta::hours(47), "2026-01-04T11:00:00.000Z", "1"),
        (TimeDelta::seconds(1), "2026-01-02T12:00:01.000Z", "0"),
    ] {
        let claims = ada(TimeDelta::days(90) - left).base();
        assert_eq!(said(&claims), [vec![time], vec![days], vec![PASSWORD_PAGE]]);
    }
}

/// TOK-11: a second factor beside the password changes nothing of it.
#[test]
fn a_password_with_a_second_factor_is_announced_as_well() {
    let mut ada = ada(TimeDelta::days(80));
    ada.evidence = ada.evidence.with_second_factor(Mechanism::Totp, noon());
    assert_eq!(said(&ada.base())[1], ["10"]);
}

/// TOK-11: neither early nor too late, not to who came with a passkey, and never where passwords last.
#[test]
fn whoever_need_not_know_is_told_nothing() {
    let without = ada(TimeDelta::zero()).base();
    let lasting = Persona { policy: Policy::default(), ..ada(TimeDelta::days(80)) };
    for persona in [ada(TimeDelta::days(75)), ada(TimeDelta::days(90)), lasting] {
        assert_eq!(persona.base().attributes, without.attributes);
    }
    assert_eq!(said(&without), [const { Vec::<&str>::new() }; 3]);

    let mut ada = ada(TimeDelta::days(80));
    ada.evidence = Evidence::of_passkey(noon());
    assert_eq!(said(&ada.base()), [const { Vec::<&str>::new() }; 3]);
}
