use std::collections::VecDeque;
use std::net::IpAddr;

use proptest::prelude::*;

use super::*;

fn attempts() -> Attempts {
    Attempts::new(AttemptLimits::default()).unwrap()
}

fn account(name: &str) -> AccountKey {
    let organisation = "01900000-0000-7000-8000-000000000007".parse().unwrap();
    AccountKey::new(organisation, name)
}

/// A try from a network without a browser that is known.
fn from(account: AccountKey, network: u8, at: DateTime<Utc>) -> Attempt {
    let network = IpAddr::from([192, 0, 2, network]).into();
    Attempt { account, origin: Origin { network, device: None }, password: None, at }
}

/// The same with a browser.
fn with(device: u8, attempt: Attempt) -> Attempt {
    Attempt { origin: Origin { device: Some([device; 32]), ..attempt.origin }, ..attempt }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn seconds(seconds: u64) -> Verdict {
    Verdict::Wait(Duration::from_secs(seconds))
}

/// S29: one account is slowed after ten failures, from wherever they come, whether or not it exists.
#[test]
fn after_ten_failures_each_further_try_waits_twice_as_long() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    for n in 0..10 {
        assert_eq!(attempts.before(&from(ada, n, at(0))), Verdict::Go);
        attempts.failed(&from(ada, n, at(0)));
    }
    assert_eq!(attempts.before(&from(ada, 99, at(0))), seconds(1));
    assert_eq!(attempts.before(&from(ada, 99, at(1))), Verdict::Go);
    attempts.failed(&from(ada, 99, at(1)));
    assert_eq!(attempts.before(&from(ada, 99, at(1))), seconds(2));
    assert_eq!(attempts.before(&from(account("grace@contoso.example"), 99, at(1))), Verdict::Go);
}

/// A wait that is over lets one try through, not as many as are sent at once.
#[test]
fn tries_at_once_do_not_slip_through_after_a_wait() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    for _ in 0..12 {
        attempts.failed(&from(ada, 1, at(0)));
    }
    let verdicts: Vec<_> = (0..100).map(|n| attempts.before(&from(ada, n, at(60)))).collect();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Go).count(), 1);
    assert_eq!(verdicts[1], seconds(4));
}

#[test]
fn an_address_is_slowed_after_a_hundred_failures_of_many_accounts() {
    let attempts = attempts();
    for n in 0..100 {
        let name = account(&format!("user{n}@contoso.example"));
        assert_eq!(attempts.before(&from(name, 1, at(0))), Verdict::Go);
        attempts.failed(&from(name, 1, at(0)));
    }
    let stranger = account("stranger@contoso.example");
    assert_eq!(attempts.before(&from(stranger, 1, at(0))), seconds(1));
    assert_eq!(attempts.before(&from(stranger, 2, at(0))), Verdict::Go);
}

#[test]
fn people_known_behind_a_slowed_address_do_not_wait() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    attempts.succeeded(&from(ada, 1, at(0)));
    for n in 0..500 {
        attempts.failed(&from(account(&format!("user{n}@contoso.example")), 1, at(60)));
    }
    assert_eq!(attempts.before(&from(ada, 1, at(60))), Verdict::Go);
}

#[test]
fn somebody_who_guesses_elsewhere_does_not_keep_the_owner_waiting() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    attempts.succeeded(&from(ada, 1, at(0)));
    for _ in 0..50 {
        attempts.failed(&from(ada, 66, at(60)));
    }
    assert_eq!(attempts.before(&from(ada, 1, at(60))), Verdict::Go);
    attempts.succeeded(&from(ada, 1, at(60)));
    assert_eq!(attempts.before(&from(ada, 66, at(60))), seconds(60));
}

#[test]
fn a_familiar_address_is_slowed_by_its_own_failures() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    attempts.succeeded(&from(ada, 1, at(0)));
    for _ in 0..10 {
        attempts.failed(&from(ada, 1, at(60)));
    }
    assert_eq!(attempts.before(&from(ada, 1, at(60))), seconds(1));
    attempts.succeeded(&from(ada, 1, at(61)));
    assert_eq!(attempts.before(&from(ada, 1, at(61))), Verdict::Go);
}

