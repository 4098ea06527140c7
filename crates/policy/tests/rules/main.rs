//! What the rules of a document decide, as an admin would state it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test states what must be")]

mod conditions;
mod documents;
mod exemptions;
mod order;
mod profiles;
mod properties;
mod switches;
mod telling;
mod world;
