//! Ada signs in to Microsoft 365: the token of protocol.md §2.2, and its variations.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use token::{
    Assertion, AssertionId, Attribute, IssuedToken, NewKey, ResponseFormat, RsaSigner, Signer, TokenPlan,
};
use xml::Limits;

pub const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

pub const FORMATS: [ResponseFormat; 4] = [
    ResponseFormat::Trust2005,
    ResponseFormat::Trust13,
    ResponseFormat::Active2005,
    ResponseFormat::Active13,
];

const LIMITS: Limits = Limits { bytes: 8 * 1024 * 1024, depth: 32, elements: 65_536, attributes: 16 };

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What Ada's token says; tests change it before they have it issued.
#[derive(Clone)]
pub struct Ada {
    pub id: AssertionId,
    pub issuer: String,
    pub audience: String,
    pub name_identifier: String,
    pub method: String,
    pub attributes: Vec<Attribute>,
    pub issued_at: DateTime<Utc>,
    pub not_before: DateTime<Utc>,
    pub not_on_or_after: DateTime<Utc>,
    pub authentication_instant: DateTime<Utc>,
}

impl Ada {
    /// As in protocol.md §2.2.
    pub fn signs_in() -> Self {
        let anchor = "PSwbCl9OcWCCk6S1xtfo+Q==";
        let issued_at = at("2026-01-02T03:04:05.678Z");
        let claim = |uri: &str, value: &str| Attribute::from_claim_type(uri, vec![value.to_owned()]);
        Self {
            id: AssertionId::parse("_0f0e0d0c-0b0a-4908-8706-050403020100").unwrap(),
            issuer: "URN:contoso.example".to_owned(),
            audience: "urn:federation:MicrosoftOnline".to_owned(),
            name_identifier: anchor.to_owned(),
            method: "urn:oasis:names:tc:SAML:1.0:am:password".to_owned(),
            attributes: vec![
                claim("http://schemas.xmlsoap.org/claims/UPN", "ada@contoso.example"),
                claim("http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID", anchor),
            ],
            issued_at,
            not_before: issued_at,
            not_on_or_after: issued_at + TimeDelta::seconds(3600),
            authentication_instant: at("2026-01-02T03:04:00Z"),
        }
    }

    /// The same with one more claim of these values.
    pub fn with_claim(mut self, name: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.attributes.push(Attribute::from_claim_type(&format!("http://claims.example/{name}"), values));
        self
    }

    pub fn assertion(&self) -> Assertion<'_> {
        Assertion {
            id: &self.id,
            issuer: &self.issuer,
            audience: &self.audience,
            name_identifier: &self.name_identifier,
            name_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            issued_at: self.issued_at,
            not_before: self.not_before,
            not_on_or_after: self.not_on_or_after,
            authentication_method: &self.method,
            authentication_instant: self.authentication_instant,
            attributes: &self.attributes,
        }
    }

    pub fn plan(&self, format: ResponseFormat, signer: &dyn Signer) -> TokenPlan {
        TokenPlan::compile(format, signer.certificate(), &self.assertion()).unwrap()
    }

    pub fn token(&self) -> IssuedToken {
        self.token_in(ResponseFormat::Trust2005)
    }

    pub fn token_in(&self, format: ResponseFormat) -> IssuedToken {
        self.plan(format, signer()).issue(&self.assertion(), signer()).unwrap()
    }
}

/// A key of 2048 bits, made once.
pub fn signer() -> &'static RsaSigner {
    static SIGNER: OnceLock<RsaSigner> = OnceLock::new();
    SIGNER.get_or_init(|| {
        let key = new_key(2048);
        RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap()
    })
}

/// A fresh key with a certificate that is valid whenever the tests run.
pub fn new_key(bits: u32) -> NewKey {
    let (from, to) = (at("2020-01-01T00:00:00Z"), at("2049-12-31T23:59:59Z"));
    NewKey::generate(bits, "Countersign tests", from, to).unwrap()
}

pub fn response(token: &IssuedToken) -> &str {
    std::str::from_utf8(&token.response).unwrap()
}

pub fn read(document: &str) -> xml::Element {
    xml::read::parse(document.as_bytes(), &LIMITS).unwrap()
}

/// The assertion, cut out of a response as text: what MSAL does (S43).
pub fn cut_out(response: &str) -> &str {
    let start = response.find("<saml:Assertion ").unwrap();
    let end = response.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    &response[start..end]
}

/// The assertion without its signature.
pub fn without_signature(assertion: &str) -> String {
    let start = assertion.find("<ds:Signature ").unwrap();
    let end = assertion.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    format!("{}{}", &assertion[..start], &assertion[end..])
}

/// What a browser makes of the value of an HTML attribute.
pub fn html_decoded(token: &IssuedToken) -> String {
    let html = std::str::from_utf8(&token.response_html).unwrap();
    assert!(!html.contains(['<', '>', '"', '\'', '\r', '\n']), "the escaped response breaks its attribute");
    let mut text = html.to_owned();
    for (escape, character) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        text = text.replace(escape, character);
    }
    text
}
