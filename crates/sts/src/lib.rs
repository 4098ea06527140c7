//! The security token service: from a request and a person to a signed response.
//!
//! Every protocol enters at [`SecurityTokenService`] and leaves with a [`SignIn`]; there is no second way to a
//! signature (design.md §1). The signing keys live here and nowhere else. This crate knows no HTTP and no page.

mod outcome;
mod visit;

pub use outcome::{
    Answer, Challenge, ChallengeReason, Credentials, Failure, NewSession, Refusal, RefusalCode, SignIn, SignedOut,
    SignedOutOf, StsError,
};
pub use visit::Visit;
