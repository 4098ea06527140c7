//! How MSAL for Go reads MEX and answers: by local names, whatever the namespaces (protocol.md §4.4.1, §4.5).

use std::collections::HashMap;

use wstrust::Version;
use xml::Node;

use crate::sample::{Words, parse, start_tag, walk};

/// The endpoint for a user name: 1.3 replaces 2005. An action that it does not know is an error.
pub fn endpoint(document: &str) -> Option<(Version, String)> {
    let root = parse(document);
    let mut policies = Vec::new();
    for policy in walk(&root, &["Policy"]) {
        let token = |name| {
            !walk(
                policy,
                &["ExactlyOne", "All", name, "Policy", "UsernameToken", "Policy", "WssUsernameToken10"],
            )
            .is_empty()
        };
        let bindings = walk(policy, &["ExactlyOne", "All", "TransportBinding"]);
        // The declaration is read as an attribute of the element itself.
        let declares =
            bindings.first().is_some_and(|binding| start_tag(document, binding).contains(" xmlns:sp=\""));
        if declares && (token("SignedEncryptedSupportingTokens") || token("SignedSupportingTokens")) {
            let id = policy.attributes.iter().find(|attribute| attribute.name == "Id")?;
            policies.push(format!("#{}", id.value));
        }
    }
    let mut bindings = HashMap::new();
    for binding in walk(&root, &["binding"]) {
        let reference = walk(binding, &["PolicyReference"]).first()?.attribute("URI")?;
        let transport = walk(binding, &["binding"]).first()?.attribute("transport")?;
        if transport == "http://schemas.xmlsoap.org/soap/http" && policies.iter().any(|id| id == reference) {
            let action = walk(binding, &["operation", "operation"]).first()?.attribute("soapAction")?;
            let version = Version::ALL.into_iter().find(|version| Words::of(*version).action == action)?;
            bindings.insert(binding.attribute("name")?, version);
        }
    }
    let mut chosen: Option<(Version, String)> = None;
    for port in walk(&root, &["service", "port"]) {
        let name = port.attribute("binding")?;
        let name = name.split_once(':').map_or(name, |(_, name)| name);
        let address = walk(port, &["EndpointReference", "Address"]).first()?.text().trim().to_owned();
        assert!(!address.is_empty(), "a blank address is an error");
        let Some(version) = bindings.get(name) else { continue };
        let replaces = chosen.as_ref().is_none_or(|(known, _)| *known == Version::Trust2005);
        if replaces {
            chosen = Some((*version, address));
        }
    }
    chosen
}

/// The inner text of the first requested token, whose assertion declares the prefix `saml` itself.
pub fn token(answer: &str) -> Option<&str> {
    let root = parse(answer);
    let path = [
        "Body",
        "RequestSecurityTokenResponseCollection",
        "RequestSecurityTokenResponse",
        "RequestedSecurityToken",
    ];
    let requested = *walk(&root, &path).first()?;
    let [Node::Element(assertion)] = requested.children.as_slice() else { return None };
    assert_eq!(assertion.name, "Assertion");
    let declaration = " xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"";
    assert!(start_tag(answer, assertion).contains(declaration), "the version of SAML is unknown");
    Some(&answer[assertion.span.clone()])
}
