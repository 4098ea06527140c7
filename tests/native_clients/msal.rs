//! The real MSAL for Python, unmodified, from PyPI.

use std::process::Stdio;

use anyhow::Context;
use serde_json::Value;
use testkit::Demo;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::COUNTERSIGN;
use crate::demo_with_tls::demo_and_assertion;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/native_clients/msal_sign_in.py");

/// Runs MSAL at a demo; gives what it got and which paths it asked for. The secret goes in by standard input.
pub async fn msal(demo: &Demo, arguments: &[&str], secret: &str) -> anyhow::Result<Value> {
    let python = std::env::var_os("COUNTERSIGN_TEST_PYTHON")
        .context("COUNTERSIGN_TEST_PYTHON names no Python with msal; run `cargo xtask test`")?;
    let mut running = Command::new(python)
        .arg(SCRIPT)
        .arg(demo.describe_file())
        .args(arguments)
        .env("REQUESTS_CA_BUNDLE", &demo.description.ca_file)
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    running.stdin.take().context("no standard input")?.write_all(secret.as_bytes()).await?;
    let output = running.wait_with_output().await?;
    serde_json::from_slice(&output.stdout).with_context(|| format!("MSAL ended with {}", output.status))
}

#[tokio::test]
async fn msal_takes_the_authority_and_the_token_of_the_stand_in() -> anyhow::Result<()> {
    let (demo, _, assertion) = demo_and_assertion().await?;
    let told = msal(&demo, &["assertion"], &assertion).await?;
    let result = &told["result"];
    assert_eq!(result["id_token_claims"]["preferred_username"], "ada@contoso.example", "{told:#}");
    assert_eq!(told["asked"][0], "/contoso.example/v2.0/.well-known/openid-configuration");

    let told = msal(&demo, &["assertion"], &assertion).await?;
    assert_eq!(told["result"]["error"], "invalid_grant");
    Ok(())
}

/// MEX-01, WST-01, WST-02: discovery, MEX, WS-Trust of either version and the token endpoint, over TLS.
#[tokio::test]
async fn msal_signs_in_by_name_and_password_through_either_version() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let ada = demo.person("ada")?;
    for (version, road) in [
        ("13", &["/adfs/services/trust/mex", "/adfs/services/trust/13/usernamemixed"][..]),
        ("2005", &["/adfs/services/trust/2005/usernamemixed"]),
    ] {
        let told = msal(&demo, &["password", version, &ada.upn], &ada.password).await?;
        assert_eq!(told["result"]["id_token_claims"]["preferred_username"], *ada.upn, "{told:#}");
        let asked = told["asked"].as_array().context("nothing was asked")?;
        let road: Vec<_> = road.iter().map(|path| Value::from(*path)).collect();
        assert_eq!(asked.get(2..asked.len() - 1), Some(road.as_slice()), "{told:#}");
    }
    Ok(())
}

/// WST-04, WST-05: MSAL understands the fault, which is the same for a wrong password, nobody and a disabled person.
#[tokio::test]
async fn msal_understands_a_refusal() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let dan = demo.person("dan")?;
    let mut refusals = Vec::new();
    for (upn, password) in [
        ("ada@contoso.example", "wrong"),
        ("nobody@contoso.example", "wrong"),
        (dan.upn.as_str(), dan.password.as_str()),
    ] {
        refusals.push(msal(&demo, &["password", "13", upn], password).await?["result"].take());
    }
    let words = refusals[0]["error_description"].as_str().unwrap_or_default();
    assert!(words.contains("FailedAuthentication"), "{words}");
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:#?}");
    Ok(())
}

/// A domain whose active road is off: MSAL has nowhere to go with the password, and sends it nowhere.
#[tokio::test]
async fn msal_finds_no_road_where_it_is_off() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let fatima = demo.person("fatima")?;
    let told = msal(&demo, &["password", "13", &fatima.upn], &fatima.password).await?;
    assert_eq!(told["result"]["error"], "ValueError", "{told:#}");
    assert_eq!(told["asked"].as_array().map(Vec::len), Some(2), "{told:#}");
    Ok(())
}
