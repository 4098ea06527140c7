use std::sync::Arc;

use sha2::{Digest, Sha256};

/// The longest script, in bytes.
pub const MAXIMUM_SOURCE: usize = 131_072;

/// A script and the objects it may use. Cheap to clone; workers keep it compiled.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) host: &'static str,
    pub(crate) source: Arc<str>,
    pub(crate) digest: [u8; 32],
}

impl Program {
    /// Binds a script to its host: the body of a strict JavaScript function of `input` that puts what scripts may
    /// use on `globalThis`, and returns the object or array that collects the outcome of the run. The host runs
    /// afresh before each run of the script, which sees neither `input` nor that object.
    pub fn new(host: &'static str, source: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(host.len().to_le_bytes());
        digest.update(host);
        digest.update(source);
        Self { host, source: source.into(), digest: digest.finalize().into() }
    }
}
