use quick_xml::events::attributes::Attribute as RawAttribute;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{Prefix, QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::name::is_ncname;
use super::{Attribute, Element, Limits, Node, XmlError};
use crate::check_characters;

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Builds the tree from quick-xml's events, with a stack of its own: depth costs no call stack.
pub(super) struct Parser<'d> {
    reader: NsReader<&'d [u8]>,
    limits: Limits,
    /// Bytes of the document that the reader was not given.
    skipped: usize,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl<'d> Parser<'d> {
    pub(super) fn new(document: &'d str, limits: Limits) -> Self {
        let text = document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(document);
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.check_comments = true;
        config.expand_empty_elements = true;
        reader.resolver_mut().set_max_declarations_per_element(limits.attributes);
        Self {
            reader,
            limits,
            skipped: document.len() - text.len(),
            open: Vec::new(),
            root: None,
            elements: 0,
        }
    }

    pub(super) fn parse(mut self) -> Result<Element, XmlError> {
        loop {
            let start = self.position();
            let event = self.reader.read_event().map_err(|error| self.malformed(&error))?;
            match event {
                Event::Start(tag) => self.start(&tag, start)?,
                Event::End(_) => self.end()?,
                Event::Text(text) => {
                    let text = text.xml10_content().map_err(|_| XmlError::NotUtf8)?;
                    if text.contains("]]>") {
                        return Err(self.malformed(&"]]> outside of a CDATA section"));
                    }
                    self.text(&text)?;
                }
                Event::CData(text) => {
                    let text = text.xml10_content().map_err(|_| XmlError::NotUtf8)?;
                    // Even an empty section is content, which only a root may hold.
                    if self.open.is_empty() {
                        return Err(XmlError::NotOneRoot);
                    }
                    self.text(&text)?;
                }
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Decl(declaration) => self.declaration(&declaration, start)?,
                Event::Comment(_) => {}
                Event::DocType(_) => return Err(XmlError::Forbidden("a document type")),
                Event::PI(_) => return Err(XmlError::Forbidden("a processing instruction")),
                Event::Empty(_) => return Err(self.malformed(&"an empty element was not expanded")),
                Event::Eof => break,
            }
        }
        if !self.open.is_empty() {
            return Err(self.malformed(&"an element is not closed"));
        }
        self.root.ok_or(XmlError::NotOneRoot)
    }

    fn start(&mut self, tag: &BytesStart<'_>, start: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(XmlError::NotOneRoot);
        }
        if self.open.len() >= self.limits.depth {
            return Err(XmlError::TooDeep(self.limits.depth));
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(XmlError::TooManyElements(self.limits.elements));
        }
        let (prefix, name) = self.split(tag.name())?;
        let namespace = self.namespace(tag.name(), true)?;
        let attributes = self.attributes(tag)?;
        self.open.push(Element {
            namespace,
            name,
            prefix,
            attributes,
            children: Vec::new(),
            span: start..start,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), XmlError> {
        let end = self.position();
        let Some(mut element) = self.open.pop() else {
            return Err(self.malformed(&"an end without a start"));
        };
        element.span.end = end;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        let Some(parent) = self.open.last_mut() else {
            let white = text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            return if white { Ok(()) } else { Err(XmlError::NotOneRoot) };
        };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => parent.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(XmlError::NotOneRoot);
        }
        let resolved = reference.resolve_char_ref().map_err(|error| self.malformed(&error))?;
        if let Some(character) = resolved {
            let mut buffer = [0; 4];
            let text = character.encode_utf8(&mut buffer);
            check_characters(text)?;
            return self.text(text);
        }
        match reference.decode().map_err(|_| XmlError::NotUtf8)?.as_ref() {
            "amp" => self.text("&"),
            "lt" => self.text("<"),
            "gt" => self.text(">"),
            "quot" => self.text("\""),
            "apos" => self.text("'"),
            _ => Err(XmlError::Forbidden("a reference to an entity")),
        }
    }

    /// XML 1.0 §2.8: the declaration stands at the very start, and ours says version 1.0 and UTF-8 at most.
    fn declaration(&self, declaration: &BytesDecl<'_>, start: usize) -> Result<(), XmlError> {
        if start != self.skipped {
            return Err(self.malformed(&"an XML declaration that is not at the start"));
        }
        let version = declaration.version().map_err(|error| self.malformed(&error))?;
        if version.as_ref() != b"1.0" {
            return Err(XmlError::Forbidden("a version other than 1.0"));
        }
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case(b"utf-8") => Ok(()),
            Some(_) => Err(XmlError::NotUtf8),
        }
    }

    fn attributes(&self, tag: &BytesStart<'_>) -> Result<Vec<Attribute>, XmlError> {
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut count = 0;
        self.check_spacing(tag)?;
        for attribute in tag.attributes() {
            count += 1;
            if count > self.limits.attributes {
                return Err(XmlError::TooManyAttributes(self.limits.attributes));
            }
            let attribute = attribute.map_err(|error| self.malformed(&error))?;
            if attribute.value.contains(&b'<') {
                return Err(self.malformed(&"a < in an attribute"));
            }
            if attribute.key.as_namespace_binding().is_some() {
                self.check_declaration(&attribute)?;
                continue;
            }
            let (_, name) = self.split(attribute.key)?;
            let namespace = self.namespace(attribute.key, false)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| self.malformed(&error))?.into_owned();
            check_characters(&value)?;
            if attributes.iter().any(|known| known.namespace == namespace && known.name == name) {
                return Err(XmlError::DuplicateAttribute(name));
            }
            attributes.push(Attribute { namespace, name, value });
        }
        Ok(attributes)
    }

    /// White space stands between attributes (XML 1.0 §3.1, production 40); quick-xml does not ask for it.
    fn check_spacing(&self, tag: &BytesStart<'_>) -> Result<(), XmlError> {
        let mut quote = None;
        let mut closed = false;
        for &byte in tag.attributes_raw() {
            if closed && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/') {
                return Err(self.malformed(&"no white space between attributes"));
            }
            closed = quote == Some(byte);
            match quote {
                None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                Some(_) if closed => quote = None,
                _ => {}
            }
        }
        Ok(())
    }

    /// quick-xml resolves prefixes by the bytes of the declaration as written, so those must be its value.
    fn check_declaration(&self, attribute: &RawAttribute<'_>) -> Result<(), XmlError> {
        let local = attribute.key.prefix().map(|_| attribute.key.local_name());
        if let Some(local) = local
            && !is_ncname(&self.utf8(local.as_ref())?)
        {
            return Err(XmlError::Namespace("a prefix that is no name".to_owned()));
        }
        if local.is_some() && attribute.value.is_empty() {
            return Err(XmlError::Namespace("a prefix bound to nothing".to_owned()));
        }
        if attribute.value.iter().any(|byte| *byte == b'&' || byte.is_ascii_whitespace()) {
            return Err(XmlError::Namespace("a URI with white space or a reference".to_owned()));
        }
        Ok(())
    }

    /// The prefix (or nothing) and the local name of a qualified name.
    fn split(&self, name: QName<'_>) -> Result<(String, String), XmlError> {
        let (local, prefix) = name.decompose();
        let local = self.utf8(local.as_ref())?;
        let prefix = self.utf8(prefix.as_ref().map_or(&b""[..], Prefix::as_ref))?;
        let prefix_is_name = is_ncname(&prefix) || (prefix.is_empty() && !name.as_ref().starts_with(b":"));
        if !is_ncname(&local) || !prefix_is_name {
            return Err(self.malformed(&"a name that is none"));
        }
        Ok((prefix, local))
    }

    /// The namespace of a name; only an element's takes the default one (Namespaces in XML 1.0 §6.2).
    fn namespace(&self, name: QName<'_>, element: bool) -> Result<String, XmlError> {
        match self.reader.resolver().resolve(name, element).0 {
            ResolveResult::Bound(namespace) => self.utf8(namespace.as_ref()),
            ResolveResult::Unbound => Ok(String::new()),
            ResolveResult::Unknown(prefix) => {
                Err(XmlError::Namespace(format!("unknown prefix {}", self.utf8(&prefix)?)))
            }
        }
    }

    fn utf8(&self, bytes: &[u8]) -> Result<String, XmlError> {
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| self.malformed(&"a name cut in a character"))
    }

    fn position(&self) -> usize {
        self.skipped.saturating_add(usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX))
    }

    fn malformed(&self, problem: &dyn std::fmt::Display) -> XmlError {
        XmlError::Malformed { at: self.position(), problem: problem.to_string() }
    }
}
