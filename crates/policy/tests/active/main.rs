//! When an active requestor may have a token: every branch of protocol.md §4.8, as an admin would state it, and what
//! holds whatever the facts are.

#![expect(clippy::unwrap_used, reason = "a test states what must be")]

mod case;
mod properties;
mod rules;
