use super::template::{Slot, Template};
use super::{ResponseFormat, TokenError};
use crate::names::{
    BEARER, NO_PROOF_KEY, SAML, SAML_11_TOKEN, SAML_ASSERTION_ID, TRUST_13, TRUST_2005, WSA, WSP, WSSE,
    WSSE_11, WSU,
};
use crate::{Assertion, Certificate, signature};

/// The end of an assertion, which belongs to its digest although the signature stands before it.
pub(super) const ASSERTION_END: &str = "</saml:Assertion>";

/// The response in the pieces in which it is written. What is signed is in exclusive-canonical form: namespaces
/// first, attributes in order, no empty-element tags, no white space (protocol.md §2).
#[derive(Clone)]
pub(super) struct Layout {
    /// Up to the assertion.
    pub(super) envelope_start: Template,
    /// The assertion without signature and end.
    pub(super) assertion: Template,
    /// Up to the content of `SignedInfo`.
    pub(super) signature_start: Template,
    /// That content up to the digest.
    pub(super) reference: Template,
    /// That content from behind the digest.
    pub(super) reference_end: Template,
    /// Up to the signature's value.
    pub(super) before_value: Template,
    /// From behind the signature's value to the end.
    pub(super) envelope_end: Template,
}

impl Layout {
    pub(super) fn new(
        format: ResponseFormat,
        certificate: &Certificate,
        sample: &Assertion<'_>,
    ) -> Result<Self, TokenError> {
        let mut reference = Template::of_markup(&signature::before_reference());
        reference.slot(Slot::Id);
        reference.markup(&signature::before_digest());

        let envelope = Envelope::of(format);
        let mut envelope_end = Template::of_markup(&signature::after_value(certificate));
        envelope_end.markup(ASSERTION_END);
        envelope.end(&mut envelope_end);

        Ok(Self {
            envelope_start: envelope.start(sample.audience)?,
            assertion: assertion(sample)?,
            signature_start: Template::of_markup(&signature::start()),
            reference,
            reference_end: Template::of_markup(signature::AFTER_DIGEST),
            before_value: Template::of_markup(signature::BEFORE_VALUE),
            envelope_end,
        })
    }

    /// How long all literals are, raw and escaped.
    pub(super) fn literal_lengths(&self) -> (usize, usize) {
        let Self { envelope_start, assertion, signature_start, reference, .. } = self;
        let Self { reference_end, before_value, envelope_end, .. } = self;
        [envelope_start, assertion, signature_start, reference, reference_end, before_value, envelope_end]
            .into_iter()
            .map(Template::literal_lengths)
            .fold((0, 0), |(raw, html), lengths| (raw + lengths.0, html + lengths.1))
    }
}

/// protocol.md §2.2: Conditions, the statements in the order of AD FS, then the signature.
fn assertion(sample: &Assertion<'_>) -> Result<Template, TokenError> {
    let mut out = Template::of_markup(&format!("<saml:Assertion xmlns:saml=\"{SAML}\" AssertionID=\""));
    out.slot(Slot::Id);
    out.markup("\" IssueInstant=\"");
    out.slot(Slot::IssuedAt);
    out.markup("\" Issuer=\"");
    out.slot(Slot::Issuer);
    out.markup("\" MajorVersion=\"1\" MinorVersion=\"1\"><saml:Conditions NotBefore=\"");
    out.slot(Slot::NotBefore);
    out.markup("\" NotOnOrAfter=\"");
    out.slot(Slot::NotOnOrAfter);
    out.markup("\"><saml:AudienceRestrictionCondition><saml:Audience>");
    out.text("the audience", sample.audience)?;
    out.markup(
        "</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions><saml:AttributeStatement>",
    );
    subject(&mut out, sample.name_format)?;
    for (position, attribute) in sample.attributes.iter().enumerate() {
        out.markup("<saml:Attribute AttributeName=\"");
        out.attribute("the name of a claim", &attribute.name)?;
        out.markup("\" AttributeNamespace=\"");
        out.attribute("the namespace of a claim", &attribute.namespace)?;
        out.markup("\">");
        for value in 0..attribute.values.len() {
            out.markup("<saml:AttributeValue>");
            out.slot(Slot::Value(position, value));
            out.markup("</saml:AttributeValue>");
        }
        out.markup("</saml:Attribute>");
    }
    out.markup("</saml:AttributeStatement><saml:AuthenticationStatement AuthenticationInstant=\"");
    out.slot(Slot::AuthenticationInstant);
    out.markup("\" AuthenticationMethod=\"");
    out.slot(Slot::AuthenticationMethod);
    out.markup("\">");
    subject(&mut out, sample.name_format)?;
    out.markup("</saml:AuthenticationStatement>");
    Ok(out)
}

