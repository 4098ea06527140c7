use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Reference;

use crate::stop::Stop;

/// 128 random bits as base64url: a nonce, or a browser's binding.
pub(crate) fn random_text() -> Result<String, Stop> {
    let mut bits = [0; 16];
    fill(&mut bits)?;
    Ok(URL_SAFE_NO_PAD.encode(bits))
}

/// A reference for one request.
pub(crate) fn random_reference() -> Result<Reference, Stop> {
    let mut bits = [0; 5];
    fill(&mut bits)?;
    Ok(Reference::from_random(bits))
}

fn fill(bits: &mut [u8]) -> Result<(), Stop> {
    rand::fill(bits).map_err(|_| {
        tracing::error!("the system's random source failed");
        Stop::UNAVAILABLE
    })
}
