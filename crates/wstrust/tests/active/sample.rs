//! Ada's program asks for a token for Microsoft 365, as each client writes it, and is answered.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use token::{Assertion, AssertionId, Attribute, NewKey, RsaSigner, Signer, TokenPlan};
use wstrust::{Delivery, RequestFault, TokenRequest, Version};
use xml::{Element, Limits};

pub const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
pub const WSA: &str = "http://www.w3.org/2005/08/addressing";
pub const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

pub const ADDRESS_2005: &str = "https://idp.contoso.example/adfs/services/trust/2005/usernamemixed";
pub const ADDRESS_13: &str = "https://idp.contoso.example/adfs/services/trust/13/usernamemixed";
/// With everything that has to be escaped, and a space at its end.
pub const PASSWORD: &str = "p<w>&\"' ";
pub const MESSAGE_ID: &str = "urn:uuid:11111111-2222-4333-8444-555555555555";

/// The requests of the clients, `{…}` where the versions differ: name, id of the message, text.
pub const REQUESTS: [(&str, &str, &str); 5] = [
    ("python", MESSAGE_ID, include_str!("requests/python.xml")),
    ("dotnet", MESSAGE_ID, include_str!("requests/dotnet.xml")),
    ("java", MESSAGE_ID, include_str!("requests/java.xml")),
    ("go", MESSAGE_ID, include_str!("requests/go.xml")),
    ("idcrl", "1303795308", include_str!("requests/idcrl.xml")),
];

/// What the clients write for a version; spelt again here, so that the table of the crate is not its own judge.
pub struct Words {
    pub version: Version,
    pub trust: &'static str,
    pub action: &'static str,
    pub request_type: &'static str,
    pub key_type: &'static str,
    pub address: &'static str,
}

pub const WORDS: [Words; 2] = [
    Words {
        version: Version::Trust2005,
        trust: "http://schemas.xmlsoap.org/ws/2005/02/trust",
        action: "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/Issue",
        request_type: "http://schemas.xmlsoap.org/ws/2005/02/trust/Issue",
        key_type: "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey",
        address: ADDRESS_2005,
    },
    Words {
        version: Version::Trust13,
        trust: "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
        action: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue",
        request_type: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
        key_type: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer",
        address: ADDRESS_13,
    },
];

impl Words {
    pub fn of(version: Version) -> &'static Self {
        WORDS.iter().find(|words| words.version == version).unwrap()
    }

    pub fn fill(&self, request: &str) -> String {
        request
            .replace("{TRUST}", self.trust)
            .replace("{ACTION}", self.action)
            .replace("{TYPE}", self.request_type)
            .replace("{KEY}", self.key_type)
            .replace("{TO}", self.address)
    }

    /// How the clients deliver it.
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery {
            version: self.version,
            content_type: Some("application/soap+xml; charset=utf-8"),
            soap_action: Some(self.action),
            addresses: &[ADDRESS_2005, ADDRESS_13],
            now: now(),
        }
    }

    pub fn read(&self, request: &str) -> Result<TokenRequest, RequestFault> {
        TokenRequest::read(request.as_bytes(), &self.delivery())
    }
}

/// The plainest request there is, for 1.3: on one line, in the order of protocol.md §4.5.
pub fn plain() -> String {
    let text = Words::of(Version::Trust13).fill(include_str!("requests/python.xml"));
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ").replace("> <", "><")
}

/// The same with one thing changed, which must be in it.
pub fn changed(from: &str, to: &str) -> String {
    let plain = plain();
    assert!(plain.contains(from), "{from} is not in the request");
    plain.replacen(from, to, 1)
}

/// An element of the plain request with all that is in it.
pub fn piece(name: &str) -> String {
    let plain = plain();
    let start = [">", " "].iter().find_map(|end| plain.find(&format!("<{name}{end}"))).unwrap();
    let end = plain.find(&format!("</{name}>")).unwrap() + name.len() + "</>".len();
    plain[start..end].to_owned()
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The moment in which everything here happens.
pub fn now() -> DateTime<Utc> {
    at("2026-01-02T03:04:06.789Z")
}

pub fn signer() -> &'static RsaSigner {
    static SIGNER: OnceLock<RsaSigner> = OnceLock::new();
    SIGNER.get_or_init(|| {
        let (from, to) = (at("2020-01-01T00:00:00Z"), at("2049-12-31T23:59:59Z"));
        let key = NewKey::generate(2048, "Countersign tests", from, to).unwrap();
        RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap()
    })
}

/// Ada's token in its response, with a claim of this value.
pub fn response(version: Version, note: &str) -> Vec<u8> {
    let id = AssertionId::parse("_0f0e0d0c-0b0a-4908-8706-050403020100").unwrap();
    let claim = |uri: &str, value: &str| Attribute::from_claim_type(uri, vec![value.to_owned()]);
    let attributes = [
        claim("http://schemas.xmlsoap.org/claims/UPN", "ada@contoso.example"),
        claim("http://claims.example/note", note),
    ];
    let assertion = Assertion {
        id: &id,
        issuer: "URN:contoso.example",
        audience: "urn:federation:MicrosoftOnline",
        name_identifier: "PSwbCl9OcWCCk6S1xtfo+Q==",
        name_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        issued_at: now(),
        not_before: now() - TimeDelta::seconds(30),
        not_on_or_after: now() + TimeDelta::seconds(3600),
        authentication_method: "urn:oasis:names:tc:SAML:1.0:am:password",
        authentication_instant: now(),
        attributes: &attributes,
    };
    let plan = TokenPlan::compile(version.response_format(), signer().certificate(), &assertion).unwrap();
    plan.issue(&assertion, signer()).unwrap().response
}

/// The answer with Ada's token.
pub fn answer(version: Version, note: &str) -> String {
    let response = response(version, note);
    text(wstrust::response_envelope(version, Some(MESSAGE_ID), now(), &response))
}

pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The assertion, cut out of an answer as text.
pub fn cut_out(answer: &str) -> &str {
    let start = answer.find("<saml:Assertion ").unwrap();
    let end = answer.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    &answer[start..end]
}

pub fn parse(document: &str) -> Element {
    xml::read::parse(document.as_bytes(), &Limits::default()).unwrap()
}

/// The elements that a path of local names leads to, whatever their namespaces.
pub fn walk<'e>(element: &'e Element, path: &[&str]) -> Vec<&'e Element> {
    path.iter().fold(vec![element], |found, name| {
        found.into_iter().flat_map(Element::elements).filter(|element| element.name == *name).collect()
    })
}

/// The start tag of an element, as written.
pub fn start_tag<'d>(document: &'d str, element: &Element) -> &'d str {
    document[element.span.clone()].split('>').next().unwrap()
}
