use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, Upn};
use sha2::{Digest, Sha256};

use crate::failures::{Failures, Rule};
use crate::memory::Memory;

/// How many failed tries are too many.
#[derive(Clone, Copy, Debug)]
pub struct AttemptLimits {
    /// Failures of one account within the window, after which each further try waits.
    pub account_failures: usize,
    /// Failures from one address within the window, after which each further try from there waits.
    pub address_failures: usize,
    /// How far back failures count.
    pub window: Duration,
    /// What the doubling wait stops at.
    pub longest_wait: Duration,
}

impl Default for AttemptLimits {
    /// Ten of an account and a hundred of an address in fifteen minutes, and a wait of a minute at most.
    fn default() -> Self {
        Self {
            account_failures: 10,
            address_failures: 100,
            window: Duration::from_mins(15),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// Counts failed tries, of whatever kind, and slows down whoever fails too often (S29).
///
/// Only failures count. Nobody is locked out: each try after the limit waits, first a second, then twice as
/// long after each further failure. Two counters see every failure, one per account and one per address.
/// A person who has signed in from an address before answers there only for the failures of that account at
/// that address: neither somebody who guesses at the account from elsewhere nor somebody who guesses at
/// others from behind the same address can keep them waiting.
///
/// A wait is answered before any password is hashed, alike for accounts that exist and for those that do not.
pub struct Attempts {
    account: Rule,
    address: Rule,
    counters: Mutex<Counters>,
}

struct Counters {
    accounts: Memory<AccountKey, Failures>,
    networks: Memory<Network, Failures>,
    /// Where each account has signed in before, with the failures there since its last success.
    familiar: Memory<(AccountKey, Network), Failures>,
}

/// Whether a try may go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Go,
    /// Not before this long from now. Tell the person; do not hold the request.
    Wait(Duration),
}

/// The most entries of each kind. An entry costs an attacker one password hash, and 100,000 of those take one
/// core longer than the usual window.
const PLACES: usize = 100_000;

/// How long an address stays familiar after a sign-in from it.
const FAMILIAR: TimeDelta = TimeDelta::days(30);

impl Attempts {
    /// Nothing has failed yet.
    pub fn new(limits: AttemptLimits) -> Self {
        let window = TimeDelta::from_std(limits.window).unwrap_or(TimeDelta::days(1));
        let rule = |failures| Rule { failures, window, longest_wait: limits.longest_wait };
        let counters = Counters {
            accounts: Memory::new(PLACES, window),
            networks: Memory::new(PLACES, window),
            familiar: Memory::new(PLACES, FAMILIAR),
        };
        Self {
            account: rule(limits.account_failures),
            address: rule(limits.address_failures),
            counters: Mutex::new(counters),
        }
    }

    /// Whether `account` may try from `address` now. A try that is told to wait is no failure; one that may go
    /// ahead after too many failures goes alone.
    pub fn before(&self, account: &AccountKey, address: IpAddr, now: DateTime<Utc>) -> Verdict {
        let network = Network::of(address);
        let mut counters = self.counters();
        let counters = &mut *counters;
        let mut judging = if let Some(failures) = counters.familiar.recall(&(*account, network), now) {
            vec![(failures, &self.account)]
        } else {
            let of_account = counters.accounts.recall(account, now).map(|failures| (failures, &self.account));
            let of_network =
                counters.networks.recall(&network, now).map(|failures| (failures, &self.address));
            of_account.into_iter().chain(of_network).collect()
        };
        let wait = judging.iter().map(|(failures, rule)| failures.wait(rule, now)).max().unwrap_or_default();
        if !wait.is_zero() {
            return Verdict::Wait(wait);
        }
        for (failures, rule) in &mut judging {
            failures.let_through(rule, now);
        }
        Verdict::Go
    }

    /// A try failed: a wrong password, an unknown or a disabled account, later a wrong code.
    pub fn failed(&self, account: &AccountKey, address: IpAddr, now: DateTime<Utc>) {
        let network = Network::of(address);
        let mut counters = self.counters();
        counters.accounts.touch(*account, now).record(&self.account, now);
        counters.networks.touch(network, now).record(&self.address, now);
        if let Some(failures) = counters.familiar.recall(&(*account, network), now) {
            failures.record(&self.account, now);
        }
    }

    /// A try succeeded: the address is familiar to the account, and its failures there are forgiven.
    ///
    /// What failed elsewhere stays counted, so that a person who signs in does not clear the way for the one
    /// who guesses.
    pub fn succeeded(&self, account: &AccountKey, address: IpAddr, now: DateTime<Utc>) {
        *self.counters().familiar.touch((*account, Network::of(address)), now) = Failures::default();
    }

    /// Every change of the counters is complete in itself, so a poisoned lock is taken as it is.
    fn counters(&self) -> MutexGuard<'_, Counters> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An account as the limits know it: whether it exists or not, of fixed size, without its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountKey([u8; 16]);

impl AccountKey {
    /// The key of what somebody typed as the user name. All spellings of one account have one key.
    pub fn new(organisation: OrganisationId, username: &str) -> Self {
        let name = Upn::parse(username).map_or_else(|_| username.trim().to_lowercase(), |upn| upn.key());
        let digest: [u8; 32] = Sha256::new()
            .chain_update(organisation.as_uuid().as_bytes())
            .chain_update(name.as_bytes())
            .finalize()
            .into();
        Self(digest.first_chunk().copied().unwrap_or_default())
    }
}

/// What counts as one address: an IPv4 address, or an IPv6 /64, which is what one subscriber gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Network {
    V4(Ipv4Addr),
    V6(u64),
}

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn attempts() -> Attempts {
        Attempts::new(AttemptLimits::default())
    }

    fn account(name: &str) -> AccountKey {
        let organisation = "01900000-0000-7000-8000-000000000007".parse().unwrap();
        AccountKey::new(organisation, name)
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
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
            assert_eq!(attempts.before(&ada, address(n), at(0)), Verdict::Go);
            attempts.failed(&ada, address(n), at(0));
        }
        assert_eq!(attempts.before(&ada, address(99), at(0)), seconds(1));
        assert_eq!(attempts.before(&ada, address(99), at(1)), Verdict::Go);
        attempts.failed(&ada, address(99), at(1));
        assert_eq!(attempts.before(&ada, address(99), at(1)), seconds(2));
        assert_eq!(attempts.before(&account("grace@contoso.example"), address(99), at(1)), Verdict::Go);
    }

