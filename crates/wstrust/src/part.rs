use xml::{Element, Node};

use crate::names::{SOAP, WSA, WSP, WSSE, WSU};
use crate::{Fault, RequestError, Version};

/// An element of a request that is read. Each stands where it is expected at most once (S53).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `s:Header`
    Header,
    /// `s:Body`
    Body,
    /// `wsa:Action`
    Action,
    /// `wsa:To`
    To,
    /// `wsa:MessageID`
    MessageId,
    /// `wsa:ReplyTo`
    ReplyTo,
    /// `wsse:Security`
    Security,
    /// `wsu:Timestamp`
    Timestamp,
    /// `wsu:Created`
    Created,
    /// `wsu:Expires`
    Expires,
    /// `wsse:UsernameToken`
    UsernameToken,
    /// `wsse:Username`
    Username,
    /// `wsse:Password`
    Password,
    /// The request itself, in the namespace of the version.
    RequestSecurityToken,
    /// `wsp:AppliesTo`
    AppliesTo,
    /// `wsa:EndpointReference`
    EndpointReference,
    /// `wsa:Address`
    Address,
    /// The request type, in the namespace of the version.
    RequestType,
    /// The key type, in the namespace of the version.
    KeyType,
    /// The token type, in the namespace of the version.
    TokenType,
}

impl Part {
    /// The local name, as the standards spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "Header",
            Self::Body => "Body",
            Self::Action => "Action",
            Self::To => "To",
            Self::MessageId => "MessageID",
            Self::ReplyTo => "ReplyTo",
            Self::Security => "Security",
            Self::Timestamp => "Timestamp",
            Self::Created => "Created",
            Self::Expires => "Expires",
            Self::UsernameToken => "UsernameToken",
            Self::Username => "Username",
            Self::Password => "Password",
            Self::RequestSecurityToken => "RequestSecurityToken",
            Self::AppliesTo => "AppliesTo",
            Self::EndpointReference => "EndpointReference",
            Self::Address => "Address",
            Self::RequestType => "RequestType",
            Self::KeyType => "KeyType",
            Self::TokenType => "TokenType",
        }
    }

    const fn namespace(self, version: Version) -> &'static str {
        match self {
            Self::Header | Self::Body => SOAP,
            Self::Action
            | Self::To
            | Self::MessageId
            | Self::ReplyTo
            | Self::EndpointReference
            | Self::Address => WSA,
            Self::Security | Self::UsernameToken | Self::Username | Self::Password => WSSE,
            Self::Timestamp | Self::Created | Self::Expires => WSU,
            Self::AppliesTo => WSP,
            Self::RequestSecurityToken | Self::RequestType | Self::KeyType | Self::TokenType => {
                version.namespace()
            }
        }
    }

    /// What is answered when it is missing, doubled or malformed.
    pub(crate) const fn fault(self) -> Fault {
        match self {
            Self::Security | Self::Timestamp | Self::Created | Self::Expires => Fault::InvalidSecurity,
            Self::UsernameToken | Self::Username | Self::Password => Fault::InvalidSecurityToken,
            _ => Fault::InvalidRequest,
        }
    }

    /// Whether an element is this one. Two Microsoft clients write `messageID` (protocol.md §4.5).
    pub(crate) fn is(self, element: &Element, version: Version) -> bool {
        element.is(self.namespace(version), self.name())
            || (self == Self::MessageId && element.is(WSA, "messageID"))
    }

    /// The only one in `parent`, if there is one.
    pub(crate) fn sought_in(
        self,
        parent: &Element,
        version: Version,
    ) -> Result<Option<&Element>, RequestError> {
        let mut found = parent.elements().filter(|element| self.is(element, version));
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(RequestError::ElementRepeated(self)),
        }
    }

    /// The only one in `parent`, which must have one.
    pub(crate) fn needed_in(self, parent: &Element, version: Version) -> Result<&Element, RequestError> {
        self.sought_in(parent, version)?.ok_or(RequestError::ElementMissing(self))
    }

    /// Its text, byte for byte; it holds nothing else.
    pub(crate) fn text(self, element: &Element) -> Result<&str, RequestError> {
        match element.children.as_slice() {
            [] => Ok(""),
            [Node::Text(text)] => Ok(text),
            _ => Err(RequestError::ElementMalformed(self)),
        }
    }

    /// Its text without the white space around it, as XML Schema reads identifiers and instants.
    pub(crate) fn token(self, element: &Element) -> Result<&str, RequestError> {
        self.text(element).map(|text| text.trim_matches([' ', '\t', '\r', '\n']))
    }
}
