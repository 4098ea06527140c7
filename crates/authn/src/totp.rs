use std::fmt;

use chrono::{DateTime, Utc};
use model::Upn;
use thiserror::Error;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::secret::RandomnessError;

/// Bytes of a secret: as many as the hash has (RFC 4226 §4, R6).
const SECRET_LENGTH: usize = 20;

/// What an authenticator app and we know together (RFC 6238): codes of six digits, one for each thirty seconds, by
/// HMAC-SHA-1, which is all that every app can do. Wiped from memory when dropped, never shown by `Debug`.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// The address by which an app learns a secret could not be written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the secret cannot be written as an address for authenticator apps: {0}")]
pub struct TotpUriError(String);

impl TotpSecret {
    /// A fresh secret.
    pub fn random() -> Result<Self, RandomnessError> {
        let mut bytes = Zeroizing::new(vec![0; SECRET_LENGTH]);
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| RandomnessError)?;
        Ok(Self(bytes))
    }

    /// The secret that was stored.
    pub const fn from_stored(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// A secret as people type it into an app; none when it is too short to be one, or no base 32.
    pub fn from_base32(text: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(text).ok()?;
        let secret = Self(Zeroizing::new(secret.as_bytes().to_vec()));
        secret.totp().map(|_| secret)
    }

    /// What to store, sealed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it into an app: base 32 (RFC 4648), without padding.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(self.secret().to_base32())
    }

    /// The `otpauth:` address that a QR code carries to an app.
    pub fn uri(&self, organisation: &str, upn: &Upn) -> Result<Zeroizing<String>, TotpUriError> {
        // A colon parts organisation and name in the label, so that neither may have one.
        let issuer = organisation.replace(':', " ");
        let totp = self.builder().with_account_name(upn.as_str()).with_issuer(Some(issuer)).build();
        let uri = totp.and_then(|totp| totp.to_url());
        uri.map(Zeroizing::new).map_err(|error| TotpUriError(error.to_string()))
    }

    /// The time step that a code belongs to, if it is the present one or a neighbour of it; spaces count for nothing.
    ///
    /// That a code is right does not make it good: whoever accepts it has to take its step, once for all nodes (S28).
    /// Compared in constant time.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let digits: Zeroizing<String> =
            Zeroizing::new(code.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect());
        let now = u64::try_from(now.timestamp()).ok()?;
        i64::try_from(self.totp()?.check(&digits, now)?).ok()
    }

    /// None for a secret that is too short to be one of ours: no code is right.
    fn totp(&self) -> Option<Totp> {
        self.builder().build().ok()
    }

    fn builder(&self) -> Builder {
        // Six digits, thirty seconds, SHA-1, one step to either side: the crate's own defaults, and RFC 6238's.
        Builder::new().with_secret(self.secret())
    }

    fn secret(&self) -> Secret {
        Secret::from(self.0.to_vec())
    }
}

/// Digits of a code.
const DIGITS: usize = 6;

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// The secret of the vectors in RFC 6238, appendix B, and RFC 4226, appendix D.
    fn of_the_rfc() -> TotpSecret {
        TotpSecret::from_stored(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    /// RFC 6238, appendix B, SHA-1: of its eight digits the last six.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (time, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(of_the_rfc().step_of(&code[2..], at(time)), Some(time / 30), "{code}");
        }
    }

    /// RFC 4226, appendix D: the codes of counters 0 to 9. S28: one step to either side is accepted, two are not.
    #[test]
    fn a_code_is_good_for_its_step_and_the_neighbours() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (step, code) in (0_i64..).zip(codes) {
            for second in 0..360 {
                let near = (second / 30 - step).abs() <= 1;
                let expected = near.then_some(step);
                assert_eq!(of_the_rfc().step_of(code, at(second)), expected, "{code} at {second}");
            }
        }
    }

    #[test]
    fn spaces_count_for_nothing_and_anything_else_is_no_code() {
        assert_eq!(of_the_rfc().step_of(" 287 082\n", at(59)), Some(1));
        for code in
            ["", "28708", "2870822", "94287082", "28708x", "+87082", "-87082", "２８７０８２", "287082;"]
        {
            assert_eq!(of_the_rfc().step_of(code, at(59)), None, "{code:?}");
        }
    }

    #[test]
    fn a_damaged_secret_and_a_time_before_1970_accept_nothing() {
        let short = TotpSecret::from_stored(Zeroizing::new(vec![1; 8]));
        assert_eq!(short.step_of("287082", at(59)), None);
        assert_eq!(of_the_rfc().step_of("755224", at(-1)), None);
    }

    #[test]
    fn an_app_learns_the_secret_with_organisation_and_name() {
        let upn = Upn::parse("ada@contoso.example").unwrap();
        assert_eq!(
            of_the_rfc().uri("Contoso: Labs & Co", &upn).unwrap().as_str(),
            "otpauth://totp/Contoso%20%20Labs%20%26%20Co:ada%40contoso.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Contoso%20%20Labs%20%26%20Co"
        );
        let written = of_the_rfc().to_base32();
        assert_eq!(written.as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::from_base32(&written).unwrap().as_bytes(), of_the_rfc().as_bytes());
        assert!(TotpSecret::from_base32("GEZDGNBV").is_none() && TotpSecret::from_base32("1890").is_none());
    }

    #[test]
    fn secrets_differ_and_hide_themselves() {
        let (first, second) = (TotpSecret::random().unwrap(), TotpSecret::random().unwrap());
        assert_eq!(first.as_bytes().len(), SECRET_LENGTH);
        assert_ne!(first.as_bytes(), second.as_bytes());
        assert_eq!(format!("{first:?}"), "TotpSecret(hidden)");
    }

    proptest! {
        /// S34: whatever is typed, the answer is quick and no panic.
        #[test]
        fn whatever_is_typed_is_no_panic(code in ".*", seconds in any::<u32>()) {
            let step = of_the_rfc().step_of(&code, at(seconds.into()));
            prop_assert!(step.is_none_or(|step| (step - i64::from(seconds) / 30).abs() <= 1));
        }
    }
}
