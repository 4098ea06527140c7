//! Bounded reading into a small tree.
//!
//! What two readers could understand differently is refused rather than interpreted: document types, entities,
//! processing instructions, encodings other than UTF-8, undeclared prefixes, twice the same attribute. Comments are
//! left out and the text around them is one text, as canonicalisation sees it (S45).

mod element;
mod name;
mod parser;

pub use element::{Attribute, Element, Node};
use thiserror::Error;

use crate::HostileCharacter;

/// How much of a document is read before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size of the document, in bytes.
    pub bytes: usize,
    /// How deep elements may nest; the root is 1 deep.
    pub depth: usize,
    /// Elements in the whole document.
    pub elements: usize,
    /// Attributes and namespace declarations of one element together.
    pub attributes: usize,
}

impl Default for Limits {
    /// What a sign-in message may take: 64 KiB (WST-06), 64 deep, 4,096 elements, 64 attributes in one.
    fn default() -> Self {
        Self { bytes: 64 * 1024, depth: 64, elements: 4096, attributes: 64 }
    }
}

/// Why a document is not read. Positions are bytes from its start.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum XmlError {
    /// More bytes than [`Limits::bytes`].
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
    /// Deeper than [`Limits::depth`].
    #[error("elements nest deeper than {0}")]
    TooDeep(usize),
    /// More elements than [`Limits::elements`].
    #[error("the document has more than {0} elements")]
    TooManyElements(usize),
    /// More attributes than [`Limits::attributes`].
    #[error("an element has more than {0} attributes")]
    TooManyAttributes(usize),
    /// Another encoding, declared or found.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// A part of XML that no message of ours needs and that attacks are made of.
    #[error("the document holds {0}, which is not accepted")]
    Forbidden(&'static str),
    /// A character that XML cannot carry.
    #[error(transparent)]
    HostileCharacter(#[from] HostileCharacter),
    /// A prefix without a namespace, or a declaration that breaks Namespaces in XML 1.0.
    #[error("a namespace is not declared properly: {0}")]
    Namespace(String),
    /// The same attribute twice, by its spelling or by its namespace and name.
    #[error("the attribute {0} stands twice in one element")]
    DuplicateAttribute(String),
    /// Something else than exactly one root element.
    #[error("the document does not have exactly one root element")]
    NotOneRoot,
    /// Not well-formed.
    #[error("the document is not well-formed at byte {at}: {problem}")]
    Malformed {
        /// Where.
        at: usize,
        /// What the reader says.
        problem: String,
    },
}

/// Reads a whole document (XML 1.0 and Namespaces in XML 1.0, without document types and processing instructions).
pub fn parse(document: &[u8], limits: &Limits) -> Result<Element, XmlError> {
    if document.len() > limits.bytes {
        return Err(XmlError::TooLarge(limits.bytes));
    }
    let text = std::str::from_utf8(document).map_err(|_| XmlError::NotUtf8)?;
    crate::check_characters(text)?;
    parser::Parser::new(text, *limits).parse()
}