    /// A wait that is over lets one try through, not as many as are sent at once.
    #[test]
    fn tries_at_once_do_not_slip_through_after_a_wait() {
        let (attempts, ada) = (attempts(), account("ada@contoso.example"));
        for _ in 0..12 {
            attempts.failed(&ada, address(1), at(0));
        }
        let verdicts: Vec<_> = (0..100).map(|n| attempts.before(&ada, address(n), at(60))).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Go).count(), 1);
        assert_eq!(verdicts[1], seconds(4));
    }

    #[test]
    fn an_address_is_slowed_after_a_hundred_failures_of_many_accounts() {
        let attempts = attempts();
        for n in 0..100 {
            let name = account(&format!("user{n}@contoso.example"));
            assert_eq!(attempts.before(&name, address(1), at(0)), Verdict::Go);
            attempts.failed(&name, address(1), at(0));
        }
        let stranger = account("stranger@contoso.example");
        assert_eq!(attempts.before(&stranger, address(1), at(0)), seconds(1));
        assert_eq!(attempts.before(&stranger, address(2), at(0)), Verdict::Go);
    }

    #[test]
    fn people_known_behind_a_slowed_address_do_not_wait() {
        let (attempts, ada) = (attempts(), account("ada@contoso.example"));
        attempts.succeeded(&ada, address(1), at(0));
        for n in 0..500 {
            attempts.failed(&account(&format!("user{n}@contoso.example")), address(1), at(60));
        }
        assert_eq!(attempts.before(&ada, address(1), at(60)), Verdict::Go);
    }

    #[test]
    fn somebody_who_guesses_elsewhere_does_not_keep_the_owner_waiting() {
        let (attempts, ada) = (attempts(), account("ada@contoso.example"));
        attempts.succeeded(&ada, address(1), at(0));
        for _ in 0..50 {
            attempts.failed(&ada, address(66), at(60));
        }
        assert_eq!(attempts.before(&ada, address(1), at(60)), Verdict::Go);
        attempts.succeeded(&ada, address(1), at(60));
        assert_eq!(attempts.before(&ada, address(66), at(60)), seconds(60));
    }

    #[test]
    fn a_familiar_address_is_slowed_by_its_own_failures() {
        let (attempts, ada) = (attempts(), account("ada@contoso.example"));
        attempts.succeeded(&ada, address(1), at(0));
        for _ in 0..10 {
            attempts.failed(&ada, address(1), at(60));
        }
        assert_eq!(attempts.before(&ada, address(1), at(60)), seconds(1));
        attempts.succeeded(&ada, address(1), at(61));
        assert_eq!(attempts.before(&ada, address(1), at(61)), Verdict::Go);
    }

    #[test]
    fn an_address_is_a_stranger_again_after_thirty_days() {
        let (attempts, ada) = (attempts(), account("ada@contoso.example"));
        attempts.succeeded(&ada, address(1), at(0));
        let later = at(30 * 24 * 60 * 60);
        for _ in 0..10 {
            attempts.failed(&ada, address(66), later);
        }
        assert_eq!(attempts.before(&ada, address(1), later), seconds(1));
    }

    #[test]
    fn all_spellings_of_an_account_and_all_addresses_of_a_subscriber_count_as_one() {
        assert_eq!(account(" Ada@CONTOSO.example"), account("ada@contoso.example"));
        assert_eq!(account("NOBODY "), account("nobody"));
        assert_ne!(
            account("ada@contoso.example"),
            AccountKey::new(OrganisationId::new(), "ada@contoso.example")
        );

        let network = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::9"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
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
                let (key, from) = (account(&format!("user{who}@contoso.example")), address(place));
                failures.retain(|(then, ..)| now - *then < TimeDelta::minutes(15));
                let of_account = failures.iter().filter(|(_, w, _)| *w == who).count();
                let of_address = failures.iter().filter(|(_, _, p)| *p == place).count();
                match attempts.before(&key, from, now) {
                    Verdict::Go => {}
                    Verdict::Wait(wait) => {
                        prop_assert!(of_account >= 10 || of_address >= 100);
                        prop_assert!(wait <= Duration::from_mins(1));
                        now += wait;
                        prop_assert_eq!(attempts.before(&key, from, now), Verdict::Go);
                    }
                }
                if right {
                    attempts.succeeded(&key, from, now);
                    prop_assert_eq!(attempts.before(&key, from, now), Verdict::Go);
                } else {
                    attempts.failed(&key, from, now);
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
                let from = address(u8::try_from(n % 200).unwrap());
                if attempts.before(&ada, from, now) == Verdict::Go {
                    attempts.failed(&ada, from, now);
                    tried.push_back(now);
                    tried.retain(|then| now - *then < TimeDelta::minutes(15));
                    prop_assert!(tried.len() <= 31, "{} tries in fifteen minutes", tried.len());
                }
            }
        }
    }
}
