use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use xml::{
    check_characters, is_plain, push_attribute_value, push_attribute_value_in_html, push_html_attribute,
    push_text, push_text_in_html,
};

use super::TokenError;
use crate::{Assertion, Instant, InstantError, SigningError};

/// A text written twice at the same time: raw and, unless no page will carry it, escaped for the value of an HTML
/// attribute.
#[derive(Clone)]
pub(super) struct Twice {
    pub(super) raw: String,
    pub(super) html: Option<String>,
}

impl Default for Twice {
    fn default() -> Self {
        Self::with_capacity(0, Some(0))
    }
}

impl Twice {
    pub(super) fn with_capacity(raw: usize, html: Option<usize>) -> Self {
        Self { raw: String::with_capacity(raw), html: html.map(String::with_capacity) }
    }

    /// How long both are.
    fn lengths(&self) -> (usize, usize) {
        (self.raw.len(), self.html.as_ref().map_or(0, String::len))
    }

    /// What was written raw since it was `start` long.
    pub(super) fn raw_from(&self, start: usize) -> &str {
        self.raw.get(start..).unwrap_or_default()
    }

    /// Appends markup.
    pub(super) fn markup(&mut self, markup: &str) {
        self.raw.push_str(markup);
        if let Some(html) = &mut self.html {
            push_html_attribute(html, markup);
        }
    }

    /// Appends text content, unless it is empty or hostile; `field` is what it is called then.
    pub(super) fn text(&mut self, field: &str, text: &str) -> Result<(), TokenError> {
        if is_plain(text) && !text.is_empty() {
            self.ready(text, text);
            return Ok(());
        }
        check(field, text)?;
        push_text(&mut self.raw, text);
        if let Some(html) = &mut self.html {
            push_text_in_html(html, text);
        }
        Ok(())
    }

    /// Appends the value of an attribute, unless it is empty or hostile; `field` is what it is called then.
    pub(super) fn attribute(&mut self, field: &str, value: &str) -> Result<(), TokenError> {
        if is_plain(value) && !value.is_empty() {
            self.ready(value, value);
            return Ok(());
        }
        check(field, value)?;
        push_attribute_value(&mut self.raw, value);
        if let Some(html) = &mut self.html {
            push_attribute_value_in_html(html, value);
        }
        Ok(())
    }

    /// Appends bytes in base64, whose characters mean themselves everywhere: a digest, or a signature of at most
    /// 4096 bits, which fit a buffer on the stack.
    pub(super) fn base64(&mut self, bytes: &[u8]) -> Result<(), SigningError> {
        let mut buffer = [0; 512_usize.div_ceil(3) * 4];
        let length = BASE64_STANDARD.encode_slice(bytes, &mut buffer);
        let written = length.ok().and_then(|length| buffer.get(..length));
        let text = written.and_then(|written| std::str::from_utf8(written).ok());
        let text = text.ok_or_else(|| SigningError("a signature of more than 4096 bits".to_owned()))?;
        self.ready(text, text);
        Ok(())
    }

    /// Appends what is escaped already, or needs none.
    fn ready(&mut self, raw: &str, html: &str) {
        self.raw.push_str(raw);
        if let Some(out) = &mut self.html {
            out.push_str(html);
        }
    }
}

/// No text gets past here that a token may not hold: nothing empty, nothing that XML cannot carry (TOK-05, TOK-13).
fn check(field: &str, text: &str) -> Result<(), TokenError> {
    if text.is_empty() {
        return Err(TokenError::Empty(field.to_owned()));
    }
    check_characters(text)
        .map_err(|character| TokenError::HostileCharacter { field: field.to_owned(), character })
}

/// A place in a template for what differs from token to token.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    Id,
    Issuer,
    IssuedAt,
    NotBefore,
    NotOnOrAfter,
    NameIdentifier,
    /// A value of an attribute, both by position.
    Value(usize, usize),
    AuthenticationMethod,
    AuthenticationInstant,
}

