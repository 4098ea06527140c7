use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;
use thiserror::Error;
use tracing::error;

use crate::lane::{Blocks, Busy, Lane};
use crate::new_password::{BreachedCheck, NewPasswordRules, PasswordRefused};
use crate::password::{MINIMUM_NEW_PASSWORD, Password};

/// How much of the machine password hashing may take.
#[derive(Clone, Copy, Debug)]
pub struct PasswordLimits {
    /// Threads that hash, each with 19 MiB while in use.
    pub threads: usize,
    /// Passwords that may wait for a thread; one more is refused with [`Busy`].
    pub queue: usize,
    /// After how long without a password a thread gives its memory back.
    pub quiet: Duration,
}

impl Default for PasswordLimits {
    /// All cores but one, which stays free for everybody else's requests.
    fn default() -> Self {
        let threads = available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        Self { threads, queue: 64, quiet: Duration::from_mins(1) }
    }
}

/// Checks and makes password hashes (Argon2id, 19 MiB, two passes, one lane) on threads of its own.
pub struct Passwords {
    lane: Lane,
    verified: Arc<AtomicU64>,
    breached: Option<BreachedCheck>,
}

/// Why a new password was not hashed.
#[derive(Debug, Error)]
pub enum HashError {
    /// Fewer than eight characters.
    #[error("a new password has at least {MINIMUM_NEW_PASSWORD} characters")]
    TooShort,
    /// Too many passwords are waiting.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The system gave no random salt, or the hash could not be computed or written out.
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

impl Passwords {
    /// Starts the threads. Their memory comes with the first password.
    pub fn start(limits: PasswordLimits) -> io::Result<Self> {
        let lane = Lane::start(limits.threads, limits.queue, limits.quiet)?;
        Ok(Self { lane, verified: Arc::default(), breached: None })
    }

    /// The same, where new passwords are looked up in a list of breached ones.
    #[must_use]
    pub fn checking(self, breached: Option<BreachedCheck>) -> Self {
        Self { breached, ..self }
    }

    /// Whether `candidate` is the password whose PHC string is `stored`.
    ///
    /// Without a stored hash, because the account is unknown or has no password, the same work is done and the
    /// answer is no: an observer with a stopwatch learns nothing (S30). For a disabled account, pass its hash
    /// and ignore the answer.
    pub async fn verify(&self, stored: Option<&str>, candidate: Password) -> Result<bool, Busy> {
        let expected = match stored.map(Expected::parse) {
            Some(Some(expected)) => expected,
            Some(None) => {
                error!(
                    "a stored password hash cannot be read; nobody can sign in with it until it is set anew"
                );
                Expected::nobody()
            }
            None => Expected::nobody(),
        };
        let verified = Arc::clone(&self.verified);
        let verify = move |memory: &mut Blocks| {
            verified.fetch_add(1, Ordering::Relaxed);
            expected.matches(&candidate, memory)
        };
        self.lane.run(verify).await
    }

    /// Makes the PHC string to store for a password that somebody chose, when it keeps the rules: length and words at a
    /// glance; the list of breached passwords and the former ones on the password threads, for they take time.
    pub async fn accept(
        &self,
        password: Password,
        rules: NewPasswordRules,
    ) -> Result<String, PasswordRefused> {
        rules.judge(&password)?;
        let breached = self.breached.clone();
        let mut salt = [0; SALT_LENGTH];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| PasswordRefused::Failed("no random salt".into()))?;
        self.lane
            .run(move |memory| {
                if let Some(breached) = &breached {
                    breached.judge(&password)?;
                }
                let mut former = rules.former.iter().filter_map(|hash| Expected::parse(hash));
                if former.any(|former| former.matches(&password, memory)) {
                    return Err(PasswordRefused::UsedBefore);
                }
                phc_string(&password, &salt, memory)
                    .map_err(|error| PasswordRefused::Failed(error.to_string()))
            })
            .await?
    }

