use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::{KeyState, Organisation, Realm};
use serde::Serialize;
use storage::Store;
use sts::ActiveAddresses;
use token::Certificate;

use super::data::PEOPLE;

/// Where the demo answers.
#[derive(Serialize)]
pub struct Addresses {
    /// Countersign's, as people use it.
    pub base_url: String,
    /// The stand-in's for Entra ID and Microsoft 365.
    pub rehearsal_url: String,
    /// The same of both with TLS, for clients that insist on it.
    pub tls_base_url: String,
    pub rehearsal_tls_url: String,
    /// What has to be trusted for these two, PEM.
    pub ca_file: PathBuf,
}

impl Addresses {
    /// Where active requestors are answered.
    pub fn active(&self) -> anyhow::Result<ActiveAddresses> {
        ActiveAddresses::at(&self.tls_base_url).context("the demo has no https address")
    }
}

/// The running demo, for programs. Keys are only ever added.
#[derive(Serialize)]
pub struct Description {
    #[serde(flatten)]
    addresses: Addresses,
    passive_url: String,
    metadata_url: String,
    mex_url: String,
    wstrust_2005_url: String,
    wstrust_13_url: String,
    realm: &'static str,
    signing_certificate_pem: String,
    data_dir: PathBuf,
    users: Vec<DescribedUser>,
    admin: DescribedAdmin,
}

/// Somebody to sign in as.
#[derive(Serialize)]
struct DescribedUser {
    upn: String,
    password: &'static str,
    immutable_id: Option<String>,
    issuer: Option<String>,
    totp_secret: Option<&'static str>,
}

/// Who will administer the demo once there is a portal.
#[derive(Serialize)]
struct DescribedAdmin {
    upn: &'static str,
    password: &'static str,
}

impl Description {
    /// Reads back what the database holds.
    pub async fn read(
        store: &Store,
        organisation: &Organisation,
        addresses: Addresses,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let keys = store.signing_keys(organisation.id).await?;
        let active =
            keys.iter().find(|key| key.state == KeyState::Active).context("the demo has lost its key")?;
        let domains = store.domains(organisation.id).await?;
        let mut users = Vec::new();
        for person in PEOPLE {
            let account = store.account(organisation.id, &person.upn.parse()?).await?;
            let user = account.with_context(|| format!("the demo has lost {}", person.upn))?.user;
            users.push(DescribedUser {
                issuer: claims::issuer_of(&user.upn, &domains).map(ToString::to_string),
                immutable_id: user.immutable_id.as_ref().map(ToString::to_string),
                upn: user.upn.to_string(),
                password: person.password,
                totp_secret: person.totp_secret,
            });
        }
        let admin = PEOPLE.get(1).context("the demo has no second person")?;
        let plain = |path: &str| format!("{}{path}", addresses.base_url);
        let secure = addresses.active()?;
        Ok(Self {
            passive_url: plain("/adfs/ls/"),
            metadata_url: plain("/FederationMetadata/2007-06/FederationMetadata.xml"),
            mex_url: secure.metadata_exchange,
            wstrust_2005_url: secure.trust_2005,
            wstrust_13_url: secure.trust_13,
            addresses,
            realm: Realm::MICROSOFT_ONLINE,
            signing_certificate_pem: Certificate::parse(&active.certificate)?.pem(),
            data_dir: fs::canonicalize(folder.join("data"))?,
            users,
            admin: DescribedAdmin { upn: admin.upn, password: admin.password },
        })
    }

    /// Writes the document in one step, so that whoever waits for the file never reads half of it.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let unfinished = file.with_extension("unfinished");
        fs::write(&unfinished, serde_json::to_vec_pretty(self)?)
            .and_then(|()| fs::rename(&unfinished, file))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// What a person reads who has just started the demo.
    pub fn welcome(&self) -> String {
        let Addresses { base_url, rehearsal_url, tls_base_url, rehearsal_tls_url, ca_file } = &self.addresses;
        let mut text = format!(
            "Countersign answers at {base_url}; the stand-in for Microsoft 365 at {rehearsal_url}.\n\n\
             Open {rehearsal_url}/ and sign in as one of these:\n\n"
        );
        for person in PEOPLE {
            let _ = writeln!(text, "  {:<26} {:<24} {}", person.upn, person.password, person.shows);
            if let Some(secret) = person.totp_secret {
                let _ = writeln!(text, "  {:<26} {:<24} the app's secret: {secret}", "", "");
            }
        }
        let _ = write!(
            text,
            "\nYou come back to a page that shows what Entra ID would have checked, one by one.\n\
             Then try: a wrong password; Sign out; {}\n\
             With TLS, for clients that insist on it: {tls_base_url} and {rehearsal_tls_url}. Trust the authority\n\
             {} for them, for example by curl --cacert or REQUESTS_CA_BUNDLE;\n\
             it signed their certificate, may speak for this machine only, and its key is gone.\n\
             Limits on failed sign-ins are a hundred times larger here than in earnest, forwarded headers are ignored,\n\
             and nothing of this demo can be used by `countersign serve`. Data: {}. Ctrl-C stops it.",
            self.metadata_url,
            ca_file.display(),
            self.data_dir.display()
        );
        text
    }
}
