//! What is read, and what is refused.

use proptest::prelude::*;
use xml::{Element, Limits, Node, XmlError, read};

fn parse(document: &str) -> Result<Element, XmlError> {
    read::parse(document.as_bytes(), &Limits::default())
}

#[test]
fn names_are_resolved_and_attributes_have_no_default_namespace() {
    let root = parse(r#"<a:r xmlns:a="urn:a" xmlns="urn:d" x="1" a:x="2"><b y="3"/></a:r>"#).unwrap();
    assert!(root.is("urn:a", "r"));
    assert_eq!(root.prefix, "a");
    assert_eq!((root.attribute("x"), root.attribute_of("urn:a", "x")), (Some("1"), Some("2")));
    let inner = root.child("urn:d", "b").unwrap();
    assert_eq!((inner.attribute("y"), inner.attribute_of("urn:d", "y")), (Some("3"), None));
    assert!(root.child("urn:a", "b").is_none());
}

#[test]
fn a_declaration_ends_with_its_element() {
    let root = parse(r#"<r xmlns:p="urn:1"><p:a xmlns:p="urn:2"/><p:b/></r>"#).unwrap();
    let namespaces: Vec<&str> = root.elements().map(|element| element.namespace.as_str()).collect();
    assert_eq!(namespaces, ["urn:2", "urn:1"]);
}

/// S45: comments, CDATA and references do not split a text.
#[test]
fn a_text_is_one_whatever_interrupts_it() {
    let root = parse("<r>a<!-- x -->b<![CDATA[<c>]]>&amp;&#x41;&#66;&lt;\r\nd\re</r>").unwrap();
    assert_eq!(root.children, [Node::Text("ab<c>&AB<\nd\ne".to_owned())]);
}

#[test]
fn values_of_attributes_are_normalised() {
    let root = parse("<r a=\" x\ty\r\nz\" b=\"&#x9;&#xA;&quot;\" c='\"'/>").unwrap();
    assert_eq!(root.attribute("a"), Some(" x y z"));
    assert_eq!(root.attribute("b"), Some("\t\n\""));
    assert_eq!(root.attribute("c"), Some("\""));
}

#[test]
fn spans_cut_elements_out_of_the_document() {
    let document = "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<r><a>é<b/></a ><c x='>'/></r >";
    let root = parse(document).unwrap();
    let texts: Vec<&str> = root.descendants().map(|element| &document[element.span.clone()]).collect();
    assert_eq!(texts, ["<r><a>é<b/></a ><c x='>'/></r >", "<a>é<b/></a >", "<b/>", "<c x='>'/>"]);
}

#[test]
fn descendants_come_in_the_order_of_the_document() {
    let root = parse("<a><b><c/></b><d/><e><f/></e></a>").unwrap();
    let names: String = root.descendants().map(|element| element.name.as_str()).collect();
    assert_eq!(names, "abcdef");
}

#[test]
fn an_only_child_is_neither_missing_nor_doubled() {
    let root = parse("<r><a/><b/><b/></r>").unwrap();
    assert!(root.only_child("", "a").is_some());
    assert!(root.only_child("", "b").is_none() && root.child("", "b").is_some());
    assert!(root.only_child("", "c").is_none());
}

/// WST-06: what attacks are made of is refused by name.
#[test]
fn document_types_entities_and_instructions_are_refused() {
    for document in [
        "<!DOCTYPE r><r/>",
        "<!DOCTYPE r [<!ENTITY a \"b\">]><r>&a;</r>",
        "<!DOCTYPE r SYSTEM \"http://evil.example/\"><r/>",
        "<?xml-stylesheet href=\"x\"?><r/>",
        "<r><?pi?></r>",
        "<r>&nbsp;</r>",
        "<?xml version=\"1.1\"?><r/>",
    ] {
        assert!(matches!(parse(document), Err(XmlError::Forbidden(_))), "{document} was not refused so");
    }
    assert!(parse("<r a=\"&nbsp;\"/>").is_err());
}

#[test]
fn only_utf8_is_read() {
    for document in [
        &b"<r>\xE9</r>"[..],
        b"\xFF\xFE<\0r\0/\0>\0",
        b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><r/>",
        b"<r>\xED\xA0\x80</r>",
        b"<r>\xC0\xBC</r>",
    ] {
        assert_eq!(read::parse(document, &Limits::default()), Err(XmlError::NotUtf8));
    }
}

#[test]
fn characters_that_xml_cannot_carry_are_refused_also_as_references() {
    for document in
        ["<r>\0</r>", "<r>\u{1}</r>", "<r>&#0;</r>", "<r>&#x1;</r>", "<r a='&#xB;'/>", "<r>&#xFFFF;</r>"]
    {
        assert!(parse(document).is_err(), "{document:?} was read");
    }
    assert!(matches!(parse("<r>&#8;</r>"), Err(XmlError::HostileCharacter(_))));
}

#[test]
fn there_is_exactly_one_root() {
    for document in ["", " ", "<!-- x -->", "<a/><b/>", "<a/>x", "x<a/>", "<a/>&amp;", "<a/><![CDATA[]]>"] {
        assert_eq!(parse(document), Err(XmlError::NotOneRoot), "{document}");
    }
    assert!(parse(" <!-- x --> <a/>\n<!-- y -->\n").is_ok());
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for document in [
        "<a>",
        "<a></b>",
        "</a>",
        "<a",
        "<a></a",
        "<a b></a>",
        "<a b=c></a>",
        "<a b=\"1\"c=\"2\"/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a b=\"<\"/>",
        "<a b=\"&\"/>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<1a/>",
        "<a\"b/>",
        "<a:b:c xmlns:a='urn:a'/>",
        "<:a/>",
        "<a: xmlns:a='urn:a'/>",
        " <?xml version=\"1.0\"?><a/>",
        "<a><?xml version=\"1.0\"?></a>",
        "<a>&#x110000;</a>",
        "<a>&#xD800;</a>",
        "<a>&#;</a>",
    ] {
        assert!(parse(document).is_err(), "{document} was read");
    }
}

#[test]
fn namespaces_are_declared_properly() {
    for document in [
        "<p:a/>",
        "<a p:b='1'/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='urn:&#x61;'/>",
        "<a xmlns:p=' urn:a'/>",
    ] {
        assert!(parse(document).is_err(), "{document} was read");
    }
}

#[test]
fn one_attribute_under_two_prefixes_is_refused() {
    let document = "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>";
    assert_eq!(parse(document), Err(XmlError::DuplicateAttribute("b".to_owned())));
}

#[test]
fn limits_hold_at_their_boundary() {
    let limits = Limits { bytes: 64, depth: 2, elements: 3, attributes: 2 };
    let parse = |document: &str| read::parse(document.as_bytes(), &limits).map(drop);
    let sized = |bytes: usize| format!("<a>{}</a>", "x".repeat(bytes - "<a></a>".len()));
    assert_eq!((parse(&sized(64)), parse(&sized(65))), (Ok(()), Err(XmlError::TooLarge(64))));
    assert_eq!(parse("<a><b/></a>"), Ok(()));
    assert_eq!(parse("<a><b><c/></b></a>"), Err(XmlError::TooDeep(2)));
    assert_eq!(parse("<a><b/><b/></a>"), Ok(()));
    assert_eq!(parse("<a><b/><b/><b/></a>"), Err(XmlError::TooManyElements(3)));
    assert_eq!(parse("<a b='' c=''/>"), Ok(()));
    assert_eq!(parse("<a b='' c='' d=''/>"), Err(XmlError::TooManyAttributes(2)));
    assert!(parse("<a xmlns:b='x' xmlns:c='x' xmlns:d='x'/>").is_err());
}

/// A deep document costs no call stack, neither while it is read nor when it is dropped within the limit.
#[test]
fn a_million_open_elements_are_refused_in_constant_depth() {
    let limits = Limits { bytes: 1 << 24, elements: 1 << 24, ..Limits::default() };
    let document = "<a>".repeat(1_000_000);
    assert_eq!(read::parse(document.as_bytes(), &limits), Err(XmlError::TooDeep(64)));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read::parse(&bytes, &Limits::default());
    }

    #[test]
    fn no_markup_makes_the_reader_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "<a", ">", "/>", "</a>", "<!--", "-->", "<![CDATA[", "]]>", "&", ";", "#x", "xmlns:", "p", ":", "=", "\"", "'",
        " ", "<?xml", "?>", "<!DOCTYPE", "é", "1.0", "\u{FEFF}",
    ]), 0..40)) {
        let _ = parse(&pieces.concat());
    }

    /// What the writer escapes, the reader gives back.
    #[test]
    fn written_text_is_read_back(text in "[\t\n\r -\u{FFFD}😀]{1,40}", value in "[\t\n\r -\u{FFFD}]{0,40}") {
        let mut document = String::from("<r a=\"");
        xml::push_attribute_value(&mut document, &value);
        document.push_str("\">");
        xml::push_text(&mut document, &text);
        document.push_str("</r>");
        let root = parse(&document).unwrap();
        prop_assert_eq!(root.text(), text);
        prop_assert_eq!(root.attribute("a"), Some(value.as_str()));
    }
}
