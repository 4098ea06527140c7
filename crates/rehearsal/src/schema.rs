//! The SAML 1.1 assertion schema as far as protocol.md §2.2 and §2.3 use it, and stricter where the real thing is:
//! the order of elements is that of the standard, both subjects are the same, nothing is empty, nothing is foreign.

use xml::{Element, Node};

use crate::instant;
use crate::names::{BEARER, SAML, SIGNATURE};

/// Checks the structure of an assertion. The objection is for the report.
pub(crate) fn check(assertion: &Element) -> Result<(), String> {
    has_attributes(assertion, &["MajorVersion", "MinorVersion", "AssertionID", "Issuer", "IssueInstant"])?;
    is_fixed(assertion, "MajorVersion", "1")?;
    is_fixed(assertion, "MinorVersion", "1")?;
    is_instant(assertion, "IssueInstant")?;
    // xsd:ID; that it starts with an underscore is TOK-12.
    let id = assertion.attribute("AssertionID").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if id.len() < 2 || !id.starts_with('_') || !id.chars().all(plain) {
        return Err(format!("AssertionID {id}"));
    }
    // TOK-09: Go clients look for this prefix on this element.
    if assertion.prefix != "saml" {
        return Err(format!("prefix {} on Assertion", assertion.prefix));
    }
    let parts = children(assertion)?;
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    let [condition, attributes, authentication, signature] = parts.as_slice() else {
        return Err(format!("children {}", names.join(", ")));
    };
    if names != ["Conditions", "AttributeStatement", "AuthenticationStatement", "Signature"] {
        return Err(format!("children {}", names.join(", ")));
    }
    if signature.namespace != SIGNATURE {
        return Err("a Signature of another namespace".to_owned());
    }
    check_conditions(condition)?;
    let subject = check_attribute_statement(attributes)?;
    if check_authentication_statement(authentication)? != subject {
        return Err("two different subjects".to_owned());
    }
    Ok(())
}

fn check_conditions(conditions: &Element) -> Result<(), String> {
    is_saml(conditions)?;
    has_attributes(conditions, &["NotBefore", "NotOnOrAfter"])?;
    is_instant(conditions, "NotBefore")?;
    is_instant(conditions, "NotOnOrAfter")?;
    let restriction = only_child(conditions, "AudienceRestrictionCondition")?;
    has_attributes(restriction, &[])?;
    text_of(only_child(restriction, "Audience")?, &[])?;
    Ok(())
}

fn check_attribute_statement(statement: &Element) -> Result<Subject, String> {
    is_saml(statement)?;
    has_attributes(statement, &[])?;
    let parts = children(statement)?;
    let Some((subject, attributes)) = parts.split_first() else {
        return Err("an empty AttributeStatement".to_owned());
    };
    if attributes.is_empty() {
        return Err("an AttributeStatement without attributes".to_owned());
    }
    for attribute in attributes {
        is_named(attribute, "Attribute")?;
        has_attributes(attribute, &["AttributeName", "AttributeNamespace"])?;
        let values = children(attribute)?;
        if values.is_empty() {
            return Err("an Attribute without value".to_owned());
        }
        for value in values {
            is_named(value, "AttributeValue")?;
            text_of(value, &[])?;
        }
    }
    check_subject(subject)
}

fn check_authentication_statement(statement: &Element) -> Result<Subject, String> {
    is_saml(statement)?;
    has_attributes(statement, &["AuthenticationMethod", "AuthenticationInstant"])?;
    is_instant(statement, "AuthenticationInstant")?;
    check_subject(only_child(statement, "Subject")?)
}

/// What two subjects have to have in common (TOK-06).
#[derive(PartialEq, Eq)]
struct Subject {
    name_identifier: String,
    format: Option<String>,
}

fn check_subject(subject: &Element) -> Result<Subject, String> {
    is_named(subject, "Subject")?;
    has_attributes(subject, &[])?;
    let parts = children(subject)?;
    let [name_identifier, confirmation] = parts.as_slice() else {
        return Err("a Subject without NameIdentifier and SubjectConfirmation".to_owned());
    };
    is_named(name_identifier, "NameIdentifier")?;
    is_named(confirmation, "SubjectConfirmation")?;
    has_attributes(confirmation, &[])?;
    let method = text_of(only_child(confirmation, "ConfirmationMethod")?, &[])?;
    if method != BEARER {
        return Err(format!("ConfirmationMethod {method}"));
    }
    Ok(Subject {
        name_identifier: text_of(name_identifier, &["Format"])?,
        format: name_identifier.attribute("Format").map(str::to_owned),
    })
}

fn is_saml(element: &Element) -> Result<(), String> {
    if element.namespace == SAML { Ok(()) } else { Err(format!("{} of another namespace", element.name)) }
}

fn is_named(element: &Element, name: &str) -> Result<(), String> {
    is_saml(element)?;
    if element.name == name { Ok(()) } else { Err(format!("{} instead of {name}", element.name)) }
}

/// Exactly these attributes, none of them empty.
fn has_attributes(element: &Element, names: &[&str]) -> Result<(), String> {
    for name in names {
        if element.attribute(name).unwrap_or_default().is_empty() {
            return Err(format!("{} without {name}", element.name));
        }
    }
    match element
        .attributes
        .iter()
        .find(|found| !found.namespace.is_empty() || !names.contains(&found.name.as_str()))
    {
        Some(foreign) => Err(format!("{} with {}", element.name, foreign.name)),
        None => Ok(()),
    }
}

fn is_fixed(element: &Element, name: &str, value: &str) -> Result<(), String> {
    match element.attribute(name) {
        Some(found) if found == value => Ok(()),
        found => Err(format!("{name} {}", found.unwrap_or_default())),
    }
}

fn is_instant(element: &Element, name: &str) -> Result<(), String> {
    let text = element.attribute(name).unwrap_or_default();
    instant::parse(text).map(|_| ()).ok_or_else(|| format!("{name} {text}"))
}

/// The elements inside an element that may hold nothing else.
fn children(element: &Element) -> Result<Vec<&Element>, String> {
    let elements = element.children.iter().map(|node| match node {
        Node::Element(child) => Ok(child),
        Node::Text(_) => Err(format!("text in {}", element.name)),
    });
    elements.collect()
}

fn only_child<'e>(element: &'e Element, name: &str) -> Result<&'e Element, String> {
    match children(element)?.as_slice() {
        [only] if only.is(SAML, name) => Ok(only),
        _ => Err(format!("{} with something else than one {name}", element.name)),
    }
}

/// The text of an element that holds text alone.
fn text_of(element: &Element, attributes: &[&str]) -> Result<String, String> {
    has_attributes(element, attributes)?;
    match element.children.as_slice() {
        [Node::Text(text)] => Ok(text.clone()),
        _ => Err(format!("{} is empty or holds markup", element.name)),
    }
}