    /// Counts the hashes that were computed to verify a password, those for nobody included: what a name costs can be
    /// compared without a stopwatch (S30).
    pub fn verified(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.verified)
    }

    /// Makes the PHC string to store for a new password, with a random salt.
    pub async fn hash(&self, password: Password) -> Result<String, HashError> {
        if password.characters() < MINIMUM_NEW_PASSWORD {
            return Err(HashError::TooShort);
        }
        let mut salt = [0; SALT_LENGTH];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| HashError::Failed("no random salt".into()))?;
        self.lane
            .run(move |memory| phc_string(&password, &salt, memory))
            .await?
            .map_err(|error| HashError::Failed(error.to_string()))
    }
}

/// Bytes of a salt (RFC 9106 §3.1).
const SALT_LENGTH: usize = 16;

/// Bytes of a hash made here.
const OUTPUT_LENGTH: usize = 32;

/// The most that a stored hash may demand, in KiB: imported hashes keep their own parameters within reason.
const MAXIMUM_MEMORY: u32 = 256 * 1024;

/// The most passes over memory that a stored hash may demand.
const MAXIMUM_PASSES: u32 = 16;

/// Argon2id with 19 MiB, two passes and one lane: the crate's default and OWASP's first choice.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

fn phc_string(
    password: &Password,
    salt: &[u8],
    memory: &mut Blocks,
) -> Result<String, argon2::password_hash::Error> {
    let argon2 = argon2id();
    let mut output = [0; OUTPUT_LENGTH];
    let blocks = memory.blocks(argon2.params().block_count());
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, blocks)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// What a candidate is hashed with and compared to.
struct Expected {
    argon2: Argon2<'static>,
    salt: Vec<u8>,
    output: Vec<u8>,
    /// False for the stand-in that no password matches.
    somebody: bool,
}

impl Expected {
    /// Reads a PHC string of any Argon2 kind with bearable parameters.
    fn parse(stored: &str) -> Option<Self> {
        let hash = PasswordHash::new(stored).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
        let params = Params::try_from(&hash).ok()?;
        if params.m_cost() > MAXIMUM_MEMORY || params.t_cost() > MAXIMUM_PASSES {
            return None;
        }
        Some(Self {
            argon2: Argon2::new(algorithm, version, params),
            salt: hash.salt?.to_vec(),
            output: hash.hash?.as_bytes().to_vec(),
            somebody: true,
        })
    }

    /// Costs what everybody's hash costs and matches nothing.
    fn nobody() -> Self {
        let (salt, output) = (vec![0; SALT_LENGTH], vec![0; OUTPUT_LENGTH]);
        Self { argon2: argon2id(), salt, output, somebody: false }
    }

    fn matches(&self, candidate: &Password, memory: &mut Blocks) -> bool {
        let mut output = vec![0; self.output.len()];
        let blocks = memory.blocks(self.argon2.params().block_count());
        let hashed =
            self.argon2.hash_password_into_with_memory(candidate.as_bytes(), &self.salt, &mut output, blocks);
        let equal: bool = output.ct_eq(&self.output).into();
        equal & hashed.is_ok() & self.somebody
    }
}

#[cfg(test)]
mod tests {
    use argon2::PasswordVerifier;

    use super::*;

    fn passwords() -> Passwords {
        Passwords::start(PasswordLimits { threads: 1, ..PasswordLimits::default() }).unwrap()
    }

