use model::IssuerUri;
use thiserror::Error;
use token::{Certificate, Signer, SigningError};
use xml::HostileCharacter;

/// The federation metadata of one issuer (WS-Federation 1.2 §3.1): where its endpoints are and which
/// certificates its tokens are to be checked with. One document per domain (protocol.md §3).
#[derive(Clone, Copy)]
pub struct FederationMetadata<'a> {
    /// The domain's issuer URI, written as `entityID` byte for byte: readers take it as the expected issuer.
    pub issuer: &'a IssuerUri,
    /// What a reader may call the service.
    pub display_name: &'a str,
    /// The absolute address of the passive endpoint.
    pub passive_address: &'a str,
    /// The absolute address of the active endpoint, if it is switched on (protocol.md §4.8).
    pub active_address: Option<&'a str>,
    /// The certificates to trust: the one that signs now, then, during a rollover, the next one (MD-03).
    pub certificates: &'a [&'a Certificate],
}

/// Why metadata cannot be published.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MetadataError {
    /// A name or an address holds a character that XML cannot carry.
    #[error(transparent)]
    HostileCharacter(#[from] HostileCharacter),
    /// The key did not sign.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// The claims on offer: URI and the words for people.
const CLAIMS: [(&str, &str, &str); 3] = [
    ("http://schemas.xmlsoap.org/claims/UPN", "UPN", "User principal name"),
    (
        "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID",
        "ImmutableID",
        "Anchor of the user in the directory",
    ),
    (
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant",
        "Authentication instant",
        "When the user authenticated",
    ),
];

/// What the signature refers to. It has to be unique in the document only, and a constant keeps the bytes, and
/// with them the `ETag`, the same from one start to the next.
const ID: &str = "_federation-metadata";

/// The declaration that the QName in `xsi:type` needs and that exclusive canonicalisation leaves out, because no
/// element or attribute name of `RoleDescriptor` uses the prefix.
const TYPE_DECLARATION: &str = r#" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706""#;

impl FederationMetadata<'_> {
    /// The signed document, UTF-8 on one line (MD-01). The signature covers its exclusive-canonical form, which
    /// is what is written but for the declaration of the type.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Vec<u8>, MetadataError> {
        let addresses = [self.passive_address, self.active_address.unwrap_or_default()];
        for text in [self.issuer.as_str(), self.display_name].into_iter().chain(addresses) {
            xml::check_characters(text)?;
        }
        let entity = self.entity_start();
        let role = self.role();
        let canonical = format!("{entity}<RoleDescriptor{role}</EntityDescriptor>");
        let signature = token::enveloped_signature(canonical.as_bytes(), ID, signer)?;
        let mut document = entity.into_bytes();
        document.extend(signature);
        document.extend(format!("<RoleDescriptor{TYPE_DECLARATION}{role}</EntityDescriptor>").bytes());
        Ok(document)
    }

    fn entity_start(&self) -> String {
        let mut out = String::from(r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ID=""#);
        out.push_str(ID);
        out.push_str(r#"" entityID=""#);
        xml::push_attribute_value(&mut out, self.issuer.as_str());
        out.push_str(r#"">"#);
        out
    }

    /// The role of a security token service, from behind the name of its element to its end tag.
    fn role(&self) -> String {
        let mut out =
            String::from(r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ServiceDisplayName=""#);
        xml::push_attribute_value(&mut out, self.display_name);
        out.push_str(concat!(
            r#"" protocolSupportEnumeration="http://docs.oasis-open.org/ws-sx/ws-trust/200512"#,
            r#" http://schemas.xmlsoap.org/ws/2005/02/trust"#,
            r#" http://docs.oasis-open.org/wsfed/federation/200706""#,
            r#" xsi:type="fed:SecurityTokenServiceType">"#,
        ));
        for certificate in self.certificates {
            push_certificate(&mut out, certificate);
        }
        push_federation_element(&mut out, "TokenTypesOffered", |out| {
            out.push_str(r#"<fed:TokenType Uri="urn:oasis:names:tc:SAML:1.0:assertion"></fed:TokenType>"#);
        });
        push_federation_element(&mut out, "ClaimTypesOffered", |out| {
            for claim in &CLAIMS {
                push_claim(out, claim);
            }
        });
        if let Some(address) = self.active_address {
            push_federation_element(&mut out, "SecurityTokenServiceEndpoint", |out| {
                push_address(out, address);
            });
        }
        push_federation_element(&mut out, "PassiveRequestorEndpoint", |out| {
            push_address(out, self.passive_address);
        });
        out.push_str("</RoleDescriptor>");
        out
    }
}

fn push_certificate(out: &mut String, certificate: &Certificate) {
    out.push_str(r#"<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">"#);
    out.push_str("<X509Data><X509Certificate>");
    out.push_str(certificate.base64());
    out.push_str("</X509Certificate></X509Data></KeyInfo></KeyDescriptor>");
}

/// Writes an element of the federation namespace. Each declares the prefix itself, as canonical form demands of
/// the first element on a path that uses it.
fn push_federation_element(out: &mut String, name: &str, content: impl FnOnce(&mut String)) {
    out.extend(["<fed:", name, TYPE_DECLARATION, ">"]);
    content(out);
    out.extend(["</fed:", name, ">"]);
}

fn push_claim(out: &mut String, (uri, name, description): &(&str, &str, &str)) {
    out.push_str(r#"<auth:ClaimType xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706""#);
    out.extend([r#" Optional="true" Uri=""#, uri, r#"">"#]);
    out.extend(["<auth:DisplayName>", name, "</auth:DisplayName>"]);
    out.extend(["<auth:Description>", description, "</auth:Description></auth:ClaimType>"]);
}

/// An endpoint whose only child is its address: some readers fail on anything behind it (MD-02).
fn push_address(out: &mut String, address: &str) {
    out.push_str(r#"<EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>"#);
    xml::push_text(out, address);
    out.push_str("</Address></EndpointReference>");
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use bergshamra::keys::loader::load_x509_cert_der;
    use bergshamra::{DsigContext, KeysManager};
    use chrono::{DateTime, Days};
    use token::{NewKey, RsaSigner};
    use xml::Element;

    use super::*;

    const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
    const FEDERATION: &str = "http://docs.oasis-open.org/wsfed/federation/200706";
    const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
    const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

    static CURRENT: LazyLock<RsaSigner> = LazyLock::new(signer);
    static NEXT: LazyLock<RsaSigner> = LazyLock::new(signer);

    fn signer() -> RsaSigner {
        let start = DateTime::UNIX_EPOCH + Days::new(20_000);
        let key = NewKey::generate(2048, "Metadata test", start, start + Days::new(900)).unwrap();
        RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap()
    }

    fn document(issuer: &str, name: &str, active: Option<&str>, certificates: &[&Certificate]) -> String {
        let metadata = FederationMetadata {
            issuer: &IssuerUri::parse(issuer).unwrap(),
            display_name: name,
            passive_address: "https://idp.contoso.example/adfs/ls/",
            active_address: active,
            certificates,
        };
        String::from_utf8(metadata.sign(&*CURRENT).unwrap()).unwrap()
    }

    fn plain() -> String {
        document("URN:contoso.example", "Countersign", None, &[CURRENT.certificate()])
    }

    fn read(document: &str) -> Element {
        xml::read::parse(document.as_bytes(), &xml::Limits::default()).unwrap()
    }

    /// By another library, with the one certificate that it trusts.
    fn verifies(document: &str, certificate: &Certificate) -> bool {
        let mut keys = KeysManager::new();
        keys.add_key(load_x509_cert_der(certificate.der()).unwrap());
        bergshamra::verify(&DsigContext::new(keys), document).is_ok_and(|result| result.is_valid())
    }

    /// MD-01: another library agrees on every canonical byte, hostile names included.
    #[test]
    fn the_signature_verifies_whatever_the_names_hold() {
        for name in ["Countersign", "R&D <\"Straße\"> ]]> 😀", "a\tb\nc\r", "{{name}} $name"] {
            let active = Some("https://idp.contoso.example/adfs/services/trust/2005/usernamemixed?a=1&b=<2>");
            let document = document("URN:contoso.example", name, active, &[CURRENT.certificate()]);
            assert!(verifies(&document, CURRENT.certificate()), "{document}");
            assert!(!verifies(&document, NEXT.certificate()));
            let role = read(&document);
            let role = role.child(METADATA, "RoleDescriptor").unwrap();
            assert_eq!(role.attribute("ServiceDisplayName"), Some(name));
        }
    }

    #[test]
    fn a_changed_document_does_not_verify() {
        let changed = plain().replace("idp.contoso.example/adfs/ls/", "idp.evil.example/adfs/ls/");
        assert!(!verifies(&changed, CURRENT.certificate()));
    }

    #[test]
    fn the_document_is_one_line_and_the_same_each_time() {
        let document = plain();
        assert!(document.starts_with("<EntityDescriptor "));
        assert!(!document.contains(['\r', '\n']));
        assert_eq!(document, plain());
    }

    /// MD-02, as `WsFederationMetadataSerializer` reads it (protocol.md §3).
    #[test]
    fn a_reader_of_dotnet_finds_issuer_role_keys_and_endpoint() {
        let document = plain();
        let entity = read(&document);
        assert!(entity.is(METADATA, "EntityDescriptor"));
        assert_eq!(entity.attribute("entityID"), Some("URN:contoso.example"));
        assert!(entity.elements().next().is_some_and(|first| first.is(SIGNATURE, "Signature")));

        let role = entity.only_child(METADATA, "RoleDescriptor").unwrap();
        let role_type = role.attribute_of("http://www.w3.org/2001/XMLSchema-instance", "type").unwrap();
        assert_eq!(role_type, "fed:SecurityTokenServiceType");
        // The prefix resolves because the element that bears the type declares it.
        let start_tag = document.split("<RoleDescriptor").nth(1).unwrap().split('>').next().unwrap();
        assert!(start_tag.contains(&format!("xmlns:fed=\"{FEDERATION}\"")));

        let endpoint = role.only_child(FEDERATION, "PassiveRequestorEndpoint").unwrap();
        let reference = endpoint.elements().collect::<Vec<_>>();
        assert!(matches!(reference[..], [only] if only.is(ADDRESSING, "EndpointReference")));
        let address = reference[0].elements().collect::<Vec<_>>();
        assert!(matches!(address[..], [only] if only.is(ADDRESSING, "Address")));
        assert_eq!(address[0].text(), "https://idp.contoso.example/adfs/ls/");
    }

    /// MD-03
    #[test]
    fn a_rollover_lists_both_certificates_and_signs_with_the_current_one() {
        let certificates = [CURRENT.certificate(), NEXT.certificate()];
        let document = document("URN:contoso.example", "Countersign", None, &certificates);
        let entity = read(&document);
        let role = entity.only_child(METADATA, "RoleDescriptor").unwrap();
        let listed: Vec<String> = role
            .children_named(METADATA, "KeyDescriptor")
            .filter(|key| key.attribute("use") == Some("signing"))
            .filter_map(|key| key.child(SIGNATURE, "KeyInfo")?.child(SIGNATURE, "X509Data"))
            .filter_map(|data| Some(data.child(SIGNATURE, "X509Certificate")?.text()))
            .collect();
        assert_eq!(listed, certificates.map(Certificate::base64));
        assert!(verifies(&document, CURRENT.certificate()));
        assert!(!verifies(&document, NEXT.certificate()));
    }

    /// protocol.md §4.8: off is not mentioned.
    #[test]
    fn the_active_endpoint_is_published_only_when_it_answers() {
        let address = "https://idp.contoso.example/adfs/services/trust/2005/usernamemixed";
        let published = |document: &str| {
            let entity = read(document);
            let role = entity.child(METADATA, "RoleDescriptor").unwrap();
            role.child(FEDERATION, "SecurityTokenServiceEndpoint").is_some()
        };
        assert!(!published(&plain()));
        let active = document("URN:contoso.example", "Countersign", Some(address), &[CURRENT.certificate()]);
        assert!(published(&active) && active.contains(address));
    }

    #[test]
    fn a_name_that_xml_cannot_carry_is_not_published() {
        let metadata = FederationMetadata {
            issuer: &IssuerUri::parse("URN:contoso.example").unwrap(),
            display_name: "a\u{1}b",
            passive_address: "https://idp.contoso.example/adfs/ls/",
            active_address: None,
            certificates: &[CURRENT.certificate()],
        };
        assert!(matches!(metadata.sign(&*CURRENT), Err(MetadataError::HostileCharacter(_))));
    }
}
