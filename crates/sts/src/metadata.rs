use std::sync::Arc;

use wsfed::FederationMetadata;

use crate::organisation_view::OrganisationView;
use crate::{SecurityTokenService, StsError};
use model::OrganisationId;

/// A signed document, as it is served.
#[derive(Debug)]
pub struct Document {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// A strong entity tag, with its quotes.
    pub etag: String,
}

impl SecurityTokenService {
    /// The federation metadata of an organisation's domain, by default its first (MD-01, protocol.md §3); none when
    /// it has no such domain. Signed once, then served from memory until something of the organisation changes.
    pub async fn metadata(
        &self,
        organisation: OrganisationId,
        domain: Option<&str>,
    ) -> Result<Option<Arc<Document>>, StsError> {
        let view = self.directory.view(organisation).await?;
        let Some(domain) = view.domain(domain).cloned() else {
            return Ok(None);
        };
        if let Some(document) = view.metadata.lock().ok().and_then(|made| made.get(&domain.name).cloned()) {
            return Ok(Some(document));
        }
        let made = Arc::clone(&view);
        let passive_address = self.passive_address.clone();
        let issuer = domain.issuer.clone();
        let active = self.active.parts.addresses.as_ref().filter(|_| domain.active_road.is_on());
        let active_address = active.map(|addresses| addresses.trust_2005.clone());
        let written =
            self.signing.submit(move || sign(&made, &issuer, &passive_address, active_address.as_deref()))?;
        let document = written.await??;
        let document = Arc::new(document);
        if let Ok(mut made) = view.metadata.lock() {
            made.insert(domain.name, Arc::clone(&document));
        }
        Ok(Some(document))
    }
}

fn sign(
    view: &OrganisationView,
    issuer: &model::IssuerUri,
    passive_address: &str,
    active_address: Option<&str>,
) -> Result<Document, StsError> {
    let certificates: Vec<_> = view.keys.published().collect();
    let metadata = FederationMetadata {
        issuer,
        display_name: &view.organisation.name,
        passive_address,
        active_address,
        certificates: &certificates,
    };
    let bytes = metadata
        .sign(view.keys.signer().as_ref())
        .map_err(|error| StsError::Unavailable(format!("the metadata could not be signed: {error}")))?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    let tag = digest.as_ref().iter().take(16).fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
    Ok(Document { bytes: bytes.into(), etag: format!("\"{tag}\"") })
}
