use std::fmt;

use xml::Element;
use zeroize::Zeroizing;

use crate::names::PASSWORD_TEXT;
use crate::{Part, RequestError, Version};

/// Who a client says it is, and the password that may prove it. Nothing of it is believed yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimedCredentials {
    /// The user name as sent, not empty.
    pub username: String,
    /// The password as sent, not empty; wiped when dropped.
    pub password: Zeroizing<String>,
}

impl ClaimedCredentials {
    /// Reads the user name token of a security header (UsernameToken Profile 1.0 §3.1). What else stands there is
    /// left alone, as clients send more than the profile has: the connection protects the message and the password
    /// proves the sender, or nothing does.
    pub(crate) fn read(security: &Element, version: Version) -> Result<Self, RequestError> {
        let Some(token) = Part::UsernameToken.sought_in(security, version)? else {
            let others = security.elements().any(|element| !Part::Timestamp.is(element, version));
            return Err(if others {
                RequestError::UnsupportedToken
            } else {
                RequestError::ElementMissing(Part::UsernameToken)
            });
        };
        let username = Part::Username.needed_in(token, version)?;
        let password = Part::Password.needed_in(token, version)?;
        if password.attribute("Type").is_some_and(|kind| kind != PASSWORD_TEXT) {
            return Err(RequestError::UnsupportedToken);
        }
        let username = Part::Username.text(username)?;
        let password = Part::Password.text(password)?;
        if username.trim().is_empty() || password.is_empty() {
            return Err(RequestError::CredentialsEmpty);
        }
        Ok(Self { username: username.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }
}

/// Neither the name nor the password (S55).
impl fmt::Debug for ClaimedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimedCredentials").finish_non_exhaustive()
    }
}
