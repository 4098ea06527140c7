use std::sync::Arc;

use model::{KeyState, OrganisationId};
use storage::Store;
use token::{Certificate, RsaSigner, Signer, self_test};

use crate::StsError;

/// The signing keys of one organisation: the one that signs, and the certificates to publish (S72, MD-03).
pub struct KeyRing {
    active: Arc<RsaSigner>,
    thumbprint: String,
    published: Vec<Certificate>,
}

impl KeyRing {
    /// Opens the active key and tries it: no key signs a token before a signature of it was verified (S43).
    pub async fn load(store: &Store, organisation: OrganisationId) -> Result<Self, StsError> {
        let records = store.signing_keys(organisation).await?;
        let unusable = |what: &str| StsError::Unavailable(format!("the signing keys cannot be used: {what}"));
        let active = records.iter().find(|record| record.state == KeyState::Active).ok_or_else(|| {
            unusable("none is active; run `countersign key new` and `countersign key activate`")
        })?;
        let private = store.private_key(organisation, active.id).await?;
        let private =
            private.ok_or_else(|| unusable(&format!("key {} has lost its private half", active.id)))?;
        let signer = RsaSigner::from_pkcs8(&private, &active.certificate)
            .map_err(|error| unusable(&format!("key {}: {error}", active.id)))?;
        self_test(&signer).map_err(|error| unusable(&format!("key {}: {error}", active.id)))?;

        let mut published = vec![signer.certificate().clone()];
        for record in records.iter().filter(|record| record.state == KeyState::Next) {
            let certificate = Certificate::parse(&record.certificate)
                .map_err(|error| unusable(&format!("certificate {}: {error}", record.id)))?;
            published.push(certificate);
        }
        Ok(Self { thumbprint: signer.certificate().thumbprint(), active: Arc::new(signer), published })
    }

    /// The key that signs.
    pub fn signer(&self) -> Arc<RsaSigner> {
        Arc::clone(&self.active)
    }

    /// The certificate of the key that signs.
    pub fn certificate(&self) -> &Certificate {
        self.active.certificate()
    }

    /// Its thumbprint, as the ledger shows it.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The certificates that relying parties may meet: current first, then the next ones.
    pub fn published(&self) -> impl Iterator<Item = &Certificate> {
        self.published.iter()
    }
}
