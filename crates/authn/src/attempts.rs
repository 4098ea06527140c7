use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, Origin, SourceNetwork, Upn};
use sha2::{Digest, Sha256};
use storage::ledger::FailedTry;
use storage::{DEVICE_KNOWN_FOR, Familiarity, NETWORK_FAMILIAR_FOR, Unlock};

use crate::failures::{Failures, Rule};
use crate::memory::Memory;
use crate::password::Password;
use crate::secret::RandomnessError;
use crate::spray::{Fingerprint, Spray};

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
/// long after each further failure. Two counters see every failure, one per account and one per network.
/// A person who has signed in with a browser before answers there only for the failures of that account with that
/// browser, and without one, from a network they have signed in from before, only for those from there: neither
/// somebody who guesses at the account from elsewhere nor somebody who guesses at others from behind the same
/// address can keep them waiting.
///
/// A wait is answered before any password is hashed, alike for accounts that exist and for those that do not.
pub struct Attempts {
    account: Rule,
    address: Rule,
    counters: Mutex<Counters>,
    spray: Mutex<Spray>,
}

struct Counters {
    accounts: Memory<AccountKey, Failures>,
    networks: Memory<SourceNetwork, Failures>,
    /// The browsers each account has signed in with, with the failures there since its last success.
    devices: Memory<(AccountKey, [u8; 32]), Failures>,
    /// The same of networks.
    familiar: Memory<(AccountKey, SourceNetwork), Failures>,
}

/// One try to prove who somebody is.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// At which account.
    pub account: AccountKey,
    /// From where.
    pub origin: Origin,
    /// With which password, as far as it can be known again; none where it is no password.
    pub password: Option<Fingerprint>,
    /// When.
    pub at: DateTime<Utc>,
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

impl Attempts {
    /// Nothing has failed yet, and everybody is a stranger until [`recognise`](Self::recognise) says otherwise.
    ///
    /// Fails when the system has no random key for what is kept of passwords.
    pub fn new(limits: AttemptLimits) -> Result<Self, RandomnessError> {
        let window = TimeDelta::from_std(limits.window).unwrap_or(TimeDelta::days(1));
        let rule = |failures| Rule { failures, window, longest_wait: limits.longest_wait };
        let counters = Counters {
            accounts: Memory::new(PLACES, window),
            networks: Memory::new(PLACES, window),
            devices: Memory::new(PLACES, DEVICE_KNOWN_FOR),
            familiar: Memory::new(PLACES, NETWORK_FAMILIAR_FOR),
        };
        Ok(Self {
            account: rule(limits.account_failures),
            address: rule(limits.address_failures),
            counters: Mutex::new(counters),
            spray: Mutex::new(Spray::new(window)?),
        })
    }

    /// Whether a try may be made now. One that is told to wait is no failure; one that may go ahead after too many
    /// failures goes alone.
    pub fn before(&self, attempt: &Attempt) -> Verdict {
        let Attempt { account, origin, at: now, .. } = *attempt;
        let mut counters = self.counters();
        let counters = &mut *counters;
        let is_stranger = counters.of_place(attempt).is_none();
        let mut judging = if let Some(failures) = counters.of_place(attempt) {
            vec![(failures, &self.account)]
        } else {
            let of_account =
                counters.accounts.recall(&account, now).map(|failures| (failures, &self.account));
            let of_network =
                counters.networks.recall(&origin.network, now).map(|failures| (failures, &self.address));
            of_account.into_iter().chain(of_network).collect()
        };
        let wait = judging.iter().map(|(failures, rule)| failures.wait(rule, now)).max().unwrap_or_default();
        if !wait.is_zero() {
            return Verdict::Wait(wait);
        }
        if is_stranger && attempt.password.is_some_and(|password| self.spray().is_on(password, now)) {
            return Verdict::Wait(self.account.longest_wait);
        }
        for (failures, rule) in &mut judging {
            failures.let_through(rule, now);
        }
        Verdict::Go
    }

    /// A try failed: a wrong password, an unknown or a disabled account, a wrong code. Says whether it shows that a
    /// password is being sprayed, once for each.
    pub fn failed(&self, attempt: &Attempt) -> bool {
        let Attempt { account, origin, at: now, .. } = *attempt;
        let mut counters = self.counters();
        counters.accounts.touch(account, now).record(&self.account, now);
        counters.networks.touch(origin.network, now).record(&self.address, now);
        if let Some(failures) = counters.of_place(attempt) {
            failures.record(&self.account, now);
            return false;
        }
        attempt.password.is_some_and(|password| self.spray().failed(password, account, now))
    }

