use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::{Host, Url};

/// Where browsers reach this server: scheme, host and perhaps a port, nothing after it.
///
/// Every address in metadata, pages and redirects is built from it, never from a request's `Host`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(Url);

/// Why a text is no base address.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BaseUrlError {
    /// No URL at all, or not one of the web.
    #[error("an address looks like https://sign-in.contoso.example")]
    Shape,
    /// Something follows the host, or a user name stands before it.
    #[error("an address ends after the host, like https://sign-in.contoso.example")]
    Excess,
}

impl BaseUrl {
    /// Reads an address such as `https://sign-in.contoso.example`, with or without a slash at its end.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| BaseUrlError::Shape)?;
        if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
            return Err(BaseUrlError::Shape);
        }
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Excess);
        }
        Ok(Self(url))
    }

    /// The address without a slash at its end, which is also its origin as browsers write it.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The address of `path`, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }

    /// The host without the port, as browsers write it.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether browsers speak TLS to it.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it names this very machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.as_str().to_owned()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_after_its_host() {
        for text in ["https://Sign-In.contoso.example", " https://sign-in.contoso.example/ "] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!(url.as_str(), "https://sign-in.contoso.example");
            assert_eq!(url.join("/adfs/ls/"), "https://sign-in.contoso.example/adfs/ls/");
            assert!(url.is_https() && !url.is_loopback());
        }
        let local = BaseUrl::parse("http://localhost:8080").unwrap();
        assert_eq!((local.as_str(), local.host()), ("http://localhost:8080", "localhost"));
        assert!(local.is_loopback() && BaseUrl::parse("http://[::1]:80").unwrap().is_loopback());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "contoso.example", "ftp://contoso.example", "file:///etc", "https://", "javascript:1"]
        {
            assert_eq!(BaseUrl::parse(text).unwrap_err(), BaseUrlError::Shape, "{text:?}");
        }
        for rest in ["/path", "/?a", "/#a", "//"] {
            let text = format!("https://contoso.example{rest}");
            assert_eq!(BaseUrl::parse(&text).unwrap_err(), BaseUrlError::Excess, "{text:?}");
        }
        assert_eq!(BaseUrl::parse("https://a:b@contoso.example").unwrap_err(), BaseUrlError::Excess);
    }
}