/// S29: the owner's own browser goes on, wherever it is, while others guess, and whoever is beside it waits.
#[test]
fn a_known_browser_does_not_wait_for_what_others_fail() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    attempts.succeeded(&with(7, from(ada, 1, at(0))));
    for _ in 0..50 {
        attempts.failed(&from(ada, 1, at(60)));
        attempts.failed(&with(8, from(ada, 2, at(60))));
    }
    for network in [1, 2, 99] {
        assert_eq!(attempts.before(&with(7, from(ada, network, at(60)))), Verdict::Go, "{network}");
        assert_eq!(attempts.before(&with(8, from(ada, network, at(60)))), seconds(60), "{network}");
    }
    assert_eq!(attempts.before(&with(7, from(account("grace@contoso.example"), 1, at(60)))), Verdict::Go);
}

/// S29: a stolen cookie, or a browser left open, guesses no faster than a stranger.
#[test]
fn a_known_browser_is_slowed_by_its_own_failures() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    let at_home = with(7, from(ada, 1, at(0)));
    attempts.succeeded(&at_home);
    for _ in 0..10 {
        attempts.failed(&at_home);
    }
    assert_eq!(attempts.before(&at_home), seconds(1));
    assert_eq!(attempts.before(&from(ada, 1, at(0))), Verdict::Go, "the network has a count of its own");
}

#[test]
fn what_storage_knows_is_familiar_and_what_failed_there_stays_counted() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    let at_home = with(7, from(ada, 1, at(0)));
    for _ in 0..10 {
        attempts.failed(&at_home);
    }
    assert_eq!(attempts.before(&at_home), seconds(1), "nobody knows the browser yet");
    let known = Familiarity { device_seen_at: Some(at(-86_400)), network_seen_at: None };
    attempts.recognise(&at_home, &known);
    assert_eq!(attempts.before(&at_home), Verdict::Go);
    assert_eq!(attempts.before(&from(ada, 1, at(0))), seconds(1), "the network was not said to be familiar");
    for _ in 0..10 {
        attempts.failed(&at_home);
        attempts.recognise(&at_home, &known);
    }
    assert_eq!(attempts.before(&at_home), seconds(1));
}

/// A spray takes one try of each account and never meets their limits: strangers with the sprayed password wait, the
/// right one included, and nobody else does.
#[test]
fn strangers_wait_with_a_password_that_is_tried_at_many_accounts() {
    let attempts = attempts();
    let organisation: OrganisationId = "01900000-0000-7000-8000-000000000007".parse().unwrap();
    let print = |text: &str| attempts.fingerprint(organisation, &Password::parse(text.to_owned()).unwrap());
    let try_at = |name: &str, network, text: &str| Attempt {
        password: Some(print(text)),
        ..from(account(&format!("{name}@contoso.example")), network, at(0))
    };
    attempts.succeeded(&with(7, from(account("ada@contoso.example"), 1, at(0))));
    for (network, name) in (10..).zip(["a", "b", "c", "d", "e"]) {
        let attempt = try_at(name, network, "Winter2026!");
        assert_eq!(attempts.before(&attempt), Verdict::Go);
        assert_eq!(attempts.failed(&attempt), name == "e");
    }
    assert!(attempts.is_sprayed(organisation, at(0)));
    assert_eq!(attempts.before(&try_at("ada", 20, "Winter2026!")), seconds(60));
    assert_eq!(attempts.before(&try_at("ada", 20, "another one")), Verdict::Go);
    assert_eq!(attempts.before(&try_at("ada", 1, "Winter2026!")), Verdict::Go, "a familiar network");
    assert_eq!(attempts.before(&with(7, try_at("ada", 20, "Winter2026!"))), Verdict::Go, "a known browser");
}

#[test]
fn an_unlocked_account_is_tried_as_if_nothing_had_failed_before() {
    let (attempts, ada, grace) =
        (attempts(), account("ada@contoso.example"), account("grace@contoso.example"));
    let at_home = with(7, from(ada, 1, at(0)));
    attempts.succeeded(&at_home);
    for _ in 0..12 {
        attempts.failed(&at_home);
        attempts.failed(&from(ada, 2, at(0)));
        attempts.failed(&from(grace, 3, at(0)));
    }
    assert_eq!(attempts.wait_of_strangers(&ada, at(0)), Duration::from_mins(1));
    attempts.forgive(&ada, at(0));
    assert_eq!(attempts.wait_of_strangers(&ada, at(0)), Duration::ZERO);
    assert_eq!(attempts.before(&at_home), Verdict::Go);
    assert_eq!(attempts.before(&from(ada, 2, at(0))), Verdict::Go);
    assert_ne!(attempts.before(&from(grace, 3, at(0))), Verdict::Go);
    for _ in 0..10 {
        attempts.failed(&from(ada, 2, at(1)));
    }
    attempts.forgive(&ada, at(0));
    assert_eq!(attempts.before(&from(ada, 2, at(1))), seconds(1), "what failed since then counts");
}

