use chrono::{DateTime, Utc};

use crate::Version;
use crate::envelope::envelope;
use crate::names::{FAULT_ACTION, WSSE, WSU};

/// Why there is no token, in the words that clients understand (protocol.md §4.6, SOAP 1.2 §5.4).
///
/// Each has exactly one prefixed subcode and a reason: parsers of clients crash without (WST-04). The texts are for
/// whoever debugs a client and say nothing about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The name or the password is wrong. Also the answer to whatever depends on the person, or a sprayer could tell
    /// which passwords are right (S54).
    FailedAuthentication,
    /// Not from here, not now, not this way: what could be decided without the person.
    AccessDenied,
    /// The token that is asked for is not issued here: an unknown realm, another kind of token.
    RequestFailed,
    /// No request that could be understood.
    InvalidRequest,
    /// The message is too old or from the future.
    MessageExpired,
    /// The security header is not in order.
    InvalidSecurity,
    /// The token in it is not in order.
    InvalidSecurityToken,
    /// The token in it is of a kind that is not accepted.
    UnsupportedSecurityToken,
    /// A header that must be understood is not known.
    MustUnderstand,
    /// No SOAP 1.2.
    VersionMismatch,
    /// Our own failure, or too much to do.
    Receiver,
}

/// Where the name of a subcode lives.
enum Namespace {
    Security,
    Utility,
    Trust,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 11] = [
        Self::FailedAuthentication,
        Self::AccessDenied,
        Self::RequestFailed,
        Self::InvalidRequest,
        Self::MessageExpired,
        Self::InvalidSecurity,
        Self::InvalidSecurityToken,
        Self::UnsupportedSecurityToken,
        Self::MustUnderstand,
        Self::VersionMismatch,
        Self::Receiver,
    ];

    /// The envelope, to be sent with status 500 unless HTTP has a better word, as [`CONTENT_TYPE`](crate::CONTENT_TYPE).
    ///
    /// For one version, id and moment, a fault is always the same bytes (WST-05).
    pub fn envelope(self, version: Version, relates_to: Option<&str>, now: DateTime<Utc>) -> Vec<u8> {
        let (namespace, subcode) = self.subcode();
        let namespace = match namespace {
            Namespace::Security => WSSE,
            Namespace::Utility => WSU,
            Namespace::Trust => version.namespace(),
        };
        let body = format!(
            "<s:Fault><s:Code><s:Value>s:{}</s:Value><s:Subcode><s:Value xmlns:a=\"{namespace}\">a:{subcode}</s:Value>\
             </s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-US\">{}</s:Text></s:Reason></s:Fault>",
            self.code(),
            self.reason()
        );
        envelope(FAULT_ACTION, relates_to, now, body.as_bytes())
    }

    /// SOAP 1.2 §5.4.6.
    const fn code(self) -> &'static str {
        match self {
            Self::MustUnderstand => "MustUnderstand",
            Self::VersionMismatch => "VersionMismatch",
            Self::Receiver => "Receiver",
            _ => "Sender",
        }
    }

    /// WS-Security 1.0 §12, WS-Trust 1.3 §11. SOAP's own codes need none, the clients do.
    const fn subcode(self) -> (Namespace, &'static str) {
        match self {
            Self::FailedAuthentication => (Namespace::Security, "FailedAuthentication"),
            Self::AccessDenied => (Namespace::Trust, "FailedAuthentication"),
            Self::RequestFailed | Self::Receiver => (Namespace::Trust, "RequestFailed"),
            Self::InvalidRequest | Self::MustUnderstand | Self::VersionMismatch => {
                (Namespace::Trust, "InvalidRequest")
            }
            Self::MessageExpired => (Namespace::Utility, "MessageExpired"),
            Self::InvalidSecurity => (Namespace::Security, "InvalidSecurity"),
            Self::InvalidSecurityToken => (Namespace::Security, "InvalidSecurityToken"),
            Self::UnsupportedSecurityToken => (Namespace::Security, "UnsupportedSecurityToken"),
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::FailedAuthentication => "Sign-in failed.",
            Self::AccessDenied => "Access is denied.",
            Self::RequestFailed => "The requested token cannot be issued.",
            Self::InvalidRequest => "The request is invalid or malformed.",
            Self::MessageExpired => {
                "The message has expired. Compare the clock of this device with the time."
            }
            Self::InvalidSecurity => "The security header of the message is invalid.",
            Self::InvalidSecurityToken => "The security token of the message is invalid.",
            Self::UnsupportedSecurityToken => {
                "Only a user name with a password in plain text is accepted here."
            }
            Self::MustUnderstand => "A header that must be understood is not known here.",
            Self::VersionMismatch => "Only SOAP 1.2 is spoken here.",
            Self::Receiver => "The server cannot answer now. Try again later.",
        }
    }
}
