//! Claims from the permit to the token, with and without a worker.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod decoration;
mod objects;
mod password_expiry;
mod persona;
mod same_both_ways;
mod worker;