/// The subject, the same in both statements (TOK-06).
fn subject(out: &mut Template, name_format: &str) -> Result<(), TokenError> {
    out.markup("<saml:Subject><saml:NameIdentifier Format=\"");
    out.attribute("the name format", name_format)?;
    out.markup("\">");
    out.slot(Slot::NameIdentifier);
    out.markup("</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>");
    out.markup(BEARER);
    out.markup("</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject>");
    Ok(())
}

/// The response around the assertion (protocol.md §2.1, §4.5), children in the order of AD FS.
struct Envelope {
    prefix: &'static str,
    namespace: &'static str,
    key_type: String,
    collection: bool,
    references: bool,
}

impl Envelope {
    fn of(format: ResponseFormat) -> Self {
        let references = format.is_active();
        match format {
            ResponseFormat::Trust2005 | ResponseFormat::Active2005 => Self {
                prefix: "t",
                namespace: TRUST_2005,
                key_type: NO_PROOF_KEY.to_owned(),
                collection: false,
                references,
            },
            ResponseFormat::Trust13 | ResponseFormat::Active13 => Self {
                prefix: "trust",
                namespace: TRUST_13,
                key_type: format!("{TRUST_13}/Bearer"),
                collection: true,
                references,
            },
        }
    }

    fn start(&self, audience: &str) -> Result<Template, TokenError> {
        let Self { prefix, namespace, .. } = self;
        let response = format!("{prefix}:RequestSecurityTokenResponse");
        let declared = format!(" xmlns:{prefix}=\"{namespace}\"");
        let mut out = if self.collection {
            Template::of_markup(&format!("<{response}Collection{declared}><{response}>"))
        } else {
            Template::of_markup(&format!("<{response}{declared}>"))
        };
        out.markup(&format!("<{prefix}:Lifetime><wsu:Created xmlns:wsu=\"{WSU}\">"));
        out.slot(Slot::NotBefore);
        out.markup(&format!("</wsu:Created><wsu:Expires xmlns:wsu=\"{WSU}\">"));
        out.slot(Slot::NotOnOrAfter);
        out.markup(&format!(
            "</wsu:Expires></{prefix}:Lifetime><wsp:AppliesTo xmlns:wsp=\"{WSP}\">\
             <wsa:EndpointReference xmlns:wsa=\"{WSA}\"><wsa:Address>"
        ));
        out.text("the audience", audience)?;
        out.markup(&format!(
            "</wsa:Address></wsa:EndpointReference></wsp:AppliesTo><{prefix}:RequestedSecurityToken>"
        ));
        Ok(out)
    }

    fn end(&self, out: &mut Template) {
        let Self { prefix, namespace, key_type, .. } = self;
        out.markup(&format!("</{prefix}:RequestedSecurityToken>"));
        if self.references {
            self.reference(out, "RequestedAttachedReference");
            self.reference(out, "RequestedUnattachedReference");
        }
        out.markup(&format!(
            "<{prefix}:TokenType>{SAML}</{prefix}:TokenType>\
             <{prefix}:RequestType>{namespace}/Issue</{prefix}:RequestType>\
             <{prefix}:KeyType>{key_type}</{prefix}:KeyType></{prefix}:RequestSecurityTokenResponse>"
        ));
        if self.collection {
            out.markup(&format!("</{prefix}:RequestSecurityTokenResponseCollection>"));
        }
    }

    /// How the client may point to the token once it uses it, inside a message or from outside: by its identifier.
    fn reference(&self, out: &mut Template, name: &str) {
        let prefix = self.prefix;
        out.markup(&format!(
            "<{prefix}:{name}><o:SecurityTokenReference xmlns:k=\"{WSSE_11}\" xmlns:o=\"{WSSE}\" \
             k:TokenType=\"{SAML_11_TOKEN}\"><o:KeyIdentifier ValueType=\"{SAML_ASSERTION_ID}\">"
        ));
        out.slot(Slot::Id);
        out.markup(&format!("</o:KeyIdentifier></o:SecurityTokenReference></{prefix}:{name}>"));
    }
}
