//! One handler per address. Each reads as the sentence that describes it.

pub(crate) mod account;
mod active;
mod assets;
mod choose;
mod enrolment;
mod home;
mod mail_code;
mod metadata;
mod new_password;
mod other;
mod passive;
mod passkey;
mod posted;
mod probes;
mod sign_in;

pub(crate) use active::{metadata_exchange, trust_13, trust_2005};
pub(crate) use assets::asset;
pub(crate) use choose::choose;
pub(crate) use enrolment::{enrol, enrolled, later};
pub(crate) use home::home;
pub(crate) use mail_code::mail_code;
pub(crate) use metadata::metadata;
pub(crate) use new_password::new_password;
pub(crate) use other::{other_address, other_method};
pub(crate) use passive::{passive, passive_posted};
pub(crate) use passkey::passkey;
pub(crate) use probes::{health, readiness};
pub(crate) use sign_in::{again, code, sign_in};
