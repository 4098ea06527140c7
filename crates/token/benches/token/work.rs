#![expect(clippy::disallowed_types, reason = "a row of the benchmark is the rsa crate itself")]

use std::hint::black_box;
use std::sync::Mutex;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use chrono::{DateTime, TimeDelta, Utc};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::Signer as _;
use sha2::Sha256;
use token::{
    Assertion, AssertionId, Attribute, Certificate, NewKey, ResponseFormat, RsaSigner, Signer, SigningError,
    TokenPlan,
};

/// Something that is done over and over.
pub trait Work {
    /// Does it once.
    fn run(&self);
}

/// A key in the forms in which it is compared.
pub struct Key {
    pkcs8: Vec<u8>,
    signer: RsaSigner,
}

impl Key {
    pub fn new(bits: u32) -> Self {
        let at = |text: &str| text.parse().unwrap();
        let key = NewKey::generate(bits, "Benchmark", at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
        let key = key.unwrap();
        let signer = RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap();
        Self { pkcs8: key.pkcs8.to_vec(), signer }
    }

    pub fn bits(&self) -> u32 {
        self.signer.certificate().bits()
    }

    pub fn signer(&self) -> &RsaSigner {
        &self.signer
    }

    /// How many operations of this key make up about 60 ms.
    pub fn operations(&self) -> usize {
        match self.bits() {
            2048 => 240,
            3072 => 88,
            _ => 40,
        }
    }
}

/// The limit: aws-lc's signature over a message as long as a token's `SignedInfo`, into memory that is there.
pub struct Bare {
    key: KeyPair,
    message: Vec<u8>,
}

impl Bare {
    pub fn new(key: &Key) -> Self {
        let recorder = Recorder { signer: key.signer(), message: Mutex::new(Vec::new()) };
        Page::new(&recorder, 1).run();
        let message = recorder.message.into_inner().unwrap();
        Self { key: KeyPair::from_pkcs8(&key.pkcs8).unwrap(), message }
    }
}

impl Work for Bare {
    fn run(&self) {
        let mut signature = [0; 512];
        let signature = signature.get_mut(..self.key.public_modulus_len()).unwrap();
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &self.message, signature).unwrap();
        black_box(signature);
    }
}

/// The same by the `rsa` crate, without blinding.
pub struct RsaCrate(SigningKey<Sha256>, Vec<u8>);

impl RsaCrate {
    pub fn new(key: &Key) -> Self {
        let message = Bare::new(key).message;
        Self(SigningKey::new(RsaPrivateKey::from_pkcs8_der(&key.pkcs8).unwrap()), message)
    }
}

impl Work for RsaCrate {
    fn run(&self) {
        black_box(self.0.sign(&self.1));
    }
}

/// From claims to the page that posts the token: a fresh identifier, the token, the form around it with the
/// relying party's context.
pub struct Page<'s> {
    signer: &'s dyn Signer,
    plan: TokenPlan,
    attributes: Vec<Attribute>,
    context: String,
    now: DateTime<Utc>,
}

impl<'s> Page<'s> {
    pub fn new(signer: &'s dyn Signer, claims: usize) -> Self {
        let attributes = attributes(claims);
        let now = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let id = AssertionId::random().unwrap();
        let sample = assertion(&id, &attributes, now);
        let plan = TokenPlan::compile(ResponseFormat::Trust2005, signer.certificate(), &sample).unwrap();
        let context = format!("LoginOptions=3&estsredirect=2&estsrequest={}", "rQQIARAA7kR0".repeat(60));
        Self { signer, plan, attributes, context, now }
    }
}

impl Work for Page<'_> {
    fn run(&self) {
        const HEAD: &str = include_str!("page-head.html");
        const MIDDLE: &str = "\"><input type=\"hidden\" name=\"wctx\" value=\"";
        const TAIL: &str = include_str!("page-tail.html");
        let id = AssertionId::random().unwrap();
        let token = self.plan.issue(&assertion(&id, &self.attributes, self.now), self.signer).unwrap();
        let mut context = String::with_capacity(2 * self.context.len());
        xml::push_html_attribute(&mut context, &self.context);
        let page =
            [HEAD.as_bytes(), &token.response_html, MIDDLE.as_bytes(), context.as_bytes(), TAIL.as_bytes()];
        let page = page.concat();
        black_box(page);
    }
}

fn assertion<'a>(id: &'a AssertionId, attributes: &'a [Attribute], now: DateTime<Utc>) -> Assertion<'a> {
    Assertion {
        id,
        issuer: "URN:contoso.example",
        audience: "urn:federation:MicrosoftOnline",
        name_identifier: "PSwbCl9OcWCCk6S1xtfo+Q==",
        name_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        issued_at: now,
        not_before: now - TimeDelta::seconds(30),
        not_on_or_after: now + TimeDelta::seconds(3600),
        authentication_method: "urn:oasis:names:tc:SAML:1.0:am:password",
        authentication_instant: now - TimeDelta::seconds(5),
        attributes,
    }
}

/// The claims of an ordinary token, then as many more as it takes.
fn attributes(count: usize) -> Vec<Attribute> {
    const USUAL: [(&str, &str); 8] = [
        ("http://schemas.xmlsoap.org/claims/UPN", "ada@contoso.example"),
        ("http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID", "PSwbCl9OcWCCk6S1xtfo+Q=="),
        (
            "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant",
            "2026-01-02T03:04:00.678Z",
        ),
        ("http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", "true"),
        ("http://schemas.microsoft.com/2014/03/psso", "true"),
        ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "ada@contoso.example"),
        ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "Ada"),
        ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/department", "Research & Development"),
    ];
    let more = (0..).map(|number| {
        let uri = format!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/group{number}");
        Attribute::from_claim_type(&uri, vec!["Department of <Engines>".to_owned()])
    });
    let usual = USUAL.map(|(uri, value)| Attribute::from_claim_type(uri, vec![value.to_owned()]));
    usual.into_iter().chain(more).take(count).collect()
}

/// A key that hashes what it should sign, so that what remains is everything but RSA.
pub struct Hashing<'k>(&'k Key);

impl<'k> Hashing<'k> {
    pub fn new(key: &'k Key) -> Self {
        Self(key)
    }
}

impl Signer for Hashing<'_> {
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signature.clear();
        let hash = digest(&SHA256, message);
        (0..8).for_each(|_| signature.extend_from_slice(hash.as_ref()));
        Ok(())
    }

    fn certificate(&self) -> &Certificate {
        self.0.signer().certificate()
    }
}

/// Keeps the message that it signs.
struct Recorder<'k> {
    signer: &'k RsaSigner,
    message: Mutex<Vec<u8>>,
}

impl Signer for Recorder<'_> {
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        *self.message.lock().unwrap() = message.to_vec();
        self.signer.sign(message, signature)
    }

    fn certificate(&self) -> &Certificate {
        self.signer.certificate()
    }
}
