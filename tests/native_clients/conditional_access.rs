//! What Entra ID demands by itself, set at the stand-in, and what that opens to programs.

use serde_json::Value;
use testkit::Demo;

use crate::COUNTERSIGN;
use crate::curl::Curl;
use crate::msal::msal;

/// Sets what the tenant demands of Contoso's people, and where it is collected.
async fn demand(demo: &Demo, curl: &Curl, demand: &str, behavior: &str) -> anyhow::Result<()> {
    let page = format!("{}/conditional-access", demo.description.rehearsal_tls_url);
    let fields =
        ["domain=contoso.example".to_owned(), format!("demand={demand}"), format!("behavior={behavior}")];
    let arguments: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field.as_str()]).collect();
    assert_eq!(curl.ask(&page, &arguments).await?.status, 303);
    Ok(())
}

/// What MSAL gets for Katherine, who has a second factor and gives her password alone.
async fn katherine(demo: &Demo) -> anyhow::Result<Value> {
    let katherine = demo.person("katherine")?;
    Ok(msal(demo, &["password", "13", &katherine.upn], &katherine.password).await?["result"].take())
}

/// protocol.md §4.8 (a), (b), (c): a password alone is enough for somebody with a second factor only while Entra ID
/// demands one by itself and sends people here for it. What Entra ID demands is still missing then, and it says so.
#[tokio::test]
async fn a_password_is_enough_where_entra_collects_the_second_factor_here() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let refused = katherine(&demo).await?;
    assert!(refused["error_description"].as_str().is_some_and(|why| why.contains("FailedAuthentication")));

    for (demanded, behavior) in [
        ("yes", ""),
        ("yes", "acceptIfMfaDoneByFederatedIdp"),
        ("yes", "rejectMfaByFederatedIdp"),
        ("no", "enforceMfaByFederatedIdp"),
        ("", "enforceMfaByFederatedIdp"),
    ] {
        demand(&demo, &curl, demanded, behavior).await?;
        assert_eq!(katherine(&demo).await?, refused, "{demanded} {behavior}");
    }

    demand(&demo, &curl, "yes", "enforceMfaByFederatedIdp").await?;
    let result = katherine(&demo).await?;
    assert_eq!(result["error"], "interaction_required", "{result:#}");
    assert_eq!(result["error_codes"], serde_json::json!([50079]), "{result:#}");
    Ok(())
}
