//! How MSAL for .NET reads MEX, answers and faults (protocol.md §4.4.1, §4.5, §4.6).

use std::collections::HashMap;

use wstrust::Version;
use xml::Element;

use crate::sample::{SOAP, WSA, WSU, Words, parse};

const WSP: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const SP05: &str = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
const SP12: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";

/// The endpoint for a user name: 1.3 before 2005, but only where the policy's inner token is of 2005.
pub fn endpoint(document: &str) -> Option<(Version, String)> {
    let root = parse(document);
    let mut policies: HashMap<String, (Option<Version>, Option<String>)> = HashMap::new();
    for policy in root.children_named(WSP, "Policy").filter(|policy| has_user_name(policy)) {
        let known = policies.insert(format!("#{}", policy.attribute_of(WSU, "Id")?), (None, None));
        assert!(known.is_none(), "a policy listed twice throws");
    }
    let mut bindings: HashMap<String, String> = HashMap::new();
    for binding in root.children_named(WSDL, "binding") {
        let reference = binding.child(WSP, "PolicyReference")?.attribute("URI")?.to_owned();
        let operation = binding.child(WSDL, "operation")?.child(SOAP12, "operation")?;
        let transport = binding.child(SOAP12, "binding")?.attribute("transport")?;
        let action = operation.attribute("soapAction")?;
        let Some(policy) = policies.get_mut(&reference) else { continue };
        policy.0 = Version::ALL.into_iter().find(|version| Words::of(*version).action == action);
        if transport == "http://schemas.xmlsoap.org/soap/http" {
            bindings.insert(binding.attribute("name")?.to_owned(), reference);
        }
    }
    for port in root.child(WSDL, "service")?.children_named(WSDL, "port") {
        let (_, name) = port.attribute("binding")?.split_once(':')?;
        let address = port.child(WSA, "EndpointReference")?.child(WSA, "Address")?.text();
        if let Some(policy) = bindings.get(name).and_then(|reference| policies.get_mut(reference)) {
            policy.1 = Some(address);
        }
    }
    let mut found: Vec<_> =
        policies.into_values().filter_map(|(version, url)| Some((version?, url?))).collect();
    found.sort_by_key(|(version, _)| *version == Version::Trust2005);
    found.into_iter().next()
}

/// The inner token is looked for in the namespace of 2005 whatever stands around it.
fn has_user_name(policy: &Element) -> bool {
    let all = policy.child(WSP, "ExactlyOne").and_then(|one| one.child(WSP, "All"));
    let tokens = all.and_then(|all| {
        all.child(SP12, "SignedEncryptedSupportingTokens")
            .or_else(|| all.child(SP05, "SignedSupportingTokens"))
    });
    let inner = |element: &'_ Element| {
        let token = element.child(WSP, "Policy")?.child(SP05, "UsernameToken")?;
        token.child(WSP, "Policy")?.child(SP05, "WssUsernameToken10").map(drop)
    };
    let transport = policy
        .descendants()
        .any(|element| element.is(SP12, "TransportBinding") || element.is(SP05, "TransportBinding"));
    transport && tokens.and_then(inner).is_some()
}

/// The type of the first token and the inner text of its element: by name, at any depth.
pub fn token(answer: &str, version: Version) -> Option<(String, &str)> {
    let root = parse(answer);
    let trust = Words::of(version).trust;
    let is = |name: &'static str| move |element: &&Element| element.is(trust, name);
    if version == Version::Trust13 {
        root.descendants().find(is("RequestSecurityTokenResponseCollection"))?;
    }
    let mut responses = root.descendants().filter(is("RequestSecurityTokenResponse"));
    let response = responses.next()?;
    // A second one of the same type would be a key that is in the dictionary already.
    assert!(responses.next().is_none());
    let kind = response.child(trust, "TokenType")?.text();
    let requested = response.child(trust, "RequestedSecurityToken")?;
    let [xml::Node::Element(assertion)] = requested.children.as_slice() else { return None };
    Some((kind, &answer[assertion.span.clone()]))
}

/// The text of the reason, unless it is white space.
pub fn fault(document: &str) -> Option<String> {
    let root = parse(document);
    let body = root.descendants().find(|element| element.is(SOAP, "Body"))?;
    let text = body.child(SOAP, "Fault")?.child(SOAP, "Reason")?.child(SOAP, "Text")?.text();
    Some(text).filter(|text| !text.trim().is_empty())
}
