//! The namespaces and algorithm identifiers of protocol.md §0 and §2.6, spelt once. All begin with `http:`; pages
//! that show them with `https:` were rewritten by a machine.

pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
pub(crate) const BEARER: &str = "urn:oasis:names:tc:SAML:1.0:cm:bearer";

pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(crate) const TRUST_2005: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";
pub(crate) const TRUST_13: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
pub(crate) const NO_PROOF_KEY: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey";
pub(crate) const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
pub(crate) const WSP: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
pub(crate) const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// How a reference to an assertion names its kind and its identifier (SAML Token Profile 1.1 §3.4, 1.0 §3.3).
pub(crate) const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub(crate) const WSSE_11: &str = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
pub(crate) const SAML_11_TOKEN: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1";
pub(crate) const SAML_ASSERTION_ID: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
