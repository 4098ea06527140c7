use chrono::{DateTime, Utc};

use crate::{Owner, SecurityTokenService, StsError};

/// The ways to sign in that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Methods {
    /// When the password was set; none: there is none.
    pub password_since: Option<DateTime<Utc>>,
    /// Since when an authenticator app is set up; none: there is none.
    pub app_since: Option<DateTime<Utc>>,
    /// How many passkeys there are.
    pub passkeys: usize,
    /// Recovery codes that were not used yet.
    pub recovery_codes: u32,
}

impl SecurityTokenService {
    /// The ways to sign in that somebody has, as the database knows them now.
    pub async fn methods(&self, owner: &Owner) -> Result<Methods, StsError> {
        let user = &owner.account.user;
        let account = self.store.account_by_id(user.organisation, user.id).await?;
        let account = account.ok_or_else(|| StsError::Unavailable("the account is gone".to_owned()))?;
        Ok(Methods {
            password_since: account.password.map(|password| password.changed_at),
            app_since: account.totp_since,
            passkeys: self.store.passkeys(user.organisation, user.id).await?.len(),
            recovery_codes: self.store.recovery_codes_left(user.organisation, user.id).await?,
        })
    }
}
