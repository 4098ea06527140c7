//! The signing core: a SAML 1.1 assertion, signed, inside its WS-Trust response.
//!
//! [`TokenPlan`] writes a token's bytes once, in exclusive-canonical form, raw and escaped for the answering page at
//! the same time; what is written is hashed, signed and sent as it stands. [`RsaSigner`] signs,
//! [`verify_sample`] checks by another road with another library.
//!
//! This crate knows no network, no database, no clock and no policy: who may have a token is decided before it is
//! called. Start at [`TokenPlan::issue`]; the shape of every byte is protocol.md §2.

mod assertion;
mod attribute;
mod certificate;
mod instant;
mod key;
mod names;
mod plan;
mod signature;
mod signer;
mod verification;

pub use assertion::{Assertion, AssertionId, AssertionIdError};
pub use attribute::Attribute;
pub use certificate::{Certificate, CertificateError};
pub use instant::{Instant, InstantError};
pub use key::{KEY_SIZES, KeyError, NewKey};
pub use plan::{IssuedToken, ResponseFormat, TokenError, TokenPlan};
pub use signature::enveloped_signature;
pub use signer::{RsaSigner, Signer, SigningError};
pub use verification::{SelfTestError, VerificationError, self_test, verify_sample};
