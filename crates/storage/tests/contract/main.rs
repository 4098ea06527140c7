//! What storage promises, checked on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails, in its helpers too")]

#[macro_use]
mod support;

mod access;
mod active_road;
mod checkpoints;
mod directory;
mod email_codes;
mod enrolment;
mod failures;
mod familiar_places;
mod faults;
mod journal;
mod ledger;
mod passkeys;
mod password_history;
mod policies;
mod second_factors;
mod secrets;
mod tampering;
