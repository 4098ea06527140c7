//! The identifiers of protocol.md §0, §2.4 and §2.6, spelt here once more on purpose: the stand-in must not
//! inherit a mistake of what it checks.

pub(crate) const TRUST: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";
pub(crate) const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
pub(crate) const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
pub(crate) const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
pub(crate) const NO_PROOF_KEY: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey";

pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
pub(crate) const BEARER: &str = "urn:oasis:names:tc:SAML:1.0:cm:bearer";

pub(crate) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(crate) const IMMUTABLE_ID: &str = "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID";
pub(crate) const UPN: &str = "http://schemas.xmlsoap.org/claims/UPN";
pub(crate) const METHODS_REFERENCES: &str = "http://schemas.microsoft.com/claims/authnmethodsreferences";
pub(crate) const AUTHENTICATION_METHOD: &str =
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod";
pub(crate) const MULTIPLE: &str = "http://schemas.microsoft.com/claims/multipleauthn";
pub(crate) const PASSWORD: &str =
    "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";
