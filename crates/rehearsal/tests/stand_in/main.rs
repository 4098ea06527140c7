//! The stand-in from outside: what it accepts, what it refuses and with which code, and what its pages say.

#![expect(clippy::unwrap_used, reason = "a test fails where something unforeseen is")]

mod come_from;
mod conditional_access;
mod hostile;
mod issued_tokens;
mod native_clients;
mod refusals;
mod service;
mod world;
