//! The real MSAL for Python, unmodified, from PyPI.

use std::process::Stdio;

use anyhow::Context;
use serde_json::Value;
use testkit::Demo;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::demo_with_tls::demo_and_assertion;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/native_clients/msal_sign_in.py");

/// Runs MSAL at a demo; gives what it got and which paths it asked for. The secret goes in by standard input.
async fn msal(demo: &Demo, arguments: &[&str], secret: &str) -> anyhow::Result<Value> {
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
