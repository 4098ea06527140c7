//! The claims of a token: what the permit and the directory say, then what the token script adds.
//!
//! [`base_claims`] makes the [`ClaimSet`] that follows from the permit. A [`TokenScript`] asks for [`Effects`];
//! [`decorate`] applies them under [`Invariants`] that no script can bend: a script decorates a token, it never
//! chooses whose it is (S70). The crate is pure: it runs no script and reads no clock. Whoever does hands it
//! [`script_input`] to run with and [`Effects::parse`] for the outcome.

mod claim_set;
mod claim_type;
mod effects;
mod invariant_error;
mod invariants;
mod issuer;
mod normal_form;
mod script_input;
mod token_script;

pub use claim_set::{ClaimSet, PASSWORD_METHOD, PasswordAge, Subject, UNSPECIFIED_FORMAT, base_claims};
pub use effects::{Effects, EffectsError};
pub use invariant_error::InvariantError;
pub use invariants::{Invariants, MAXIMUM_ATTRIBUTES, MAXIMUM_BYTES, decorate};
pub use issuer::issuer_of;
pub use script_input::{ScriptInput, script_input};
pub use token_script::{DEFAULT_SCRIPT, HOST, TokenScript};
