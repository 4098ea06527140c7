use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::{KeyState, Organisation, Realm};
use serde::Serialize;
use storage::Store;
use token::Certificate;

use super::data::PEOPLE;

/// The running demo, for programs. Keys are only ever added.
#[derive(Serialize)]
pub struct Description {
    base_url: String,
    passive_url: String,
    metadata_url: String,
    rehearsal_url: String,
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
    totp_secret: Option<String>,
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
        base_url: &str,
        rehearsal_url: &str,
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
                totp_secret: None,
            });
        }
        let admin = PEOPLE.get(1).context("the demo has no second person")?;
        Ok(Self {
            passive_url: format!("{base_url}/adfs/ls/"),
            metadata_url: format!("{base_url}/FederationMetadata/2007-06/FederationMetadata.xml"),
            base_url: base_url.to_owned(),
            rehearsal_url: rehearsal_url.to_owned(),
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
        let mut text = format!(
            "Countersign answers at {}; the stand-in for Microsoft 365 at {}.\n\n\
             Open {}/ and sign in as one of these:\n\n",
            self.base_url, self.rehearsal_url, self.rehearsal_url
        );
        for person in PEOPLE {
            let _ = writeln!(text, "  {:<24} {:<24} {}", person.upn, person.password, person.shows);
        }
        let _ = write!(
            text,
            "\nYou come back to a page that shows what Entra ID would have checked, one by one.\n\
             Then try: a wrong password; Sign out; {}\n\
             Limits on failed sign-ins are a hundred times larger here than in earnest, forwarded headers are ignored,\n\
             and nothing of this demo can be used by `countersign serve`. Data: {}. Ctrl-C stops it.",
            self.metadata_url,
            self.data_dir.display()
        );
        text
    }
}
