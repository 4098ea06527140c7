//! The namespaces and identifiers of protocol.md §0 and §4, spelt once. All begin with `http:`; pages that show them
//! with `https:` were rewritten by a machine.

/// SOAP 1.2.
pub(crate) const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const WSA: &str = "http://www.w3.org/2005/08/addressing";
pub(crate) const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub(crate) const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
pub(crate) const WSP: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
/// Of the header with which the Office sign-in assistant (IDCRL) introduces itself.
pub(crate) const PASSPORT: &str = "http://schemas.microsoft.com/Passport/SoapServices/PPCRL";

/// The action of every fault (WS-Addressing 1.0 SOAP Binding §6).
pub(crate) const FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
/// The type of a password that is sent as it is; one without a type is the same (UsernameToken Profile 1.0 §3.1).
pub(crate) const PASSWORD_TEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

/// What a request may call the tokens that are made here: SAML 1.1, whose namespace stayed that of 1.0.
pub(crate) const TOKEN_TYPES: [&str; 2] = [
    "urn:oasis:names:tc:SAML:1.0:assertion",
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1",
];
