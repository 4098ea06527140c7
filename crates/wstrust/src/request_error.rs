use thiserror::Error;
use xml::XmlError;

use crate::{Fault, Part};

/// Why a message is no request for a token. Each is the sender's fault. None repeats what the message held, because
/// a password may stand anywhere in a malformed one (S55).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// More than [`REQUEST_LIMIT`](crate::REQUEST_LIMIT) bytes; nothing of it was read (S52).
    #[error("the message is larger than 64 KiB")]
    TooLarge,
    /// Not `application/soap+xml` in UTF-8.
    #[error("the content type is not application/soap+xml in UTF-8")]
    ContentType,
    /// Another encoding than UTF-8, declared or found (S52).
    #[error("the message is not UTF-8")]
    NotUtf8,
    /// A document type, an entity or a processing instruction (S50).
    #[error("the message holds {0}, which is not accepted")]
    Forbidden(&'static str),
    /// Nested too deep, or of too many elements or attributes (S51, S52).
    #[error("the message has more elements, attributes or levels than any request needs")]
    TooComplex,
    /// Not one well-formed document.
    #[error("the message is no well-formed XML document")]
    NotWellFormed,
    /// Another SOAP than 1.2, or none (S52).
    #[error("the message is no SOAP 1.2 envelope")]
    NotSoap12,
    /// Something stands where only certain elements may.
    #[error("the envelope or its body holds something beside what a request has")]
    Unexpected,
    /// An element is missing (S53).
    #[error("the element {} is missing", .0.name())]
    ElementMissing(Part),
    /// An element stands there twice, so that two readers could read two requests (S53).
    #[error("the element {} stands there twice", .0.name())]
    ElementRepeated(Part),
    /// An element does not hold what it should.
    #[error("the element {} does not hold what it should", .0.name())]
    ElementMalformed(Part),
    /// A header demands to be understood and is not known here (SOAP 1.2 §5.4.8).
    #[error("a header that must be understood is not known here")]
    NotUnderstood,
    /// The action, of SOAP or of HTTP, is not that of a request at this endpoint.
    #[error("the action is not that of a request for a token at this endpoint")]
    ActionMismatch,
    /// The message is addressed to another endpoint.
    #[error("the message is addressed to another endpoint")]
    AddressMismatch,
    /// The message expired more than five minutes ago (WST-07).
    #[error("the message has expired; compare the client's clock with the server's")]
    Expired,
    /// The message is more than five minutes from the future, or valid for more than a day (WST-07).
    #[error("the message is from the future or valid too long; compare the client's clock with the server's")]
    NotYetValid,
    /// Something else than a user name with its password (WS-Security 1.0 §12).
    #[error("the message does not bring a user name with a password in plain text")]
    UnsupportedToken,
    /// The user name or the password is empty.
    #[error("the user name or the password is empty")]
    CredentialsEmpty,
    /// Something else is asked for than a new token.
    #[error("the request is not for the issue of a new token")]
    RequestType,
    /// Another key type than that of a bearer token.
    #[error("the request is for a token with a key; only bearer tokens are issued")]
    KeyType,
    /// Another kind of token than SAML 1.1.
    #[error("the request is for another kind of token than SAML 1.1")]
    TokenType,
    /// The address that the token is to apply to is no URI, so that no relying party can have it.
    #[error("the realm of the request is not a URI")]
    RealmMalformed,
}

impl RequestError {
    /// The stable code used in ledger, log and metric.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "message_too_large",
            Self::ContentType => "message_content_type",
            Self::NotUtf8 => "message_not_utf8",
            Self::Forbidden(_) => "message_forbidden_markup",
            Self::TooComplex => "message_too_complex",
            Self::NotWellFormed => "message_not_well_formed",
            Self::NotSoap12 => "message_not_soap12",
            Self::Unexpected => "message_unexpected_content",
            Self::ElementMissing(_) => "element_missing",
            Self::ElementRepeated(_) => "element_repeated",
            Self::ElementMalformed(_) => "element_malformed",
            Self::NotUnderstood => "header_not_understood",
            Self::ActionMismatch => "action_mismatch",
            Self::AddressMismatch => "address_mismatch",
            Self::Expired => "message_expired",
            Self::NotYetValid => "message_not_yet_valid",
            Self::UnsupportedToken => "token_unsupported",
            Self::CredentialsEmpty => "credentials_empty",
            Self::RequestType => "request_type_unsupported",
            Self::KeyType => "key_type_unsupported",
            Self::TokenType => "token_type_unsupported",
            Self::RealmMalformed => "realm_malformed",
        }
    }

    /// What is answered (protocol.md §4.6).
    pub const fn fault(self) -> Fault {
        match self {
            Self::ElementMissing(part) | Self::ElementRepeated(part) | Self::ElementMalformed(part) => {
                part.fault()
            }
            Self::NotSoap12 => Fault::VersionMismatch,
            Self::NotUnderstood => Fault::MustUnderstand,
            Self::Expired | Self::NotYetValid => Fault::MessageExpired,
            Self::UnsupportedToken => Fault::UnsupportedSecurityToken,
            Self::CredentialsEmpty => Fault::InvalidSecurityToken,
            Self::KeyType | Self::TokenType | Self::RealmMalformed => Fault::RequestFailed,
            _ => Fault::InvalidRequest,
        }
    }

    /// The HTTP status that goes with the fault: 413 and 415 where HTTP has a word for it, else 500, as AD FS
    /// answers and MSAL for .NET expects.
    pub const fn status(self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::ContentType => 415,
            _ => 500,
        }
    }
}

impl From<XmlError> for RequestError {
    /// Only the kind is kept: what the reader says quotes the message.
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::TooLarge(_) => Self::TooLarge,
            XmlError::TooDeep(_) | XmlError::TooManyElements(_) | XmlError::TooManyAttributes(_) => {
                Self::TooComplex
            }
            XmlError::NotUtf8 => Self::NotUtf8,
            XmlError::Forbidden(what) => Self::Forbidden(what),
            XmlError::HostileCharacter(_)
            | XmlError::Namespace(_)
            | XmlError::DuplicateAttribute(_)
            | XmlError::NotOneRoot
            | XmlError::Malformed { .. } => Self::NotWellFormed,
        }
    }
}

/// A message that is no request, and the id to answer it under.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{error}")]
pub struct RequestFault {
    /// Why.
    pub error: RequestError,
    /// The id of the message, when it was read before the fault was found.
    pub message_id: Option<String>,
}

impl RequestFault {
    /// The stable code used in ledger, log and metric.
    pub const fn code(&self) -> &'static str {
        self.error.code()
    }

    /// What is answered.
    pub const fn fault(&self) -> Fault {
        self.error.fault()
    }

    /// The HTTP status of the answer.
    pub const fn status(&self) -> u16 {
        self.error.status()
    }
}

impl From<RequestError> for RequestFault {
    fn from(error: RequestError) -> Self {
        Self { error, message_id: None }
    }
}
