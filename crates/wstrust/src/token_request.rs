use chrono::{DateTime, Utc};
use model::Realm;
use xml::{Element, Limits, Node};

use crate::names::{PASSPORT, SOAP, TOKEN_TYPES};
use crate::{ClaimedCredentials, Delivery, Part, RequestError, RequestFault, Version, timestamp};

/// The most bytes of a message (WST-06). Whoever reads the body from the network stops there, too.
pub const REQUEST_LIMIT: usize = 64 * 1024;

/// Real requests have about 25 elements, 6 deep, and at most a dozen namespaces on one; attacks have more (S51, S52).
const LIMITS: Limits = Limits { bytes: REQUEST_LIMIT, depth: 32, elements: 512, attributes: 32 };

/// The longest id of a message that is kept; clients send 45 bytes.
const MESSAGE_ID_LIMIT: usize = 256;

/// A client asks for a token about the person whose name and password it brings (WS-Trust 1.3 §3, February 2005 §4).
///
/// It is well-formed, addressed to this endpoint and of this moment. Nothing in it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The id of the message (`wsa:MessageID`), for `RelatesTo` and against replay: whoever answers remembers it
    /// until [`accepted_until`](Self::accepted_until) and refuses it a second time (S53). Two clients misspell it,
    /// which is understood; without one, only the password speaks.
    pub message_id: Option<String>,
    /// Until when the same bytes would be accepted again: at most a day and ten minutes from now.
    pub accepted_until: DateTime<Utc>,
    /// What the token is to apply to: the realm of a relying party, as given (WST-08).
    pub applies_to: Realm,
    /// Who the client says it is.
    pub credentials: ClaimedCredentials,
}

impl TokenRequest {
    /// Reads a request as clients send it (protocol.md §4.5). The password is looked at last and not judged.
    pub fn read(body: &[u8], delivery: &Delivery<'_>) -> Result<Self, RequestFault> {
        if body.len() > REQUEST_LIMIT {
            return Err(RequestError::TooLarge.into());
        }
        delivery.check()?;
        let envelope = xml::read::parse(body, &LIMITS).map_err(RequestError::from)?;
        let message = Message::of(&envelope, delivery.version)?;
        let message_id = message.id()?;
        match message.request(delivery) {
            Ok((accepted_until, credentials, applies_to)) => {
                Ok(Self { message_id, accepted_until, applies_to, credentials })
            }
            Err(error) => Err(RequestFault { error, message_id }),
        }
    }
}

/// The two halves of an envelope.
struct Message<'e> {
    version: Version,
    header: &'e Element,
    body: &'e Element,
}

impl<'e> Message<'e> {
    /// SOAP 1.2 §5.1: a header, a body, and nothing else.
    fn of(envelope: &'e Element, version: Version) -> Result<Self, RequestError> {
        if !envelope.is(SOAP, "Envelope") {
            return Err(RequestError::NotSoap12);
        }
        let header = Part::Header.needed_in(envelope, version)?;
        let body = Part::Body.needed_in(envelope, version)?;
        let known = |part: &Element| Part::Header.is(part, version) || Part::Body.is(part, version);
        if holds_text(envelope) || holds_text(header) || holds_text(body) || !envelope.elements().all(known) {
            return Err(RequestError::Unexpected);
        }
        Ok(Self { version, header, body })
    }

    /// The id, if it has one. Not every client writes a URI.
    fn id(&self) -> Result<Option<String>, RequestError> {
        let Some(element) = Part::MessageId.sought_in(self.header, self.version)? else { return Ok(None) };
        let id = Part::MessageId.token(element)?;
        if id.is_empty()
            || id.len() > MESSAGE_ID_LIMIT
            || id.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(RequestError::ElementMalformed(Part::MessageId));
        }
        Ok(Some(id.to_owned()))
    }

    /// What is asked for, checked in the order: to whom, when, what, by whom.
    fn request(
        &self,
        delivery: &Delivery<'_>,
    ) -> Result<(DateTime<Utc>, ClaimedCredentials, Realm), RequestError> {
        self.check_headers(delivery)?;
        let security = Part::Security.needed_in(self.header, self.version)?;
        let accepted_until = timestamp::accepted_until(security, self.version, delivery.now)?;
        let applies_to = self.applies_to()?;
        let credentials = ClaimedCredentials::read(security, self.version)?;
        Ok((accepted_until, credentials, applies_to))
    }

    /// Who must understand what, the action, and the address. `ReplyTo` is not followed: an answer goes back on the
    /// connection on which the question came.
    fn check_headers(&self, delivery: &Delivery<'_>) -> Result<(), RequestError> {
        if self.header.elements().any(|header| must_understand(header) && !self.knows(header)) {
            return Err(RequestError::NotUnderstood);
        }
        Part::ReplyTo.sought_in(self.header, self.version)?;
        if self.token(Part::Action, self.header)? != self.version.request_action() {
            return Err(RequestError::ActionMismatch);
        }
        if delivery.is_to(self.token(Part::To, self.header)?) {
            Ok(())
        } else {
            Err(RequestError::AddressMismatch)
        }
    }

    fn knows(&self, header: &Element) -> bool {
        const KNOWN: [Part; 5] = [Part::Action, Part::To, Part::MessageId, Part::ReplyTo, Part::Security];
        KNOWN.iter().any(|part| part.is(header, self.version)) || header.is(PASSPORT, "AuthInfo")
    }

    /// Reads the request in the body. What it holds beside what is read here asks for more than is given, and the
    /// response says what was given.
    fn applies_to(&self) -> Result<Realm, RequestError> {
        let request = Part::RequestSecurityToken.needed_in(self.body, self.version)?;
        if self.body.elements().count() > 1 {
            return Err(RequestError::Unexpected);
        }
        if self.token(Part::RequestType, request)? != self.version.request_type() {
            return Err(RequestError::RequestType);
        }
        let bearer = Version::ALL.map(Version::key_type);
        if self.wish(Part::KeyType, request)?.is_some_and(|wish| !bearer.contains(&wish)) {
            return Err(RequestError::KeyType);
        }
        if self.wish(Part::TokenType, request)?.is_some_and(|wish| !TOKEN_TYPES.contains(&wish)) {
            return Err(RequestError::TokenType);
        }
        let applies_to = Part::AppliesTo.needed_in(request, self.version)?;
        let reference = Part::EndpointReference.needed_in(applies_to, self.version)?;
        Realm::parse(self.token(Part::Address, reference)?).map_err(|_| RequestError::RealmMalformed)
    }

    /// The text of a part that must be there.
    fn token(&self, part: Part, parent: &'e Element) -> Result<&'e str, RequestError> {
        part.token(part.needed_in(parent, self.version)?)
    }

    /// The text of a part that may be there.
    fn wish(&self, part: Part, parent: &'e Element) -> Result<Option<&'e str>, RequestError> {
        part.sought_in(parent, self.version)?.map(|element| part.token(element)).transpose()
    }
}

/// Whatever is not plainly a no is a yes (SOAP 1.2 §5.2.3). Roles are not looked at: nobody else is on the way.
fn must_understand(header: &Element) -> bool {
    header.attribute_of(SOAP, "mustUnderstand").is_some_and(|value| !["0", "false"].contains(&value.trim()))
}

fn holds_text(element: &Element) -> bool {
    element.children.iter().any(|node| match node {
        Node::Text(text) => !text.trim_matches([' ', '\t', '\r', '\n']).is_empty(),
        Node::Element(_) => false,
    })
}
