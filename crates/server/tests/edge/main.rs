//! The edge, from a request to a page, over a real security token service and its database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails, in its browser too"
)]

mod browser;
mod house;

mod account;
mod active;
mod clocks;
mod enrolment;
mod forms;
mod hosts;
mod key;
mod limits;
mod lockout;
mod loops;
mod mail_codes;
mod new_password;
mod passive;
mod passkeys;
mod password_expiry;
mod places;
mod routes;
mod rules;
mod second_factor;
mod sign_out;
