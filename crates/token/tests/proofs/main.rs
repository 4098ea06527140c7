//! Proofs of the signing core, most of them by other people's code: canonicalisers, verifiers and schemas that share
//! nothing with the writer. `cargo xtask test` installs what they need.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its samples and tools too"
)]

mod canonical_form;
mod keys;
mod sample;
mod schema;
mod statements;
mod tools;
mod vectors;
mod verifiers;
