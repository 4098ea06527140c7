//! Federation metadata over HTTP.

use reqwest::Method;
use reqwest::header::{HeaderMap, IF_NONE_MATCH};
use testkit::Visitor;

use crate::demo;

/// MD-01: anonymous, at any spelling of the path, one line, with an entity tag that works.
#[tokio::test]
async fn metadata_is_published_at_any_spelling_of_its_path() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    let base = &demo.description.base_url;
    for path in [
        "/FederationMetadata/2007-06/FederationMetadata.xml",
        "/federationmetadata/2007-06/federationmetadata.xml",
        "/FEDERATIONMETADATA/2007-06/FEDERATIONMETADATA.XML",
    ] {
        let page = visitor.get(&format!("{base}{path}")).await?;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains(r#"entityID="URN:contoso.example""#));
        assert!(!page.body.contains('\n'));

        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, page.header("etag").parse()?);
        let again = visitor.send(Method::GET, &format!("{base}{path}"), headers, None).await?;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));
    }
    Ok(())
}

/// One document per domain, and none for a domain that is not the organisation's.
#[tokio::test]
async fn each_domain_has_a_document_of_its_own() -> anyhow::Result<()> {
    let demo = demo().await?;
    let visitor = Visitor::new()?;
    let address = &demo.description.metadata_url;
    let fabrikam = visitor.get(&format!("{address}?domain=fabrikam.example")).await?;
    assert!(fabrikam.body.contains(r#"entityID="URN:fabrikam.example""#));
    assert_eq!(visitor.get(&format!("{address}?domain=evil.example")).await?.status, 404);
    Ok(())
}
