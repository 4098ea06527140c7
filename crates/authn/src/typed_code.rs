use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use model::UserId;

use crate::secret::RandomnessError;

/// Digits and letters without those that look like another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A secret that people type: so many letters of five random bits. Wiped from memory when dropped.
pub(crate) struct TypedCode<const LENGTH: usize>(Zeroizing<String>);

impl<const LENGTH: usize> TypedCode<LENGTH> {
    pub(crate) fn random() -> Result<Self, RandomnessError> {
        let mut bits = Zeroizing::new([0; LENGTH]);
        aws_lc_rs::rand::fill(bits.as_mut_slice()).map_err(|_| RandomnessError)?;
        let letters = bits.iter().filter_map(|bits| ALPHABET.get(usize::from(bits & 31)));
        Ok(Self(Zeroizing::new(letters.map(|letter| char::from(*letter)).collect())))
    }

    /// Reads what a person typed: letter case, spaces and dashes aside, and O, I and L for what they look like.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(LENGTH));
        for typed in typed.chars().filter(|typed| !typed.is_whitespace() && *typed != '-') {
            let letter = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if code.len() == LENGTH || !ALPHABET.iter().any(|known| char::from(*known) == letter) {
                return None;
            }
            code.push(letter);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// What the code is stored and found by, for what it is used for; the same code of another user has another hash.
    pub(crate) fn hash(&self, purpose: &str, user: UserId) -> [u8; 32] {
        Sha256::new()
            .chain_update(purpose.as_bytes())
            .chain_update(b"\0")
            .chain_update(user.as_uuid().as_bytes())
            .chain_update(self.0.as_bytes())
            .finalize()
            .into()
    }

    /// The code as it is shown, in groups of four: `7K4M-2QXD-9Z0A`.
    pub(crate) fn written(&self) -> Zeroizing<String> {
        let mut written = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / 4));
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                written.push('-');
            }
            written.push(letter);
        }
        written
    }
}
