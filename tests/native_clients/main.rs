//! Programs instead of browsers: TLS in the real binary as curl and OpenSSL see it, a real MSAL at the stand-in for
//! Entra ID, and programs that mean ill.

#[path = "../../crates/wstrust/tests/attacks/corpus.rs"]
mod corpus;
mod curl;

mod attacks;
mod conditional_access;
mod demo_with_tls;
mod msal;
mod secrets;
mod serve_with_tls;

/// The binary under test.
const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");
