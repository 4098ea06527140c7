use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use xml::Element;

use crate::instant;
use crate::names::{AUTHENTICATION_METHOD, METHODS_REFERENCES, SAML, SIGNATURE};
use crate::report::Claim;

/// An assertion as it is read, before anything about it is believed. What is not there reads as nothing.
#[derive(Clone, Copy)]
pub(crate) struct Assertion<'e>(pub(crate) &'e Element);

impl<'e> Assertion<'e> {
    pub(crate) fn id(self) -> &'e str {
        self.0.attribute("AssertionID").unwrap_or_default()
    }

    pub(crate) fn issuer(self) -> &'e str {
        self.0.attribute("Issuer").unwrap_or_default()
    }

    /// From when, and until before when, it is valid.
    pub(crate) fn window(self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let conditions = self.0.child(SAML, "Conditions")?;
        let bound = |name| instant::parse(conditions.attribute(name)?);
        Some((bound("NotBefore")?, bound("NotOnOrAfter")?))
    }

    /// When it was issued.
    pub(crate) fn issue_instant(self) -> Option<DateTime<Utc>> {
        instant::parse(self.0.attribute("IssueInstant")?)
    }

    /// When the person authenticated.
    pub(crate) fn authentication_instant(self) -> Option<DateTime<Utc>> {
        instant::parse(self.0.child(SAML, "AuthenticationStatement")?.attribute("AuthenticationInstant")?)
    }

    pub(crate) fn audience(self) -> Option<String> {
        let conditions = self.0.child(SAML, "Conditions")?;
        let restriction = conditions.only_child(SAML, "AudienceRestrictionCondition")?;
        Some(restriction.only_child(SAML, "Audience")?.text())
    }

    pub(crate) fn name_identifier(self) -> Option<String> {
        let subject = self.0.child(SAML, "AttributeStatement")?.child(SAML, "Subject")?;
        Some(subject.child(SAML, "NameIdentifier")?.text())
    }

    /// The certificate that the signature names, DER.
    pub(crate) fn certificate(self) -> Option<Vec<u8>> {
        let info = self.0.only_child(SIGNATURE, "Signature")?.only_child(SIGNATURE, "KeyInfo")?;
        let data = info.only_child(SIGNATURE, "X509Data")?;
        BASE64_STANDARD.decode(data.only_child(SIGNATURE, "X509Certificate")?.text()).ok()
    }

    /// The values of a claim.
    pub(crate) fn values(self, claim_type: &str) -> Vec<String> {
        let claims = self.attributes().filter(|claim| claim.claim_type == claim_type);
        claims.flat_map(|claim| claim.values).collect()
    }

    /// Every place where a token can say how the person authenticated (protocol.md §2.4).
    pub(crate) fn methods(self) -> Vec<String> {
        let statement = self.0.child(SAML, "AuthenticationStatement");
        let method = statement.and_then(|statement| statement.attribute("AuthenticationMethod"));
        let mut methods: Vec<String> = method.map(str::to_owned).into_iter().collect();
        for claim_type in [METHODS_REFERENCES, AUTHENTICATION_METHOD] {
            methods.extend(self.values(claim_type));
        }
        methods.sort();
        methods.dedup();
        methods
    }

    /// All that the assertion claims, for the table.
    pub(crate) fn claims(self) -> Vec<Claim> {
        let statement = self.0.child(SAML, "AuthenticationStatement");
        let attribute = |name: &str| statement.and_then(|statement| statement.attribute(name));
        let parts = [
            ("Issuer", self.0.attribute("Issuer").map(str::to_owned)),
            ("NameIdentifier", self.name_identifier()),
            ("AuthenticationMethod", attribute("AuthenticationMethod").map(str::to_owned)),
            ("AuthenticationInstant", attribute("AuthenticationInstant").map(str::to_owned)),
        ];
        let parts = parts.into_iter().filter_map(|(name, value)| {
            value.map(|value| Claim { claim_type: name.to_owned(), values: vec![value] })
        });
        parts.chain(self.attributes()).collect()
    }

    fn attributes(self) -> impl Iterator<Item = Claim> {
        let statements = self.0.children_named(SAML, "AttributeStatement");
        statements.flat_map(|statement| statement.children_named(SAML, "Attribute")).map(|attribute| {
            let part = |name| attribute.attribute(name).unwrap_or_default();
            Claim {
                claim_type: format!("{}/{}", part("AttributeNamespace"), part("AttributeName")),
                values: attribute.children_named(SAML, "AttributeValue").map(Element::text).collect(),
            }
        })
    }
}
