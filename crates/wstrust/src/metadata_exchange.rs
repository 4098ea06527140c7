use thiserror::Error;

use crate::Version;
use crate::names::{WSA, WSP, WSU};

/// The document in which a client finds the active endpoints (WS-MetadataExchange, answered to a plain GET): WSDL 1.1
/// with the policy of each endpoint, in the names of AD FS.
///
/// Its readers look for literal prefixes and places (protocol.md §4.4.1): `xmlns:sp` stands on each element that uses
/// it, `wsu:Id` is spelt so, and the root is the WSDL itself (MEX-01, -02, -03). What is not offered is not listed
/// (MEX-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataExchange<'a> {
    trust_2005: &'a str,
    trust_13: &'a str,
}

/// Why an address is not published.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// Passwords go there, and clients pass over anything but https (MEX-04).
    #[error("{0:?} does not start with https://")]
    NotHttps(String),
    /// White space or a control character.
    #[error("{0:?} holds white space or a control character")]
    HostileCharacter(String),
}

impl<'a> MetadataExchange<'a> {
    /// Takes the absolute addresses of the endpoints for February 2005 and for 1.3, from configuration.
    pub fn new(trust_2005: &'a str, trust_13: &'a str) -> Result<Self, AddressError> {
        for address in [trust_2005, trust_13] {
            if !address.starts_with("https://") {
                return Err(AddressError::NotHttps(address.to_owned()));
            }
            let hostile =
                |c: char| c.is_whitespace() || c.is_control() || ('\u{FFFE}'..='\u{FFFF}').contains(&c);
            if address.contains(hostile) {
                return Err(AddressError::HostileCharacter(address.to_owned()));
            }
        }
        Ok(Self { trust_2005, trust_13 })
    }

    /// The document, UTF-8 on one line, the same each time. `text/xml; charset=utf-8` and status 200 go with it.
    pub fn document(&self) -> Vec<u8> {
        let endpoints = Version::ALL.map(|version| Endpoint::of(version, self.address(version)));
        let mut out = start();
        for section in [policy, messages, port_type, binding] {
            out.extend(endpoints.iter().map(section));
        }
        out.push_str("<wsdl:service name=\"SecurityTokenService\">");
        out.extend(endpoints.iter().map(port));
        out.push_str("</wsdl:service></wsdl:definitions>");
        out.into_bytes()
    }

    const fn address(&self, version: Version) -> &'a str {
        match version {
            Version::Trust2005 => self.trust_2005,
            Version::Trust13 => self.trust_13,
        }
    }
}

/// The target namespace of AD FS.
const SERVICE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/securitytokenservice";

/// What the document says of one endpoint, in AD FS's names.
struct Endpoint<'a> {
    version: Version,
    address: &'a str,
    contract: &'static str,
    operation: &'static str,
    /// WS-SecurityPolicy, of the time of the trust version.
    policy: &'static str,
    supporting_tokens: &'static str,
    request: &'static str,
    response: &'static str,
}

impl<'a> Endpoint<'a> {
    const fn of(version: Version, address: &'a str) -> Self {
        match version {
            Version::Trust2005 => Self {
                version,
                address,
                contract: "IWSTrustFeb2005Async",
                operation: "TrustFeb2005IssueAsync",
                policy: "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
                supporting_tokens: "SignedSupportingTokens",
                request: "t:RequestSecurityToken",
                response: "t:RequestSecurityTokenResponse",
            },
            Version::Trust13 => Self {
                version,
                address,
                contract: "IWSTrust13Async",
                operation: "Trust13IssueAsync",
                policy: "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
                supporting_tokens: "SignedEncryptedSupportingTokens",
                request: "trust:RequestSecurityToken",
                response: "trust:RequestSecurityTokenResponseCollection",
            },
        }
    }
}

fn start() -> String {
    let [trust_2005, trust_13] = Version::ALL.map(Version::namespace);
    format!(
        "<wsdl:definitions name=\"SecurityTokenService\" targetNamespace=\"{SERVICE}\" \
         xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:t=\"{trust_2005}\" xmlns:trust=\"{trust_13}\" \
         xmlns:tns=\"{SERVICE}\" xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" \
         xmlns:wsa10=\"{WSA}\" xmlns:wsaw=\"http://www.w3.org/2006/05/addressing/wsdl\" \
         xmlns:wsp=\"{WSP}\" xmlns:wsu=\"{WSU}\">"
    )
}

