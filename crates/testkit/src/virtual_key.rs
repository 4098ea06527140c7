use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use crate::Browser;

/// Chromium's own virtual authenticator: a security key that the browser pretends to have, which asks nobody.
///
/// It is of the browser's makers and knows nothing of this house (WebAuthn Level 3, section 12).
pub struct VirtualKey<'a> {
    browser: &'a Browser,
    id: String,
}

impl Browser {
    /// Plugs a key in that keeps passkeys and verifies its user without asking.
    pub async fn plug_in_key(&self) -> anyhow::Result<VirtualKey<'_>> {
        let tools = self.window.cdp();
        tools.send_raw("WebAuthn.enable", json!({ "enableUI": false })).await?;
        let options = json!({
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        });
        let added = tools.send_raw("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await?;
        let id = added["authenticatorId"].as_str().context("no authenticator was made")?.to_owned();
        Ok(VirtualKey { browser: self, id })
    }
}

impl VirtualKey<'_> {
    /// The passkeys that it holds.
    pub async fn passkeys(&self) -> anyhow::Result<Vec<Value>> {
        let found = self.ask("getCredentials", json!({})).await?;
        Ok(found["credentials"].as_array().cloned().unwrap_or_default())
    }

    /// Lets it verify its user from now on, or fail to.
    pub async fn verifies(&self, verifies: bool) -> anyhow::Result<()> {
        self.ask("setUserVerified", json!({ "isUserVerified": verifies })).await.map(drop)
    }

    /// Lets its user touch it whenever it is asked, or not at all. While it answers, it also answers the browser's own
    /// question for the names that it proposes: the page of a sign-in goes on as soon as it has come.
    pub async fn answers(&self, answers: bool) -> anyhow::Result<()> {
        self.ask("setAutomaticPresenceSimulation", json!({ "enabled": answers })).await.map(drop)
    }

    async fn ask(&self, what: &str, mut parameters: Value) -> anyhow::Result<Value> {
        let members = parameters.as_object_mut().ok_or_else(|| anyhow!("no parameters"))?;
        members.insert("authenticatorId".to_owned(), self.id.as_str().into());
        Ok(self.browser.window.cdp().send_raw(&format!("WebAuthn.{what}"), parameters).await?)
    }
}