    fn password(text: &str) -> Password {
        Password::parse(text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn only_the_password_that_was_hashed_matches() {
        let passwords = passwords();
        let stored = passwords.hash(password("correct horse")).await.unwrap();
        assert!(passwords.verify(Some(&stored), password("correct horse")).await.unwrap());
        for wrong in ["correct hors", "correct horse ", "Correct horse", "x"] {
            assert!(!passwords.verify(Some(&stored), password(wrong)).await.unwrap(), "{wrong:?} matched");
        }
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes() {
        let passwords = passwords();
        let first = passwords.hash(password("correct horse")).await.unwrap();
        assert_ne!(first, passwords.hash(password("correct horse")).await.unwrap());
    }

    /// Checked by the argon2 crate's own reader and verifier, and against a hash of the reference C library.
    #[tokio::test]
    async fn hashes_are_those_of_other_implementations() {
        let passwords = passwords();
        let ours = passwords.hash(password("correct horse")).await.unwrap();
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let theirs = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &theirs).is_ok());

        let reference =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(passwords.verify(Some(reference), password("password")).await.unwrap());
        assert!(!passwords.verify(Some(reference), password("passwork")).await.unwrap());
    }

    /// S30: an unknown account takes the work of a known one, and no password opens it.
    #[tokio::test]
    async fn an_unknown_account_costs_the_same_and_never_matches() {
        let passwords = passwords();
        let stored = passwords.hash(password("correct horse")).await.unwrap();
        let (known, unknown) = (Expected::parse(&stored).unwrap(), Expected::nobody());
        let cost = |e: &Expected| {
            let params = e.argon2.params();
            (params.m_cost(), params.t_cost(), params.p_cost(), e.salt.len(), e.output.len())
        };
        assert_eq!(cost(&known), cost(&unknown));
        assert!(!passwords.verify(None, password("correct horse")).await.unwrap());
    }

    /// The stand-in's output is not a secret: even a candidate that hashed to it would be refused.
    #[test]
    fn the_stand_in_for_unknown_accounts_refuses_its_own_hash() {
        let mut unknown = Expected::nobody();
        let mut memory = Blocks::default();
        let candidate = password("correct horse");
        let blocks = memory.blocks(unknown.argon2.params().block_count());
        unknown
            .argon2
            .hash_password_into_with_memory(candidate.as_bytes(), &unknown.salt, &mut unknown.output, blocks)
            .unwrap();
        assert!(!unknown.matches(&candidate, &mut memory));
    }

    #[tokio::test]
    async fn an_unreadable_or_excessive_hash_matches_nothing() {
        let excessive =
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for stored in
            ["", "password", "$argon2id$v=19$m=19456,t=2,p=1$", "$2b$12$abcdefghijklmnopqrstuv", excessive]
        {
            assert!(Expected::parse(stored).is_none(), "{stored:?} was read");
            assert!(!passwords().verify(Some(stored), password("password")).await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_password_that_was_used_before_is_not_accepted_again() {
        let passwords = passwords();
        let mut rules = NewPasswordRules::default();
        for text in ["correct horse", "battery staple"] {
            rules.former.push(passwords.accept(password(text), rules.clone()).await.unwrap());
        }
        for text in ["correct horse", "battery staple"] {
            let refused = passwords.accept(password(text), rules.clone()).await;
            assert!(matches!(refused, Err(PasswordRefused::UsedBefore)), "{text}");
        }
        let hash = passwords.accept(password("another horse"), rules).await.unwrap();
        assert!(passwords.verify(Some(&hash), password("another horse")).await.unwrap());
    }

    /// What becomes of a password when the list cannot be read is the operator's choice.
    #[tokio::test]
    async fn a_breached_password_is_refused_and_an_unreadable_list_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.txt");
        let accept = async |accept_unchecked| {
            let check = BreachedCheck { list: list.clone(), accept_unchecked };
            let passwords = passwords().checking(Some(check));
            passwords.accept(password("password"), NewPasswordRules::default()).await
        };
        assert!(matches!(accept(false).await, Err(PasswordRefused::ListUnreadable(_))));
        assert!(accept(true).await.is_ok());
        std::fs::write(&list, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9659365\r\n").unwrap();
        assert!(matches!(accept(true).await, Err(PasswordRefused::Breached)));
    }

    #[tokio::test]
    async fn a_new_password_has_at_least_eight_characters() {
        let passwords = passwords();
        assert!(matches!(passwords.hash(password("1234567")).await, Err(HashError::TooShort)));
        assert!(passwords.hash(password("ü2345678")).await.is_ok());
    }
}