#[test]
fn an_address_is_a_stranger_again_after_thirty_days() {
    let (attempts, ada) = (attempts(), account("ada@contoso.example"));
    attempts.succeeded(&from(ada, 1, at(0)));
    let later = at(30 * 24 * 60 * 60);
    for _ in 0..10 {
        attempts.failed(&from(ada, 66, later));
    }
    assert_eq!(attempts.before(&from(ada, 1, later)), seconds(1));
}

#[test]
fn all_spellings_of_an_account_count_as_one() {
    assert_eq!(account(" Ada@CONTOSO.example"), account("ada@contoso.example"));
    assert_eq!(account("NOBODY "), account("nobody"));
    assert_ne!(account("ada@contoso.example"), AccountKey::new(OrganisationId::new(), "ada@contoso.example"));
}

/// What happens to the limits: seconds since the last event, which account, which address, and whether the
/// password was right.
fn events() -> impl Strategy<Value = Vec<(i64, u8, u8, bool)>> {
    proptest::collection::vec((0..120_i64, 0..3_u8, 0..3_u8, proptest::bool::weighted(0.2)), 1..300)
}

proptest! {
    /// The counters against a list of all that ever happened: with fewer than ten failures of the account
    /// and a hundred of the address in fifteen minutes nobody waits; otherwise no longer than a minute,
    /// and who waited may go.
    #[test]
    fn nobody_waits_without_too_many_failures_or_longer_than_a_minute(events in events()) {
        let attempts = attempts();
        let mut failures: VecDeque<(DateTime<Utc>, u8, u8)> = VecDeque::new();
        let mut now = at(0);
        for (passed, who, place, right) in events {
            now += TimeDelta::seconds(passed);
            let mut attempt = from(account(&format!("user{who}@contoso.example")), place, now);
            failures.retain(|(then, ..)| now - *then < TimeDelta::minutes(15));
            let of_account = failures.iter().filter(|(_, w, _)| *w == who).count();
            let of_address = failures.iter().filter(|(_, _, p)| *p == place).count();
            match attempts.before(&attempt) {
                Verdict::Go => {}
                Verdict::Wait(wait) => {
                    prop_assert!(of_account >= 10 || of_address >= 100);
                    prop_assert!(wait <= Duration::from_mins(1));
                    now += wait;
                    attempt.at = now;
                    prop_assert_eq!(attempts.before(&attempt), Verdict::Go);
                }
            }
            if right {
                attempts.succeeded(&attempt);
                prop_assert_eq!(attempts.before(&attempt), Verdict::Go);
            } else {
                attempts.failed(&attempt);
                failures.push_back((now, who, place));
            }
        }
    }

    /// However an attacker who never succeeds spaces the tries, the limits let at most 30 through in any
    /// fifteen minutes: ten, five while the wait doubles, then one a minute.
    #[test]
    fn an_account_without_success_sees_few_tries(pauses in proptest::collection::vec(0..200_i64, 200)) {
        let (attempts, ada) = (attempts(), account("ada@contoso.example"));
        let mut tried: VecDeque<DateTime<Utc>> = VecDeque::new();
        let mut now = at(0);
        for (n, pause) in pauses.into_iter().enumerate() {
            now += TimeDelta::seconds(pause / 20);
            let attempt = from(ada, u8::try_from(n % 200).unwrap(), now);
            if attempts.before(&attempt) == Verdict::Go {
                attempts.failed(&attempt);
                tried.push_back(now);
                tried.retain(|then| now - *then < TimeDelta::minutes(15));
                prop_assert!(tried.len() <= 31, "{} tries in fifteen minutes", tried.len());
            }
        }
    }
}
