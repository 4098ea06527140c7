use std::fmt;
use std::str::FromStr;

use lettre::Address;
use thiserror::Error;

/// An address that mail can be sent to, without a name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailAddress(Address);

/// Text that is no address. It is not repeated: addresses are personal, and errors are logged.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("that is no mail address; write one like ada@example.org")]
pub struct MailAddressError;

impl MailAddress {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, MailAddressError> {
        text.trim().parse().map(Self).map_err(|_| MailAddressError)
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// As much as its owner needs to know it again, and nobody else can use: `a…@g…`.
    pub fn hint(&self) -> String {
        let first = |part: &str| part.chars().take(1).collect::<String>();
        format!("{}…@{}…", first(self.0.user()), first(self.0.domain()))
    }

    pub(crate) const fn as_address(&self) -> &Address {
        &self.0
    }
}

impl FromStr for MailAddress {
    type Err = MailAddressError;

    fn from_str(text: &str) -> Result<Self, MailAddressError> {
        Self::parse(text)
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Personal, and so hidden where programs show what they hold.
impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_mailbox_and_nothing_else() {
        let address = MailAddress::parse(" ada@home.example ").unwrap();
        assert_eq!((address.domain(), address.to_string().as_str()), ("home.example", "ada@home.example"));
        for text in [
            "",
            "ada",
            "@home.example",
            "ada@",
            "ada@home.example, eve@evil.example",
            "Ada <ada@home.example>",
            "ada@home.example\r\nBcc: eve@evil.example",
            "ada@home.example\nx",
        ] {
            assert_eq!(MailAddress::parse(text), Err(MailAddressError), "{text:?}");
        }
    }

    #[test]
    fn a_hint_and_the_debug_form_tell_no_address() {
        let address = MailAddress::parse("ada.byron@gmail.example").unwrap();
        assert_eq!(address.hint(), "a…@g…");
        assert_eq!(format!("{address:?}"), "a…@g…");
    }
}
