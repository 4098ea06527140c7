//! Who somebody is: passwords, second factors, sessions, and the limits on failed tries.
//!
//! This crate knows no protocol and no page. It answers whether a password is right without telling an observer
//! why it is not ([`Passwords`]), to which time step a code of an authenticator app belongs ([`TotpSecret`]),
//! remembers who signed in and when ([`Sessions`]), and says how long the next
//! try has to wait after too many failures ([`Attempts`]). What follows from the answers is decided elsewhere:
//! a session is evidence for a decision, never the decision.

mod access_code;
mod attempts;
mod breached;
mod email_code;
mod eviction;
mod failures;
mod lane;
mod memory;
mod new_password;
mod passkey;
mod password;
mod passwords;
mod recovery_code;
mod secret;
mod session;
mod session_map;
mod sessions;
mod spoken_number;
mod spray;
mod totp;
mod typed_code;

pub use access_code::{ACCESS_CODE_LIFETIME, AccessCode};
pub use attempts::{AccountKey, Attempt, AttemptLimits, Attempts, Verdict};
pub use breached::{BreachedListError, BreachedPasswords};
pub use email_code::{EMAIL_CODE_DIGITS, EMAIL_CODE_LIFETIME, EmailCode};
pub use lane::Busy;
pub use new_password::{BreachedCheck, NewPasswordRules, PasswordRefused, known_words};
pub use passkey::{
    CHALLENGE_LIFETIME, PasskeyAnswer, PasskeyCeremonies, PasskeyChallenge, PasskeyEnrolment, PasskeyError,
    PasskeyOwner, PasskeyRefused,
};
pub use password::{MINIMUM_NEW_PASSWORD, Password, PasswordError};
pub use passwords::{HashError, PasswordLimits, Passwords};
pub use recovery_code::{RECOVERY_CODES, RecoveryCode};
pub use secret::{DeviceSecret, RandomnessError, SessionSecret};
pub use session::{Session, SessionLimits};
pub use sessions::{SessionError, Sessions};
pub use spoken_number::spoken_number;
pub use spray::Fingerprint;
pub use totp::{TotpSecret, TotpUriError};
