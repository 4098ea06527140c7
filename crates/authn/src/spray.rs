use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use model::OrganisationId;

use crate::attempts::AccountKey;
use crate::memory::Memory;
use crate::password::Password;
use crate::secret::RandomnessError;

/// Notices when one password is tried at many accounts: a spray, which no limit of an account or an address sees.
///
/// For that it has to know a password again without knowing it. It keeps twenty bits of a keyed hash, under a key that is
/// drawn at the start and lies nowhere else, for as long as failures count: enough to tell that five accounts were tried
/// with the same, not enough to tell a guess from a thousand others (decision 0014).
pub(crate) struct Spray {
    key: hmac::Key,
    tried: Memory<Fingerprint, Accounts>,
    /// When each organisation last saw a try that belongs to a spray.
    organisations: Memory<OrganisationId, ()>,
    window: TimeDelta,
}

/// What a password is known again by, within an organisation and a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    organisation: OrganisationId,
    bits: u32,
}

/// The accounts at which strangers tried a password in vain, each once; no more than are needed to know.
#[derive(Debug, Default)]
struct Accounts {
    tried: Vec<(AccountKey, DateTime<Utc>)>,
    /// When the alarm was last raised for it.
    alarmed_at: Option<DateTime<Utc>>,
}

/// Bits of a fingerprint.
const BITS: u32 = 20;

/// At so many accounts a password is sprayed.
pub(crate) const SPRAYED: usize = 5;

/// All fingerprints there can be; each takes its place only when it was tried.
const PLACES: usize = 1 << 17;

impl Spray {
    /// Nothing was tried yet.
    pub(crate) fn new(window: TimeDelta) -> Result<Self, RandomnessError> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| RandomnessError)?;
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            tried: Memory::new(PLACES, window),
            organisations: Memory::new(PLACES, window),
            window,
        })
    }

    /// What a password is known again by.
    pub(crate) fn fingerprint(&self, organisation: OrganisationId, password: &Password) -> Fingerprint {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(organisation.as_uuid().as_bytes());
        context.update(password.as_bytes());
        let tag = context.sign();
        let bits = tag.as_ref().first_chunk().copied().map_or(0, u32::from_be_bytes);
        Fingerprint { organisation, bits: bits >> (32 - BITS) }
    }

    /// Whether any password is being sprayed over an organisation's accounts.
    pub(crate) fn is_under_way(&mut self, organisation: OrganisationId, now: DateTime<Utc>) -> bool {
        self.organisations.recall(&organisation, now).is_some()
    }

    /// Whether a password is being sprayed. Asking keeps the memory of it alive: who goes on goes on waiting.
    pub(crate) fn is_on(&mut self, fingerprint: Fingerprint, now: DateTime<Utc>) -> bool {
        let window = self.window;
        let Some(accounts) = self.tried.recall(&fingerprint, now) else { return false };
        if !accounts.are_many(window, now) {
            return false;
        }
        for (_, tried_at) in &mut accounts.tried {
            *tried_at = now;
        }
        self.tried.touch(fingerprint, now);
        self.organisations.touch(fingerprint.organisation, now);
        true
    }

    /// A stranger tried a password at an account in vain. Says whether this is what makes it a spray: once for each.
    pub(crate) fn failed(
        &mut self,
        fingerprint: Fingerprint,
        account: AccountKey,
        now: DateTime<Utc>,
    ) -> bool {
        let window = self.window;
        let accounts = self.tried.touch(fingerprint, now);
        accounts.tried.retain(|(known, tried_at)| *known != account && (now - *tried_at).abs() < window);
        if accounts.tried.len() < SPRAYED {
            accounts.tried.push((account, now));
        }
        let is_on = accounts.are_many(window, now);
        let is_new = is_on && accounts.alarmed_at.is_none_or(|alarmed_at| (now - alarmed_at).abs() >= window);
        if is_new {
            accounts.alarmed_at = Some(now);
        }
        if is_on {
            self.organisations.touch(fingerprint.organisation, now);
        }
        is_new
    }
}

impl Accounts {
    fn are_many(&self, window: TimeDelta, now: DateTime<Utc>) -> bool {
        let counts = |(_, tried_at): &&(AccountKey, DateTime<Utc>)| (now - *tried_at).abs() < window;
        self.tried.iter().filter(counts).count() >= SPRAYED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spray() -> Spray {
        Spray::new(TimeDelta::minutes(15)).unwrap()
    }

    fn organisation() -> OrganisationId {
        "01900000-0000-7000-8000-000000000007".parse().unwrap()
    }

    fn account(number: usize) -> AccountKey {
        AccountKey::new(organisation(), &format!("user{number}@contoso.example"))
    }

    fn print(spray: &Spray, text: &str) -> Fingerprint {
        spray.fingerprint(organisation(), &Password::parse(text.to_owned()).unwrap())
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + 60 * minutes, 0).unwrap()
    }

    #[test]
    fn the_same_password_at_five_accounts_is_a_spray_and_raises_one_alarm() {
        let mut spray = spray();
        let winter = print(&spray, "Winter2026!");
        for number in 0..4 {
            assert!(!spray.failed(winter, account(number), at(0)), "{number}");
            assert!(!spray.is_on(winter, at(0)));
        }
        assert!(spray.failed(winter, account(4), at(0)));
        assert!(spray.is_on(winter, at(0)));
        assert!(!spray.failed(winter, account(5), at(1)), "one alarm is enough");
        let other = print(&spray, "Summer2026!");
        assert!(!spray.is_on(other, at(1)));
        assert!(spray.is_under_way(organisation(), at(1)));
        assert!(!spray.is_under_way(OrganisationId::new(), at(1)));
    }

    #[test]
    fn one_account_that_fails_often_is_no_spray() {
        let mut spray = spray();
        let typo = print(&spray, "correct hrose");
        for _ in 0..100 {
            assert!(!spray.failed(typo, account(1), at(0)));
        }
        assert!(!spray.is_on(typo, at(0)));
    }

    #[test]
    fn a_spray_is_over_when_nobody_tried_for_the_window() {
        let mut spray = spray();
        let winter = print(&spray, "Winter2026!");
        for number in 0..5 {
            spray.failed(winter, account(number), at(0));
        }
        assert!(spray.is_on(winter, at(10)), "and was tried again at that moment");
        assert!(spray.is_on(winter, at(24)));
        assert!(!spray.is_on(winter, at(40)));
        for number in 0..5 {
            assert_eq!(spray.failed(winter, account(number), at(41)), number == 4);
        }
    }

    /// What is kept tells nobody the password, and nothing of it is known elsewhere.
    #[test]
    fn a_fingerprint_is_short_and_of_one_process_and_organisation() {
        let (here, there) = (spray(), spray());
        let texts: Vec<_> = (0..64).map(|number| format!("password number {number}")).collect();
        let prints = |spray: &Spray| texts.iter().map(|text| print(spray, text)).collect::<Vec<_>>();
        assert_eq!(prints(&here), prints(&here));
        assert_ne!(prints(&here), prints(&there));
        assert!(prints(&here).iter().all(|print| print.bits < 1 << 20));
        let password = |text: &String| Password::parse(text.clone()).unwrap();
        let elsewhere = OrganisationId::new();
        let bits = |print: &Fingerprint| print.bits;
        let other: Vec<_> =
            texts.iter().map(|text| here.fingerprint(elsewhere, &password(text)).bits).collect();
        assert_ne!(prints(&here).iter().map(bits).collect::<Vec<_>>(), other);
    }
}
