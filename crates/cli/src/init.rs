//! `countersign init`: an installation from nothing, in one transaction.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use anyhow::bail;
use clap::Args;
use model::{
    ApplicationKind, Clock, KeyState, Organisation, OrganisationId, Realm, ReplyAddress, Role, RoleId,
    SystemClock,
};
use serde_json::json;
use storage::{Sealer, Store};

use crate::output::Output;
use crate::workplace::{open_store, operator_did, read_configuration};
use crate::{app, key, passkey_domain};

/// The role whose members may use Microsoft 365, by the classic product's name.
pub const FIRST_ROLE: &str = "Office 365 Email Integration Users";

/// Where Entra ID takes tokens, worldwide.
pub const MICROSOFT_LOGIN: &str = "https://login.microsoftonline.com/login.srf";

/// The accent of an organisation that has not chosen one.
const ACCENT: &str = "#2b54cc";

#[derive(Args)]
pub struct Init {
    /// The organisation's name, as people see it.
    #[arg(long, default_value = "My organisation")]
    name: String,
    /// RSA modulus length of the signing key: 2048, 3072 or 4096.
    #[arg(long, default_value_t = 3072)]
    bits: u32,
    /// The domain that passkeys are bound to, for ever: the host of the base URL, or a domain above it, so that the
    /// server may move to a neighbouring host. By default the host itself.
    #[arg(long, value_name = "DOMAIN")]
    passkey_domain: Option<String>,
}

impl Init {
    pub async fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<()> {
        let settings = read_configuration(config)?.settings;
        let passkey_domain = passkey_domain::chosen(&settings.base_url, self.passkey_domain.as_deref())?;
        DirBuilder::new().recursive(true).mode(0o700).create(&settings.data)?;
        let sealer = Sealer::open_or_create(&settings.key_file)?;
        let store = open_store(&settings, sealer).await?;
        if !store.organisations().await?.is_empty() {
            bail!("this installation has an organisation already; nothing was changed");
        }
        let organisation = Organisation {
            id: OrganisationId::new(),
            name: self.name,
            host: None,
            passkey_domain,
            accent: ACCENT.to_owned(),
            demo: false,
            created_at: SystemClock.now(),
        };
        let reply = vec![ReplyAddress::parse(MICROSOFT_LOGIN)?];
        furnish(&store, &organisation, self.bits, reply).await?;
        let sentence = format!(
            "{} is ready: the role \u{201c}{FIRST_ROLE}\u{201d}, the application \u{201c}Microsoft 365\u{201d} and a signing key.\n\
             {}\n\
             Next:\n\
             \x20 countersign domain add contoso.example\n\
             \x20 countersign user add --upn ada@contoso.example --role \"{FIRST_ROLE}\"\n\
             \x20 countersign doctor\n\
             \x20 countersign serve",
            organisation.name,
            passkey_domain::told(organisation.passkey_domain.as_deref()),
        );
        output.done(&sentence, &organisation)
    }
}

/// Writes an organisation with its first role, Microsoft 365, the grant between them and a signing key.
pub async fn furnish(
    store: &Store,
    organisation: &Organisation,
    bits: u32,
    reply_addresses: Vec<ReplyAddress>,
) -> anyhow::Result<RoleId> {
    let role = Role { id: RoleId::new(), organisation: organisation.id, name: FIRST_ROLE.to_owned() };
    let kind = ApplicationKind::Microsoft365;
    let application =
        app::new(organisation, kind, "Microsoft 365", Realm::MICROSOFT_ONLINE, reply_addresses)?;
    let (record, private) = key::generate(organisation, bits, KeyState::Active, organisation.created_at)?;
    let mut transaction = store.begin().await?;
    transaction.insert_organisation(organisation).await?;
    transaction.insert_role(&role).await?;
    transaction.insert_application(&application).await?;
    transaction.grant(organisation.id, application.id, role.id).await?;
    transaction.insert_signing_key(&record, &private.pkcs8).await?;
    transaction.record(&operator_did(organisation, "init", json!({ "key": record.id }))).await?;
    transaction.commit().await?;
    Ok(role.id)
}
