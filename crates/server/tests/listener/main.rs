//! The listener alone, without anything behind it: TLS as other people's programs see it, and what it does with
//! clients that take their time.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod authority;
mod counter;

mod patience;
mod secured;
