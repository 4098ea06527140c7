use std::path::PathBuf;

use model::User;
use policy::PasswordRules;
use thiserror::Error;

use crate::breached::{BreachedListError, BreachedPasswords};
use crate::lane::Busy;
use crate::password::Password;

/// Why a password may not become somebody's.
#[derive(Debug, Error)]
pub enum PasswordRefused {
    /// Too short.
    #[error("a new password has at least {minimum} characters")]
    TooShort {
        /// The fewest characters.
        minimum: u8,
    },
    /// It holds what everybody knows of its owner.
    #[error("the password holds the user's name, the organisation's or another word that is easy to guess")]
    HoldsKnownWord,
    /// It is known from a break-in elsewhere.
    #[error("the password is on the list of breached passwords: it is among the first that are tried")]
    Breached,
    /// It is the present one, or one of the last.
    #[error("the password is the present one or was used before")]
    UsedBefore,
    /// Whether it is known from a break-in cannot be said, and the operator wants no password then.
    #[error(transparent)]
    ListUnreadable(#[from] BreachedListError),
    /// Too many passwords are waiting.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The system gave no random salt, or the hash could not be computed or written out.
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

/// What a new password is held against.
#[derive(Clone, Debug, Default)]
pub struct NewPasswordRules {
    /// The organisation's own rules.
    pub rules: PasswordRules,
    /// What everybody knows of its owner, in lower case; see [`known_words`].
    pub known_words: Vec<String>,
    /// The hashes that it must not match, PHC strings: the present one, and as many former ones as the rules say.
    pub former: Vec<String>,
}

/// Where a node finds breached passwords, and what it does when it cannot look there.
#[derive(Clone, Debug)]
pub struct BreachedCheck {
    /// The list. It is opened for each new password: there are few of them, and a list that is replaced is the one that
    /// counts.
    pub list: PathBuf,
    /// Whether a password is accepted that could not be looked up.
    pub accept_unchecked: bool,
}

/// Shorter words stand in too many passwords by chance.
const SHORTEST_WORD: usize = 4;

impl NewPasswordRules {
    /// What can be said at a glance, before anything is hashed.
    pub(crate) fn judge(&self, password: &Password) -> Result<(), PasswordRefused> {
        if password.characters() < usize::from(self.rules.minimum_length) {
            return Err(PasswordRefused::TooShort { minimum: self.rules.minimum_length });
        }
        let forbidden = self.rules.forbidden_words.iter().map(|word| word.to_lowercase());
        if password.holds_any(self.known_words.iter().cloned().chain(forbidden)) {
            return Err(PasswordRefused::HoldsKnownWord);
        }
        Ok(())
    }
}

impl BreachedCheck {
    pub(crate) fn judge(&self, password: &Password) -> Result<(), PasswordRefused> {
        match BreachedPasswords::open(&self.list).and_then(|list| list.hold(password)) {
            Ok(false) => Ok(()),
            Ok(true) => Err(PasswordRefused::Breached),
            Err(error) if self.accept_unchecked => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a new password was not looked up");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What everybody knows of a user: the words of four letters and more in their names, in the organisation's name and in
/// the domain.
pub fn known_words(user: &User, organisation: &str) -> Vec<String> {
    let names = ["DisplayName", "GivenName", "Surname"];
    let attributes = names.into_iter().flat_map(|name| user.attributes.values(name));
    let domain = user.upn.domain();
    // The end of a domain is no secret of anybody, and a word of many passwords.
    let domain = domain.rsplit_once('.').map_or(domain, |(name, _)| name);
    let local = user.upn.as_str().split('@').next().unwrap_or_default();
    let texts = [local, domain, organisation];
    let mut words: Vec<_> = texts
        .into_iter()
        .chain(attributes.map(String::as_str))
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .map(str::to_lowercase)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::{Attributes, OrganisationId, UserId};

    use super::*;

    fn words() -> Vec<String> {
        let mut attributes = Attributes::default();
        attributes.set("DisplayName", ["Ada Lovelace-Byron"]).unwrap();
        let user = User {
            id: UserId::new(),
            organisation: OrganisationId::new(),
            upn: "a.lovelace@eu.contoso.example".parse().unwrap(),
            immutable_id: None,
            active: true,
            attributes,
            created_at: DateTime::UNIX_EPOCH,
        };
        known_words(&user, "Contoso Pty Ltd")
    }

    fn judge(rules: &NewPasswordRules, text: &str) -> Result<(), PasswordRefused> {
        rules.judge(&Password::parse(text.to_owned()).unwrap())
    }

    #[test]
    fn names_of_user_firm_and_domain_are_known_words() {
        assert_eq!(words(), ["byron", "contoso", "lovelace"]);
    }

    #[test]
    fn a_password_that_holds_a_known_word_is_refused_in_any_case() {
        let rules =
            PasswordRules { forbidden_words: vec!["Melbourne".to_owned()], ..PasswordRules::default() };
        let rules = NewPasswordRules { rules, known_words: words(), ..NewPasswordRules::default() };
        for text in ["Contoso2026!", "i-am-LOVELACE", "melbourne-cup"] {
            assert!(matches!(judge(&rules, text), Err(PasswordRefused::HoldsKnownWord)), "{text}");
        }
        for text in ["a horse called ada", "aaaaaaaa", "example-of-one"] {
            assert!(judge(&rules, text).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_organisation_says_how_long_a_password_is_at_least() {
        let rules = PasswordRules { minimum_length: 12, ..PasswordRules::default() };
        let rules = NewPasswordRules { rules, ..NewPasswordRules::default() };
        assert!(matches!(judge(&rules, "eleven char"), Err(PasswordRefused::TooShort { minimum: 12 })));
        assert!(judge(&rules, "zwölf zeiche").is_ok());
    }
}
