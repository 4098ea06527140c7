use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use xml::{
    push_attribute_value, push_attribute_value_in_html, push_html_attribute, push_text, push_text_in_html,
};

use crate::{Assertion, Instant, InstantError};

/// A text written twice at the same time: raw, and escaped for the value of an HTML attribute.
#[derive(Clone, Default)]
pub(super) struct Twice {
    pub(super) raw: String,
    pub(super) html: String,
}

impl Twice {
    pub(super) fn with_capacity(raw: usize, html: usize) -> Self {
        Self { raw: String::with_capacity(raw), html: String::with_capacity(html) }
    }

    /// What was written raw since it was `start` long.
    pub(super) fn raw_from(&self, start: usize) -> &str {
        self.raw.get(start..).unwrap_or_default()
    }

    /// Appends markup.
    pub(super) fn markup(&mut self, markup: &str) {
        self.raw.push_str(markup);
        push_html_attribute(&mut self.html, markup);
    }

    /// Appends text content.
    pub(super) fn text(&mut self, text: &str) {
        push_text(&mut self.raw, text);
        push_text_in_html(&mut self.html, text);
    }

    /// Appends the value of an attribute.
    pub(super) fn attribute(&mut self, value: &str) {
        push_attribute_value(&mut self.raw, value);
        push_attribute_value_in_html(&mut self.html, value);
    }

    /// Appends bytes in base64, whose characters mean themselves everywhere.
    pub(super) fn base64(&mut self, bytes: &[u8]) {
        let start = self.raw.len();
        BASE64_STANDARD.encode_string(bytes, &mut self.raw);
        self.html.push_str(self.raw.get(start..).unwrap_or_default());
    }

    /// Appends what is escaped already, or needs none.
    fn ready(&mut self, raw: &str, html: &str) {
        self.raw.push_str(raw);
        self.html.push_str(html);
    }
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

/// Literals with slots between them.
#[derive(Clone, Default)]
pub(super) struct Template {
    pieces: Vec<(Twice, Slot)>,
    last: Twice,
}

impl Template {
    pub(super) fn of_markup(markup: &str) -> Self {
        let mut template = Self::default();
        template.markup(markup);
        template
    }

    /// Adds markup.
    pub(super) fn markup(&mut self, markup: &str) {
        self.last.markup(markup);
    }

    /// Adds text content that is known already.
    pub(super) fn text(&mut self, text: &str) {
        self.last.text(text);
    }

    /// Adds the value of an attribute that is known already.
    pub(super) fn attribute(&mut self, value: &str) {
        self.last.attribute(value);
    }

    /// Adds a slot.
    pub(super) fn slot(&mut self, slot: Slot) {
        self.pieces.push((std::mem::take(&mut self.last), slot));
    }

    /// How long its literals are, raw and escaped.
    pub(super) fn literal_lengths(&self) -> (usize, usize) {
        let literals = self.pieces.iter().map(|(literal, _)| literal).chain([&self.last]);
        literals.fold((0, 0), |(raw, html), literal| (raw + literal.raw.len(), html + literal.html.len()))
    }

    /// Appends the literals with the fields in the slots.
    pub(super) fn fill(&self, fields: &Fields<'_>, out: &mut Twice) {
        for (literal, slot) in &self.pieces {
            out.ready(&literal.raw, &literal.html);
            fields.write(*slot, out);
        }
        out.ready(&self.last.raw, &self.last.html);
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

    fn write(&self, slot: Slot, out: &mut Twice) {
        let assertion = self.assertion;
        let mut instant = |instant: &Instant| out.ready(instant.as_str(), instant.as_str());
        match slot {
            Slot::IssuedAt => instant(&self.issued_at),
            Slot::NotBefore => instant(&self.not_before),
            Slot::NotOnOrAfter => instant(&self.not_on_or_after),
            Slot::AuthenticationInstant => instant(&self.authentication_instant),
            // An identifier holds no character that is escaped anywhere.
            Slot::Id => out.ready(assertion.id.as_str(), assertion.id.as_str()),
            Slot::Issuer => out.attribute(assertion.issuer),
            Slot::AuthenticationMethod => out.attribute(assertion.authentication_method),
            Slot::NameIdentifier => out.text(assertion.name_identifier),
            Slot::Value(attribute, value) => {
                // A plan is filled only with an assertion that it fits, which has this value.
                let values = assertion.attributes.get(attribute).map(|attribute| &attribute.values);
                out.text(values.and_then(|values| values.get(value)).map_or("", String::as_str));
            }
        }
    }
}
