//! TOK-01: the OASIS schema of SAML 1.1 takes the assertion.

use std::path::Path;

use crate::sample::{Ada, FORMATS, cut_out, response};
use crate::tools::{Folder, run};

/// Debian's copies (opensaml-schemas, xmltooling-schemas). The schema of signatures is imported first, so that nobody
/// looks for it on the network.
const SCHEMA: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.w3.org/2000/09/xmldsig#"
             schemaLocation="/usr/share/xml/xmltooling/xmldsig-core-schema.xsd"/>
  <xs:import namespace="urn:oasis:names:tc:SAML:1.0:assertion"
             schemaLocation="/usr/share/xml/opensaml/cs-sstc-schema-assertion-1.1.xsd"/>
</xs:schema>"#;

fn is_valid(assertion: &str) -> bool {
    let folder = Folder::new();
    let schema = folder.write("token.xsd", SCHEMA);
    let file = folder.write("token.xml", assertion);
    let arguments = ["--nonet", "--noout", "--schema", schema.to_str().unwrap()];
    let output = run(Path::new("xmllint"), &arguments, &[file]);
    // 3 and 4: the document breaks the schema. Anything else but success is a broken test.
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3 | 4)), "{}", String::from_utf8_lossy(&output.stderr));
    code == Some(0)
}

#[test]
fn the_schema_of_saml_takes_the_assertion() {
    let many = Ada::signs_in().with_claim("groups", &["a", "b & c", "<d>"]).with_claim("note", &["😀\r\n"]);
    for ada in [Ada::signs_in(), many] {
        for format in FORMATS {
            assert!(is_valid(cut_out(response(&ada.token_in(format)))));
        }
    }
}

#[test]
fn the_schema_would_notice_statements_out_of_order() {
    let token = Ada::signs_in().token();
    let assertion = cut_out(response(&token));
    let start = assertion.find("<saml:Conditions").unwrap();
    let end = assertion.find("<saml:AttributeStatement").unwrap();
    let (conditions, rest) = (&assertion[start..end], &assertion[end..]);
    let late = rest.replace("</saml:AttributeStatement>", &format!("</saml:AttributeStatement>{conditions}"));
    assert!(!is_valid(&format!("{}{late}", &assertion[..start])));
}