/// Literals with slots between them. The literals lie in a row, because a signature empties the processor's nearest
/// cache and the next token reads them all again.
#[derive(Clone, Default)]
pub(super) struct Template {
    literals: Twice,
    cuts: Vec<Cut>,
}

/// Where a slot interrupts the literals.
#[derive(Clone, Copy)]
struct Cut {
    raw: usize,
    html: usize,
    slot: Slot,
}

impl Template {
    pub(super) fn of_markup(markup: &str) -> Self {
        let mut template = Self::default();
        template.markup(markup);
        template
    }

    /// Adds markup.
    pub(super) fn markup(&mut self, markup: &str) {
        self.literals.markup(markup);
    }

    /// Adds text content that is known already.
    pub(super) fn text(&mut self, field: &str, text: &str) -> Result<(), TokenError> {
        self.literals.text(field, text)
    }

    /// Adds the value of an attribute that is known already.
    pub(super) fn attribute(&mut self, field: &str, value: &str) -> Result<(), TokenError> {
        self.literals.attribute(field, value)
    }

    /// Adds a slot.
    pub(super) fn slot(&mut self, slot: Slot) {
        let (raw, html) = self.literals.lengths();
        self.cuts.push(Cut { raw, html, slot });
    }

    /// How long its literals are, raw and escaped.
    pub(super) fn literal_lengths(&self) -> (usize, usize) {
        self.literals.lengths()
    }

    /// Appends the literals with the fields in the slots.
    pub(super) fn fill(&self, fields: &Fields<'_>, out: &mut Twice) -> Result<(), TokenError> {
        let (raw, html) = (&self.literals.raw, self.literals.html.as_deref().unwrap_or_default());
        let mut from = (0, 0);
        for cut in &self.cuts {
            let before = (raw.get(from.0..cut.raw), html.get(from.1..cut.html));
            out.ready(before.0.unwrap_or_default(), before.1.unwrap_or_default());
            fields.write(cut.slot, out)?;
            from = (cut.raw, cut.html);
        }
        let last = (raw.get(from.0..), html.get(from.1..));
        out.ready(last.0.unwrap_or_default(), last.1.unwrap_or_default());
        Ok(())
    }
}

/// What goes into the slots.
pub(super) struct Fields<'a> {
    assertion: &'a Assertion<'a>,
    issued_at: Instant,
    not_before: Instant,
    not_on_or_after: Instant,
    authentication_instant: Instant,
}

impl<'a> Fields<'a> {
    pub(super) fn new(assertion: &'a Assertion<'a>) -> Result<Self, InstantError> {
        Ok(Self {
            assertion,
            issued_at: Instant::of(assertion.issued_at)?,
            not_before: Instant::of(assertion.not_before)?,
            not_on_or_after: Instant::of(assertion.not_on_or_after)?,
            authentication_instant: Instant::of(assertion.authentication_instant)?,
        })
    }

    fn write(&self, slot: Slot, out: &mut Twice) -> Result<(), TokenError> {
        let assertion = self.assertion;
        let ready = match slot {
            Slot::Issuer => return out.attribute("the issuer", assertion.issuer),
            Slot::NameIdentifier => return out.text("the name identifier", assertion.name_identifier),
            Slot::AuthenticationMethod => {
                return out.attribute("the authentication method", assertion.authentication_method);
            }
            Slot::Value(attribute, value) => {
                // A plan is filled only with an assertion that it fits, which has this value; it would be refused
                // as empty otherwise.
                let attribute = assertion.attributes.get(attribute);
                let value = attribute.and_then(|attribute| attribute.values.get(value));
                let name = attribute.map_or("a claim", |attribute| &attribute.name);
                return out.text(name, value.map_or("", String::as_str));
            }
            Slot::Id => assertion.id.as_str(),
            Slot::IssuedAt => self.issued_at.as_str(),
            Slot::NotBefore => self.not_before.as_str(),
            Slot::NotOnOrAfter => self.not_on_or_after.as_str(),
            Slot::AuthenticationInstant => self.authentication_instant.as_str(),
        };
        // Identifiers and instants hold no character that is escaped anywhere.
        out.ready(ready, ready);
        Ok(())
    }
}
