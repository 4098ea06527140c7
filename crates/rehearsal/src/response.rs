use xml::{Element, Limits, Node};

use crate::instant;
use crate::names::{ADDRESSING, NO_PROOF_KEY, POLICY, SAML, TRUST, UTILITY};

/// What is read of a response: generous, because claims may be many.
const LIMITS: Limits = Limits { bytes: 256 * 1024, depth: 32, elements: 8192, attributes: 32 };

/// The one assertion of a `RequestSecurityTokenResponse`, cut out of it as clients do (protocol.md §2.6), and read
/// anew from the cut-out text: what is verified and what is believed are the same bytes.
pub(crate) struct Response {
    /// The assertion's text, exactly as it stood in the response.
    pub(crate) text: String,
    /// The same text as a tree.
    pub(crate) assertion: Element,
}

/// Reads a `wresult` as strictly as protocol.md §2.1 describes it. The objection is for the report.
pub(crate) fn read(wresult: &str) -> Result<Response, String> {
    // WSF-11: a browser turns a line feed of a form field into CRLF, so that one arrives as the other.
    if wresult.contains(['\r', '\n']) {
        return Err("line breaks".to_owned());
    }
    if wresult.starts_with("<?") {
        return Err("an XML declaration".to_owned());
    }
    let root = xml::read::parse(wresult.as_bytes(), &LIMITS).map_err(|error| error.to_string())?;
    check_envelope(&root)?;
    let requested = root.child(TRUST, "RequestedSecurityToken").ok_or("no token")?;
    // Some relying parties take the first child node, whatever it is.
    let [Node::Element(token)] = requested.children.as_slice() else {
        return Err("RequestedSecurityToken holds something else than one assertion".to_owned());
    };
    if !token.is(SAML, "Assertion") {
        return Err(format!("the token is {}", token.name));
    }
    read_alone(wresult.get(token.span.clone()).ok_or("the assertion cannot be cut out")?)
}

/// Reads an assertion that stands alone, as native clients hand it in (protocol.md §4.2).
pub(crate) fn read_alone(text: &str) -> Result<Response, String> {
    let assertion = xml::read::parse(text.as_bytes(), &LIMITS)
        .map_err(|error| format!("the assertion does not stand alone: {error}"))?;
    if !assertion.is(SAML, "Assertion") {
        return Err(format!("the token is {}", assertion.name));
    }
    Ok(Response { text: text.to_owned(), assertion })
}

fn check_envelope(root: &Element) -> Result<(), String> {
    if !root.is(TRUST, "RequestSecurityTokenResponse") {
        return Err(format!("{} in {}", root.name, root.namespace));
    }
    let parts: Vec<(&str, &str)> =
        root.elements().map(|part| (part.namespace.as_str(), part.name.as_str())).collect();
    let order = [
        (TRUST, "Lifetime"),
        (POLICY, "AppliesTo"),
        (TRUST, "RequestedSecurityToken"),
        (TRUST, "TokenType"),
        (TRUST, "RequestType"),
        (TRUST, "KeyType"),
    ];
    if parts != order {
        let names: Vec<&str> = parts.iter().map(|(_, name)| *name).collect();
        return Err(format!("children {}", names.join(", ")));
    }
    for (name, text) in [("TokenType", SAML), ("KeyType", NO_PROOF_KEY)] {
        let found = root.child(TRUST, name).map(Element::text).unwrap_or_default();
        if found != text {
            return Err(format!("{name} {found}"));
        }
    }
    let request_type = root.child(TRUST, "RequestType").map(Element::text).unwrap_or_default();
    if request_type.strip_prefix(TRUST) != Some("/Issue") {
        return Err(format!("RequestType {request_type}"));
    }
    let lifetime = root.child(TRUST, "Lifetime");
    let bound = |name| lifetime?.only_child(UTILITY, name).and_then(|bound| instant::parse(&bound.text()));
    match (bound("Created"), bound("Expires")) {
        (Some(created), Some(expires)) if created < expires => Ok(()),
        _ => Err("no proper Lifetime".to_owned()),
    }?;
    let address = root
        .child(POLICY, "AppliesTo")
        .and_then(|applies| applies.only_child(ADDRESSING, "EndpointReference"))
        .and_then(|reference| reference.only_child(ADDRESSING, "Address"));
    address.map(|_| ()).ok_or_else(|| "AppliesTo without an address".to_owned())
}