/// TLS, a timestamp, and a user name with its password.
fn policy(endpoint: &Endpoint<'_>) -> String {
    let Endpoint { contract, policy, supporting_tokens, .. } = endpoint;
    format!(
        "<wsp:Policy wsu:Id=\"UserNameWSTrustBinding_{contract}_policy\"><wsp:ExactlyOne><wsp:All>\
         <sp:TransportBinding xmlns:sp=\"{policy}\"><wsp:Policy>\
         <sp:TransportToken><wsp:Policy><sp:HttpsToken RequireClientCertificate=\"false\"/></wsp:Policy>\
         </sp:TransportToken>\
         <sp:AlgorithmSuite><wsp:Policy><sp:Basic256/></wsp:Policy></sp:AlgorithmSuite>\
         <sp:Layout><wsp:Policy><sp:Strict/></wsp:Policy></sp:Layout>\
         <sp:IncludeTimestamp/></wsp:Policy></sp:TransportBinding>\
         <sp:{supporting_tokens} xmlns:sp=\"{policy}\"><wsp:Policy>\
         <sp:UsernameToken sp:IncludeToken=\"{policy}/IncludeToken/AlwaysToRecipient\">\
         <wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken>\
         </wsp:Policy></sp:{supporting_tokens}>\
         <wsaw:UsingAddressing/></wsp:All></wsp:ExactlyOne></wsp:Policy>"
    )
}

fn messages(endpoint: &Endpoint<'_>) -> String {
    let Endpoint { contract, operation, request, response, .. } = endpoint;
    format!(
        "<wsdl:message name=\"{contract}_{operation}_InputMessage\">\
         <wsdl:part name=\"request\" element=\"{request}\"/></wsdl:message>\
         <wsdl:message name=\"{contract}_{operation}_OutputMessage\">\
         <wsdl:part name=\"{operation}Result\" element=\"{response}\"/></wsdl:message>"
    )
}

fn port_type(endpoint: &Endpoint<'_>) -> String {
    let Endpoint { version, contract, operation, .. } = endpoint;
    format!(
        "<wsdl:portType name=\"{contract}\"><wsdl:operation name=\"{operation}\">\
         <wsdl:input wsaw:Action=\"{}\" message=\"tns:{contract}_{operation}_InputMessage\"/>\
         <wsdl:output wsaw:Action=\"{}\" message=\"tns:{contract}_{operation}_OutputMessage\"/>\
         </wsdl:operation></wsdl:portType>",
        version.request_action(),
        version.response_action()
    )
}

fn binding(endpoint: &Endpoint<'_>) -> String {
    let Endpoint { version, contract, operation, .. } = endpoint;
    format!(
        "<wsdl:binding name=\"UserNameWSTrustBinding_{contract}\" type=\"tns:{contract}\">\
         <wsp:PolicyReference URI=\"#UserNameWSTrustBinding_{contract}_policy\"/>\
         <soap12:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/>\
         <wsdl:operation name=\"{operation}\"><soap12:operation soapAction=\"{}\" style=\"document\"/>\
         <wsdl:input><soap12:body use=\"literal\"/></wsdl:input>\
         <wsdl:output><soap12:body use=\"literal\"/></wsdl:output></wsdl:operation></wsdl:binding>",
        version.request_action()
    )
}

fn port(endpoint: &Endpoint<'_>) -> String {
    let Endpoint { address, contract, .. } = endpoint;
    let (mut attribute, mut text) = (String::new(), String::new());
    xml::push_attribute_value(&mut attribute, address);
    xml::push_text(&mut text, address);
    format!(
        "<wsdl:port name=\"UserNameWSTrustBinding_{contract}\" binding=\"tns:UserNameWSTrustBinding_{contract}\">\
         <soap12:address location=\"{attribute}\"/>\
         <wsa10:EndpointReference><wsa10:Address>{text}</wsa10:Address></wsa10:EndpointReference></wsdl:port>"
    )
}
