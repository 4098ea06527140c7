use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the system's random source failed")]
pub struct RandomnessError;

/// Characters of 32 bytes in base64url without padding.
const COOKIE_LENGTH: usize = 43;

/// Writes each kind of secret once more under its own name, so that none is taken for another.
macro_rules! secrets {
    ($($(#[$doc:meta])+ $name:ident)+) => {$(
        $(#[$doc])+
        ///
        /// The server keeps the SHA-256 of it, so a copy of the database is worth nothing to a thief. Wiped from memory
        /// when dropped, never shown by `Debug`.
        pub struct $name(Zeroizing<[u8; 32]>);

        impl $name {
            /// A fresh secret.
            pub fn random() -> Result<Self, RandomnessError> {
                let mut bits = Zeroizing::new([0; 32]);
                aws_lc_rs::rand::fill(bits.as_mut_slice()).map_err(|_| RandomnessError)?;
                Ok(Self(bits))
            }

            /// Reads a cookie's value. Anything but 43 characters of canonical base64url is no secret of ours.
            pub fn parse(cookie: &str) -> Option<Self> {
                if cookie.len() != COOKIE_LENGTH {
                    return None;
                }
                let mut bits = Zeroizing::new([0; 32]);
                let length = URL_SAFE_NO_PAD.decode_slice(cookie, bits.as_mut_slice()).ok()?;
                (length == bits.len()).then_some(Self(bits))
            }

            /// The value to set as the cookie.
            pub fn to_cookie(&self) -> Zeroizing<String> {
                Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
            }

            /// What it is stored and found by.
            pub fn hash(&self) -> [u8; 32] {
                Sha256::digest(self.0.as_slice()).into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )+};
}

secrets! {
    /// What a browser proves its session with: 256 random bits, known to nobody but its cookie.
    SessionSecret

    /// What a browser is known again by, long after it signed out: 256 random bits, known to nobody but its cookie. It
    /// signs nobody in.
    DeviceSecret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_journey_through_a_cookie() {
        let secret = SessionSecret::random().unwrap();
        let returned = SessionSecret::parse(&secret.to_cookie()).unwrap();
        assert_eq!(returned.hash(), secret.hash());
        assert_ne!(SessionSecret::random().unwrap().hash(), secret.hash());
    }

    #[test]
    fn what_is_stored_is_the_sha_256_of_the_secret() {
        let secret = SessionSecret::parse(&"A".repeat(43)).unwrap();
        // `head -c 32 /dev/zero | sha256sum`
        let expected = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
        let hex = secret.hash().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(hex, expected);
    }

    #[test]
    fn other_cookies_are_no_secrets() {
        let hostile = ["", "A", &"A".repeat(42), &"A".repeat(44), &"é".repeat(21), &("=".repeat(43))];
        for cookie in hostile {
            assert!(SessionSecret::parse(cookie).is_none(), "{cookie:?} was accepted");
        }
        // The last character carries two unused bits; a second spelling of one secret is refused.
        assert!(SessionSecret::parse(&("A".repeat(42) + "B")).is_none());
    }

    #[test]
    fn debug_output_hides_the_secret() {
        assert_eq!(format!("{:?}", SessionSecret::random().unwrap()), "SessionSecret(hidden)");
    }
}
