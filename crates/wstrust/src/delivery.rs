use chrono::{DateTime, Utc};

use crate::address::Endpoint;
use crate::{RequestError, Version};

/// How a message came: what HTTP said about it, and what it may say about itself.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The version of the endpoint to which it was posted.
    pub version: Version,
    /// The `Content-Type` of the request.
    pub content_type: Option<&'a str>,
    /// The `SOAPAction` of the request; some clients send none, or in quotes.
    pub soap_action: Option<&'a str>,
    /// The absolute addresses of the endpoint, from configuration and never from a `Host` header: the published one
    /// and its aliases. `wsa:To` names one of them, by scheme, host and path.
    pub addresses: &'a [&'a str],
    /// Now.
    pub now: DateTime<Utc>,
}

impl Delivery<'_> {
    /// Checks what HTTP says: SOAP 1.2 in UTF-8 (RFC 3902) and, where it names an action, ours.
    pub(crate) fn check(&self) -> Result<(), RequestError> {
        let mut parts = self.content_type.unwrap_or_default().split(';').map(str::trim);
        if !parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/soap+xml")) {
            return Err(RequestError::ContentType);
        }
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = unquoted(value);
            if name.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
                return Err(RequestError::ContentType);
            }
            if name.eq_ignore_ascii_case("action") && value != self.version.request_action() {
                return Err(RequestError::ActionMismatch);
            }
        }
        match unquoted(self.soap_action.unwrap_or_default()) {
            "" => Ok(()),
            action if action == self.version.request_action() => Ok(()),
            _ => Err(RequestError::ActionMismatch),
        }
    }

    /// Whether `to` names the endpoint at which the message arrived.
    pub(crate) fn is_to(&self, to: &str) -> bool {
        Endpoint::of(to).is_some_and(|named| {
            self.addresses.iter().filter_map(|address| Endpoint::of(address)).any(|ours| ours == named)
        })
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value)
}