    /// What a password is known again by while failures count, to notice that it is tried at many accounts.
    pub fn fingerprint(&self, organisation: OrganisationId, password: &Password) -> Fingerprint {
        self.spray().fingerprint(organisation, password)
    }

    /// Whether passwords are being sprayed over an organisation's accounts at this moment.
    pub fn is_sprayed(&self, organisation: OrganisationId, now: DateTime<Utc>) -> bool {
        self.spray().is_under_way(organisation, now)
    }

    fn spray(&self) -> MutexGuard<'_, Spray> {
        self.spray.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A try succeeded: its browser and its network are familiar to the account, and the failures there are forgiven.
    ///
    /// What failed elsewhere stays counted, so that a person who signs in does not clear the way for the one
    /// who guesses.
    pub fn succeeded(&self, attempt: &Attempt) {
        let Attempt { account, origin, at: now, .. } = *attempt;
        let mut counters = self.counters();
        if let Some(device) = origin.device {
            *counters.devices.touch((account, device), now) = Failures::default();
        }
        *counters.familiar.touch((account, origin.network), now) = Failures::default();
    }

    /// Learns what storage knows of the place of a try: that the account has signed in there before, perhaps before
    /// this process began. What failed there since then stays counted.
    pub fn recognise(&self, attempt: &Attempt, familiarity: &Familiarity) {
        let Attempt { account, origin, at: now, .. } = *attempt;
        let mut counters = self.counters();
        if let (Some(device), Some(seen_at)) = (origin.device, familiarity.device_seen_at) {
            counters.devices.learn((account, device), seen_at, now);
        }
        if let Some(seen_at) = familiarity.network_seen_at {
            counters.familiar.learn((account, origin.network), seen_at, now);
        }
    }

    /// Counts a failure of another process, or of one before this.
    pub fn count(&self, failed: &FailedTry) {
        let account = AccountKey::new(failed.organisation, &failed.username);
        let origin = Origin { network: failed.address.into(), device: None };
        self.failed(&Attempt { account, origin, password: None, at: failed.at });
    }

    /// Forgives an account what an administrator forgave, wherever it was tried from.
    pub fn unlock(&self, unlock: &Unlock) {
        self.forgive(&AccountKey::new(unlock.organisation, &unlock.upn), unlock.at);
    }

    /// How far back failures count.
    pub const fn window(&self) -> TimeDelta {
        self.account.window
    }

    fn forgive(&self, account: &AccountKey, until: DateTime<Utc>) {
        let mut counters = self.counters();
        let counters = &mut *counters;
        let of_account = counters.accounts.entries_mut().filter(|(key, _)| *key == account);
        let of_devices = counters.devices.entries_mut().filter(|((key, _), _)| key == account);
        let of_networks = counters.familiar.entries_mut().filter(|((key, _), _)| key == account);
        for failures in of_account
            .map(|(_, failures)| failures)
            .chain(of_devices.map(|(_, failures)| failures))
            .chain(of_networks.map(|(_, failures)| failures))
        {
            failures.forgive(until);
        }
    }

    /// How long a stranger has to wait for the next try at an account: what an administrator is told.
    pub fn wait_of_strangers(&self, account: &AccountKey, now: DateTime<Utc>) -> Duration {
        let mut counters = self.counters();
        counters
            .accounts
            .recall(account, now)
            .map(|failures| failures.wait(&self.account, now))
            .unwrap_or_default()
    }

    /// Every change of the counters is complete in itself, so a poisoned lock is taken as it is.
    fn counters(&self) -> MutexGuard<'_, Counters> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters {
    /// The failures that alone count where the account has signed in before: with this browser, or else from this
    /// network.
    fn of_place(&mut self, attempt: &Attempt) -> Option<&mut Failures> {
        let Attempt { account, origin, at: now, .. } = *attempt;
        let device = origin.device.and_then(|device| self.devices.recall(&(account, device), now));
        match device {
            Some(failures) => Some(failures),
            None => self.familiar.recall(&(account, origin.network), now),
        }
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

#[cfg(test)]
mod tests;
