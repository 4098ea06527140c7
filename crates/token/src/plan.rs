//! Compiled tokens.
//!
//! For one relying party, certificate and shape of claims, nearly every byte of a response is known beforehand. A plan
//! holds those bytes twice, raw and escaped for the answering page, with slots for what differs; filling it copies
//! each literal once, escapes each field once, and needs no document tree, no canonicaliser and no second look.

mod layout;
mod template;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use thiserror::Error;
use xml::HostileCharacter;

use self::layout::Layout;
use self::template::{Fields, Twice};
use crate::signature::canonical_signed_info;
use crate::{Assertion, Attribute, Certificate, InstantError, Signer, SigningError};

/// How long before it is issued a token may be valid, at most (TOK-07).
const MAXIMUM_BACKDATING: TimeDelta = TimeDelta::seconds(300);

/// The envelope of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseFormat {
    /// The RequestSecurityTokenResponse of WS-Trust February 2005: every passive response (protocol.md §2.1).
    Trust2005,
    /// The collection of WS-Trust 1.3 with exactly one response.
    Trust13,
    /// February 2005 for an active requestor: with references to the token, and not for a page (protocol.md §4.5).
    Active2005,
    /// The same of 1.3.
    Active13,
}

impl ResponseFormat {
    /// Whether the response goes to a program over SOAP instead of into a page.
    pub(crate) const fn is_active(self) -> bool {
        matches!(self, Self::Active2005 | Self::Active13)
    }
}

/// A signed token in its envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The response: one line but for line feeds inside claim values, no XML declaration. The assertion in it is in
    /// exclusive-canonical form and verifies when cut out.
    pub response: Vec<u8>,
    /// The same for the value of an HTML attribute, without any line break (WSF-11). Empty in the active formats,
    /// which no page carries.
    pub response_html: Vec<u8>,
}

/// Why no token is issued. There is never half of one.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// What a token must say is missing: the name of the field or claim (TOK-05).
    #[error("{0} is empty")]
    Empty(String),
    /// A text holds what XML cannot carry (TOK-13).
    #[error("{field} cannot be written: {character}")]
    HostileCharacter {
        /// The name of the field or claim.
        field: String,
        /// What and where.
        character: HostileCharacter,
    },
    /// The instants contradict each other or TOK-07: the window holds the instant of issue and begins at most 300 s
    /// before it, and the first factor was not given later.
    #[error("the instants of the token contradict each other")]
    Window,
    /// An instant cannot be written.
    #[error(transparent)]
    Instant(#[from] InstantError),
    /// The key failed.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// Everything about a token that is known before somebody signs in.
#[derive(Clone)]
pub struct TokenPlan {
    format: ResponseFormat,
    thumbprint: [u8; 32],
    audience: String,
    name_format: String,
    shape: Vec<Claim>,
    layout: Layout,
    /// About how long the response is, raw and, where a page carries it, escaped.
    expected: (usize, Option<usize>),
}

/// What a plan knows of an attribute: all but its values.
#[derive(Clone)]
struct Claim {
    namespace: String,
    name: String,
    values: usize,
}

impl Claim {
    fn is_of(&self, attribute: &Attribute) -> bool {
        self.values == attribute.values.len()
            && self.name == attribute.name
            && self.namespace == attribute.namespace
    }
}

impl TokenPlan {
    /// Compiles the plan for tokens like `sample`: of its audience, name format and names of claims, with as many
    /// values in each. Everything else of it is ignored.
    pub fn compile(
        format: ResponseFormat,
        certificate: &Certificate,
        sample: &Assertion<'_>,
    ) -> Result<Self, TokenError> {
        if sample.attributes.is_empty() {
            return Err(TokenError::Empty("the list of claims".to_owned()));
        }
        if let Some(attribute) = sample.attributes.iter().find(|attribute| attribute.values.is_empty()) {
            return Err(TokenError::Empty(attribute.name.clone()));
        }
        let shape = sample.attributes.iter().map(|attribute| Claim {
            namespace: attribute.namespace.clone(),
            name: attribute.name.clone(),
            values: attribute.values.len(),
        });
        let layout = Layout::new(format, certificate, sample)?;
        let (raw, html) = layout.literal_lengths();
        // Room for the fields; longer ones cost a reallocation, nothing else.
        let values = shape.clone().map(|claim| claim.values).sum::<usize>();
        let room = 1024 + 64 * values;
        Ok(Self {
            format,
            thumbprint: *certificate.thumbprint_sha256(),
            audience: sample.audience.to_owned(),
            name_format: sample.name_format.to_owned(),
            shape: shape.collect(),
            layout,
            expected: (raw + room, (!format.is_active()).then_some(html + room)),
        })
    }

    /// Whether the plan was compiled for tokens like this one. If not, [`issue`](Self::issue) compiles another for
    /// the occasion: keep one that fits, it is quicker.
    pub fn fits(&self, assertion: &Assertion<'_>, certificate: &Certificate) -> bool {
        self.thumbprint == *certificate.thumbprint_sha256()
            && self.audience == assertion.audience
            && self.name_format == assertion.name_format
            && self.shape.len() == assertion.attributes.len()
            && self.shape.iter().zip(assertion.attributes).all(|(claim, attribute)| claim.is_of(attribute))
    }

    /// Writes and signs a token.
    pub fn issue(&self, assertion: &Assertion<'_>, signer: &dyn Signer) -> Result<IssuedToken, TokenError> {
        check_instants(assertion)?;
        if self.fits(assertion, signer.certificate()) {
            self.write(assertion, signer)
        } else {
            Self::compile(self.format, signer.certificate(), assertion)?.write(assertion, signer)
        }
    }

    /// The bytes, in the order in which they are needed: the assertion, its digest, the signature over that.
    fn write(&self, assertion: &Assertion<'_>, signer: &dyn Signer) -> Result<IssuedToken, TokenError> {
        let fields = Fields::new(assertion)?;
        let (raw, html) = self.expected;
        let mut out = Twice::with_capacity(raw, html);
        let layout = &self.layout;

        layout.envelope_start.fill(&fields, &mut out)?;
        let start = out.raw.len();
        layout.assertion.fill(&fields, &mut out)?;
        let mut digest = Sha256::new();
        digest.update(out.raw_from(start));
        digest.update(layout::ASSERTION_END);

        layout.signature_start.fill(&fields, &mut out)?;
        let signed_info = out.raw.len();
        layout.reference.fill(&fields, &mut out)?;
        out.base64(&digest.finalize())?;
        layout.reference_end.fill(&fields, &mut out)?;
        let mut signature = Vec::new();
        signer.sign(canonical_signed_info(out.raw_from(signed_info)).as_bytes(), &mut signature)?;

        layout.before_value.fill(&fields, &mut out)?;
        out.base64(&signature)?;
        layout.envelope_end.fill(&fields, &mut out)?;
        let response_html = out.html.unwrap_or_default().into_bytes();
        Ok(IssuedToken { response: out.raw.into_bytes(), response_html })
    }
}

/// TOK-07, S44: the window holds the instant of issue, and nobody authenticates after it.
fn check_instants(assertion: &Assertion<'_>) -> Result<(), TokenError> {
    let Assertion { issued_at, not_before, not_on_or_after, authentication_instant, .. } = *assertion;
    let backdating = issued_at.signed_duration_since(not_before);
    let in_window =
        not_before <= issued_at && issued_at < not_on_or_after && backdating <= MAXIMUM_BACKDATING;
    if in_window && authentication_instant <= issued_at { Ok(()) } else { Err(TokenError::Window) }
}
