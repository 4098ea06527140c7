use std::time::Duration;

use authn::{Password, Verdict};
use model::Upn;
use storage::{Account, Familiarity};

use crate::{SecurityTokenService, StsError, Visit};

/// What a name and a password came to.
pub(crate) enum PasswordCheck {
    /// They belong together, and the user may sign in at all; and how familiar the place is.
    Right(Box<Account>, Familiarity),
    /// They do not: no such name, another password, or a disabled user, which nobody can tell apart (S30).
    Wrong,
    /// Too many failures: the password was not looked at, and will not be for so long.
    TooSoon(Duration),
}

/// A wait in seconds, rounded up: whoever waits as long as told is not told to wait again.
pub(crate) fn seconds_of(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

impl SecurityTokenService {
    /// Checks a name and a password. Every door of the server comes here, so that failures are counted together
    /// (WST-05).
    pub(crate) async fn check_password(
        &self,
        visit: &Visit,
        username: &str,
        password: Option<Password>,
    ) -> Result<PasswordCheck, StsError> {
        let fingerprint =
            password.as_ref().map(|password| self.attempts.fingerprint(visit.organisation, password));
        if let Verdict::Wait(wait) = self.may_try_password(visit, username, fingerprint).await? {
            if visit.endpoint.is_active() {
                // A program is told nothing but "wrong": as late as for any other wrong password, or it would see
                // whether its guesses count.
                self.verify(None, password).await?;
            }
            return Ok(PasswordCheck::TooSoon(wait));
        }
        let found = match Upn::parse(username) {
            Ok(upn) => self.store.account_at(visit.organisation, &upn, &visit.origin(), visit.now).await?,
            Err(_) => None,
        };
        let (account, familiarity) = found.unzip();
        let familiarity = familiarity.unwrap_or_default();
        self.recognise(visit, username, &familiarity);
        let stored = account.as_ref().and_then(|account| account.password.as_ref());
        let right = self.verify(stored.map(|record| record.hash.as_str()), password).await?;
        let Some(account) = account.filter(|account| right && account.user.active) else {
            // A disabled account counts like a wrong password, or the missing wait would tell that it was right (S30).
            self.password_was_wrong(visit, username, fingerprint).await?;
            return Ok(PasswordCheck::Wrong);
        };
        Ok(PasswordCheck::Right(Box::new(account), familiarity))
    }

    /// A right password led to a token, or to a refusal that may be told. Half a sign-in forgives nothing: whoever knows
    /// the password could guess codes without end.
    pub(crate) fn password_sufficed(&self, visit: &Visit, account: &Account) {
        if account.second_factors().is_empty() {
            self.tried_with_success(visit, account);
        }
    }

    async fn verify(&self, stored: Option<&str>, password: Option<Password>) -> Result<bool, StsError> {
        match password {
            Some(password) => Ok(self.passwords.verify(stored, password).await?),
            // Wrong for every name alike, so that its quick answer tells nothing.
            None => Ok(false),
        }
    }
}
