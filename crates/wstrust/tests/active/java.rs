//! How MSAL for Java reads MEX, answers and faults (protocol.md §4.4.1, §4.5, §4.6).

use std::collections::HashMap;

use wstrust::Version;
use xml::{Element, Node};

use crate::sample::{SOAP, Words, parse, start_tag};

const WSP: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const WSA: &str = "http://www.w3.org/2005/08/addressing";
const SP05: &str = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
const SP12: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";

/// The endpoints for a user name, of which 1.3 is chosen first.
pub fn endpoints(document: &str) -> Option<HashMap<Version, String>> {
    let root = parse(document);
    let policies: Vec<String> = root
        .children_named(WSP, "Policy")
        .filter(|policy| has_user_name(policy))
        .filter_map(|policy| Some(format!("#{}", literal_id(start_tag(document, policy))?)))
        .collect();
    let mut bindings = HashMap::new();
    for binding in root.children_named(WSDL, "binding") {
        let reference = binding.child(WSP, "PolicyReference")?.attribute("URI")?;
        if !policies.iter().any(|policy| policy == reference) {
            continue;
        }
        let action = binding.child(WSDL, "operation")?.child(SOAP12, "operation")?.attribute("soapAction")?;
        let transport = binding.child(SOAP12, "binding")?.attribute("transport")?;
        let version = Version::ALL.into_iter().find(|version| Words::of(*version).action == action)?;
        if transport.eq_ignore_ascii_case("http://schemas.xmlsoap.org/soap/http") {
            bindings.insert(binding.attribute("name")?, version);
        }
    }
    let mut found = HashMap::new();
    for port in root.child(WSDL, "service")?.children_named(WSDL, "port") {
        let name = port.attribute("binding")?.rsplit(':').next()?;
        let address = port.child(WSA, "EndpointReference")?.child(WSA, "Address")?.text();
        if let Some(version) = bindings.get(name)
            && address.to_lowercase().starts_with("https://")
        {
            found.insert(*version, address.trim().to_owned());
        }
    }
    Some(found)
}

/// The attribute is asked for by the letters `wsu:Id`.
fn literal_id(start_tag: &str) -> Option<&str> {
    start_tag.split_once(" wsu:Id=\"")?.1.split('"').next()
}

/// The transport binding is a child of `All`, the token's path is of one namespace.
fn has_user_name(policy: &Element) -> bool {
    let Some(all) = policy.child(WSP, "ExactlyOne").and_then(|one| one.child(WSP, "All")) else {
        return false;
    };
    let transport = all.child(SP12, "TransportBinding").or_else(|| all.child(SP05, "TransportBinding"));
    let path = |namespace, name| {
        let token = all.child(namespace, name)?.child(WSP, "Policy")?.child(namespace, "UsernameToken")?;
        token.child(WSP, "Policy")?.child(namespace, "WssUsernameToken10")
    };
    let token =
        path(SP12, "SignedEncryptedSupportingTokens").or_else(|| path(SP05, "SignedSupportingTokens"));
    transport.is_some() && token.is_some()
}

/// The inner text of the one requested token, by the path of the version.
pub fn token(answer: &str, version: Version) -> Option<&str> {
    let root = parse(answer);
    let trust = Words::of(version).trust;
    let body = root.child(SOAP, "Body")?;
    let response = match version {
        Version::Trust2005 => body.child(trust, "RequestSecurityTokenResponse")?,
        Version::Trust13 => body
            .child(trust, "RequestSecurityTokenResponseCollection")?
            .child(trust, "RequestSecurityTokenResponse")?,
    };
    let kind = response.child(trust, "TokenType")?.text();
    assert!(kind.eq_ignore_ascii_case("urn:oasis:names:tc:SAML:1.0:assertion"), "taken for SAML 2.0");
    let requested = response.only_child(trust, "RequestedSecurityToken")?;
    let [Node::Element(assertion)] = requested.children.as_slice() else { return None };
    Some(&answer[assertion.span.clone()])
}

/// What stands behind the colon of the only subcode, and the reason.
pub fn fault(document: &str) -> Option<(String, String)> {
    let root = parse(document);
    let fault = root.child(SOAP, "Body")?.child(SOAP, "Fault")?;
    let subcode = fault.child(SOAP, "Code")?.child(SOAP, "Subcode")?.only_child(SOAP, "Value")?;
    let Some(Node::Text(value)) = subcode.children.first() else { return None };
    let code = value.split(':').nth(1)?.to_owned();
    Some((code, fault.child(SOAP, "Reason")?.child(SOAP, "Text")?.text()))
}
