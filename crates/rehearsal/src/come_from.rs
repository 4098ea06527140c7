//! Where a browser pretends to come from: for the demo alone, where everybody sits at the same machine (S83).

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header};
use url::form_urlencoded::Serializer;

use crate::DepartureError;

/// The stand-in's own cookie, in which it keeps what its page shows. The identity provider is another site and keeps
/// a cookie of its own.
pub(crate) const COOKIE: &str = "come-from";

/// How a browser is made to come from elsewhere.
#[derive(Clone, Debug)]
pub struct ComeFrom {
    /// The page of the identity provider's demo that keeps an address for a browser (`address`) and then goes on with
    /// the query of a sign-in (`to`).
    pub page: String,
    /// Addresses to try, and where each is.
    pub examples: Vec<(IpAddr, &'static str)>,
}

/// The address that a browser pretends to come from; or that it no longer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pretence(Option<IpAddr>);

impl ComeFrom {
    /// The address by which a browser keeps an address and goes on with this query.
    pub(crate) fn by_way_of(&self, pretence: Pretence, query: &str) -> String {
        let mut way = Serializer::new(String::new());
        way.append_pair("address", &pretence.to_string());
        way.append_pair("to", query);
        format!("{}?{}", self.page, way.finish())
    }
}

impl Pretence {
    /// Reads what somebody typed; nothing is this machine.
    pub fn parse(text: &str) -> Result<Self, DepartureError> {
        match text.trim() {
            "" => Ok(Self(None)),
            text => text.parse().map(|address| Self(Some(address))).map_err(|_| DepartureError::NoAddress),
        }
    }

    /// What a cookie of that name says.
    pub fn kept(headers: &HeaderMap, cookie: &str) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs =
            cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == cookie).and_then(|(_, value)| Self::parse(value).ok())
    }

    /// The cookie that keeps it, for the site that sends it and both its schemes.
    pub fn cookie(self, name: &str) -> Option<HeaderValue> {
        let life = if self.0.is_some() { "" } else { "; Max-Age=0" };
        HeaderValue::from_str(&format!("{name}={self}; Path=/; HttpOnly; SameSite=Lax{life}")).ok()
    }

    /// The address, if it pretends any.
    pub const fn address(self) -> Option<IpAddr> {
        self.0
    }
}

impl std::fmt::Display for Pretence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |address| address.fmt(f))
    }
}
