//! The active road by the rules of its clients: what they send is read, what they cannot mean is refused, and what
//! they are answered they find. MSAL for Python judges itself; .NET, Java and Go by their reading rules
//! (protocol.md §4.4.1). `cargo xtask test` installs what the tests need.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its samples and tools too"
)]

mod answers;
mod discovery;
mod dotnet;
mod faults;
mod go;
mod java;
mod msal;
mod properties;
mod refusals;
mod requests;
mod sample;
mod tools;
