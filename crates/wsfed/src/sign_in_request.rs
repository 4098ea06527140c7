use std::fmt;

use model::Realm;
use serde::{Deserialize, Serialize};

use crate::{Parameters, RequestError};

/// A relying party asks for a token about whoever is at the browser (WS-Federation 1.2 §13.2.2).
///
/// Serialises compactly, because it travels sealed in a hidden field while the person signs in (S21).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// Who asks (`wtrealm`).
    #[serde(rename = "r")]
    pub realm: Realm,
    /// Where the answer is wanted (`wreply`), as sent: to be found among the relying party's registered
    /// addresses byte for byte, or refused (S01). An empty one is kept, because it equals none of them (S03, S06).
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// The relying party's own state (`wctx`), opaque, returned byte for byte (WSF-04).
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Who is expected to sign in (`username`, else `login_hint`). A hint: it fills a field and proves nothing.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The domain or identity provider the person comes from (`whr`). A hint; it routes nothing (S73).
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub home_realm: Option<String>,
    /// How recent the authentication has to be (`wfresh`, `prompt`).
    #[serde(rename = "f", default, skip_serializing_if = "Freshness::is_any")]
    pub freshness: Freshness,
    /// How the person has to authenticate (`wauth`).
    #[serde(rename = "m", default, skip_serializing_if = "RequestedMethod::is_any")]
    pub method: RequestedMethod,
    /// The greatest age of a second factor, in seconds (`mfa_max_age`, WSF-08).
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub mfa_max_age: Option<u32>,
    /// Entra's id of the request (`client-request-id`): up to 64 letters, digits, hyphens, braces (WSF-15).
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// Language tags, most wanted first (WSF-15).
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
}

impl SignInRequest {
    pub(crate) fn parse(parameters: &Parameters) -> Result<Self, RequestError> {
        let owned = |name| parameters.filled(name).map(str::to_owned);
        let realm = parameters.filled("wtrealm").ok_or(RequestError::RealmMissing)?;
        Ok(Self {
            realm: Realm::parse(realm).map_err(|_| RequestError::RealmMalformed)?,
            reply: parameters.sent("wreply").map(str::to_owned),
            context: owned("wctx"),
            username: owned("username").or_else(|| owned("login_hint")),
            home_realm: owned("whr"),
            freshness: Freshness::parse(parameters.filled("wfresh"), parameters.filled("prompt")),
            method: RequestedMethod::parse(parameters.filled("wauth"))?,
            mfa_max_age: parameters.filled("mfa_max_age").and_then(whole_number),
            correlation: parameters.correlation(),
            languages: parameters.languages(),
        })
    }
}

/// Entra's state and the person's name stay out of logs.
impl fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInRequest")
            .field("realm", &self.realm)
            .field("reply", &self.reply)
            .field("freshness", &self.freshness)
            .field("method", &self.method)
            .field("mfa_max_age", &self.mfa_max_age)
            .field("correlation", &self.correlation)
            .finish_non_exhaustive()
    }
}

/// How recent the authentication behind a token has to be (WSF-06).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freshness {
    /// Whatever the session policy allows.
    #[default]
    #[serde(rename = "a")]
    Any,
    /// Not older than this many minutes, at least one.
    #[serde(rename = "w")]
    Within(u32),
    /// The person authenticates now, session or not: `wfresh=0` or `prompt=login`.
    #[serde(rename = "n")]
    Now,
}

impl Freshness {
    /// S26: text, negative and huge numbers ask for nothing.
    fn parse(minutes: Option<&str>, prompt: Option<&str>) -> Self {
        if prompt.is_some_and(|prompt| prompt.split(' ').any(|word| word == "login")) {
            return Self::Now;
        }
        match minutes.and_then(whole_number) {
            None => Self::Any,
            Some(0) => Self::Now,
            Some(minutes) => Self::Within(minutes),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// The way of authenticating that a request demands (protocol.md §1.2). A demand never lowers policy (S25).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestedMethod {
    /// No demand: policy decides.
    #[default]
    #[serde(rename = "a")]
    Any,
    /// A password.
    #[serde(rename = "p")]
    Password,
    /// Kerberos or another sign-in integrated with the workstation.
    #[serde(rename = "i")]
    Integrated,
    /// A TLS client certificate.
    #[serde(rename = "c")]
    Certificate,
    /// A second factor in this session (WSF-07).
    #[serde(rename = "m")]
    Multifactor,
}

impl RequestedMethod {
    /// Reads a `wauth`; one that nobody knows is an error, not a wish to be passed over (WSF-09).
    fn parse(uri: Option<&str>) -> Result<Self, RequestError> {
        Ok(match uri {
            None | Some("urn:oasis:names:tc:SAML:1.0:am:unspecified") => Self::Any,
            Some("http://schemas.microsoft.com/claims/multipleauthn") => Self::Multifactor,
            Some(
                "urn:oasis:names:tc:SAML:1.0:am:password"
                | "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"
                | "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            ) => Self::Password,
            Some(
                "urn:ietf:rfc:1510"
                | "urn:federation:authentication:windows"
                | "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/windows",
            ) => Self::Integrated,
            Some(
                "urn:ietf:rfc:2246"
                | "urn:oasis:names:tc:SAML:1.0:am:X509-PKI"
                | "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/tlsclient",
            ) => Self::Certificate,
            Some(_) => return Err(RequestError::MethodUnknown),
        })
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// Digits and nothing else; `parse` alone would take a plus sign.
fn whole_number(text: &str) -> Option<u32> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
