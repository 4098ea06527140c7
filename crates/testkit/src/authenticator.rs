use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use totp_rs::{Builder, Secret};

use crate::Person;

impl Person {
    /// What this person's authenticator app shows now, or so many steps of thirty seconds later.
    pub fn code(&self, later: u64) -> anyhow::Result<String> {
        let secret = self.totp_secret.as_deref().with_context(|| format!("{} has no app", self.upn))?;
        code_of(secret, later)
    }
}

/// What an app with this secret, base 32, shows now, or so many steps of thirty seconds later.
pub fn code_of(secret: &str, later: u64) -> anyhow::Result<String> {
    let totp =
        Builder::new().with_secret(secret_bytes(secret)?).build().map_err(|error| anyhow!("{error}"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(totp.generate(now + 30 * later).to_string())
}

/// A secret as its bytes.
pub fn secret_bytes(secret: &str) -> anyhow::Result<Vec<u8>> {
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow!("{error}"))?;
    Ok(secret.as_bytes().to_vec())
}
