//! XML as Countersign speaks it: written escape-safe in exclusive-canonical form, read within bounds.
//!
//! [`mod@write`] escapes one field for one place; whoever composes a document writes its literals itself, in
//! canonical order. [`read`] gives a small namespace-resolved tree and refuses whatever could make two readers
//! see two documents: DTDs, entities, processing instructions, more than one root, characters XML cannot carry.
//!
//! This crate knows no protocol, no signature and no network. Start at [`read::parse`].

mod character;
pub mod read;
pub mod write;

pub use character::{HostileCharacter, check_characters};
pub use read::{Attribute, Element, Limits, Node, XmlError};
pub use write::{
    is_plain, push_attribute_value, push_attribute_value_in_html, push_html_attribute, push_text,
    push_text_in_html,
};
