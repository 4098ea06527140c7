use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::DomainName;

/// Why a text is no issuer URI or realm.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UriError {
    /// Nothing, or only white space.
    #[error("a URI cannot be empty")]
    Empty,
    /// Longer than `MAXIMUM` bytes.
    #[error("a URI has at most {MAXIMUM} bytes")]
    TooLong,
    /// White space or a control character, which no URI carries.
    #[error("{0:?} holds white space or a control character")]
    HostileCharacter(String),
    /// No scheme before a colon.
    #[error("{0:?} has no scheme; write it like URN:contoso.example or https://contoso.example/")]
    NoScheme(String),
}

/// The longest issuer URI or realm, in bytes. Entra's own limit for `issuerUri` is 255 (Graph).
const MAXIMUM: usize = 255;

fn check(text: &str) -> Result<(), UriError> {
    if text.trim().is_empty() {
        return Err(UriError::Empty);
    }
    if text.len() > MAXIMUM {
        return Err(UriError::TooLong);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(UriError::HostileCharacter(text.to_owned()));
    }
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    if !starts_well || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
        return Err(UriError::NoScheme(text.to_owned()));
    }
    Ok(())
}

/// Makes a text newtype that is compared byte for byte.
macro_rules! exact_uri {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads it as it stands: nothing is normalised, because it is compared byte for byte.
            pub fn parse(text: &str) -> Result<Self, UriError> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text, exactly as given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = UriError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(uri: $name) -> Self {
                uri.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

exact_uri! {
    /// The issuer URI of a token: equal, byte for byte, to the `issuerUri` that Entra holds for the domain.
    IssuerUri;
    /// A relying party's realm (`wtrealm`, WS-Federation 1.2 §13.2.2), compared byte for byte.
    Realm;
}

impl IssuerUri {
    /// The classic issuer of a domain: `URN:` and the domain in lower case.
    pub fn of_domain(domain: &DomainName) -> Self {
        Self(format!("URN:{domain}"))
    }
}

impl Realm {
    /// The realm of Entra ID, worldwide and US Government (protocol.md §1.1).
    pub const MICROSOFT_ONLINE: &'static str = "urn:federation:MicrosoftOnline";
}

/// An address that a relying party's answers may be posted to, matched byte for byte (WSF-05, S01).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReplyAddress(String);

/// Why a text is no reply address (S05).
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReplyAddressError {
    /// It does not have the form of an absolute address, or hides something in it.
    #[error("{0:?} is not a plain https address: no user name, fragment, white space or backslash")]
    Malformed(String),
    /// A scheme that does not protect the token.
    #[error("{0:?} does not start with https://; only a loopback host may use http://")]
    NotHttps(String),
}

impl ReplyAddress {
    /// Reads an address: `https`, or `http` to a loopback host (which only the demo registers, S05).
    pub fn parse(text: &str) -> Result<Self, ReplyAddressError> {
        let malformed = || ReplyAddressError::Malformed(text.chars().take(200).collect());
        let hostile = |c: char| c.is_whitespace() || c.is_control() || "\\<>\"'`#@".contains(c);
        if text.is_empty() || text.len() > 2048 || !text.is_ascii() || text.chars().any(hostile) {
            return Err(malformed());
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(malformed)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = match authority.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        if host.is_empty() || host.contains('%') {
            return Err(malformed());
        }
        match scheme {
            "https" => Ok(Self(text.to_owned())),
            "http" if ["localhost", "127.0.0.1", "::1"].contains(&host) => Ok(Self(text.to_owned())),
            _ => Err(ReplyAddressError::NotHttps(text.to_owned())),
        }
    }

    /// The address, exactly as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the connection to it is protected by TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl TryFrom<String> for ReplyAddress {
    type Error = ReplyAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ReplyAddress> for String {
    fn from(address: ReplyAddress) -> Self {
        address.0
    }
}

impl fmt::Display for ReplyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ReplyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyAddress({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classic_issuer_is_the_lower_case_domain() {
        let domain = DomainName::parse("Contoso.Example").unwrap();
        assert_eq!(IssuerUri::of_domain(&domain).as_str(), "URN:contoso.example");
    }

    #[test]
    fn issuers_differ_by_case() {
        assert_ne!(
            IssuerUri::parse("urn:contoso.example").unwrap(),
            IssuerUri::parse("URN:contoso.example").unwrap()
        );
    }

    #[test]
    fn uris_without_scheme_or_with_white_space_are_refused() {
        for text in ["", " ", "contoso", "urn:a b", "urn:a\n", ":x", "1a:b"] {
            assert!(Realm::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    /// S05: what a configuration may not name.
    #[test]
    fn only_plain_https_addresses_are_reply_addresses() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://rp.example/",
            "https://user@rp.example/",
            "https://rp.example/#f",
            "https://rp.example\\@evil/",
            "//rp.example/",
            "https:///x",
            "https://rp%2eexample/",
            "https://rp.example/ x",
            "http://127.0.0.1.evil.example/",
        ] {
            assert!(ReplyAddress::parse(text).is_err(), "{text:?} was accepted");
        }
        assert!(ReplyAddress::parse("https://login.microsoftonline.com/login.srf").is_ok());
        assert!(ReplyAddress::parse("http://127.0.0.1:8081/login.srf").is_ok());
    }
}
