//! Programs instead of browsers: TLS in the real binary as curl and OpenSSL see it, and a real MSAL at the stand-in
//! for Entra ID.

mod curl;

mod demo_with_tls;
mod msal;
mod serve_with_tls;

/// The binary under test.
const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");
