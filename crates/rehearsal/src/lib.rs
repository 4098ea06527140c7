//! A strict stand-in for Entra ID and Microsoft 365: it sends a browser to the identity provider as Entra does,
//! and examines the answer check by check, in Entra's order, with Entra's codes. For native clients it answers realm
//! discovery and, at the token endpoint, an assertion as grant.
//!
//! It serves the demo, the dry run and the tests. So that it can find a mistake of ours, it verifies tokens with
//! another library and code of its own, never with crate `token`. It listens on loopback only, and no package
//! that is shipped holds it (S82). Start at [`router`]; the examination itself is in `examination.rs` and
//! `token_examination.rs`.

mod assertion;
mod certificate;
mod come_from;
mod conditional_access;
mod context;
mod examination;
mod instant;
mod names;
mod native_client;
mod openid;
mod pages;
mod posted_form;
mod question;
mod realm;
mod recent;
mod report;
mod response;
mod schema;
mod service;
mod settings;
mod signature;
mod stand_in;
mod tenant;
mod token_endpoint;
mod token_examination;

pub use come_from::{ComeFrom, Pretence};
pub use report::{Check, Claim, Report};
pub use service::router;
pub use settings::Settings;
pub use stand_in::{Departure, DepartureError, NotLoopback, StandIn};
pub use tenant::{ActiveAddresses, RegisteredDomain, RegisteredUser, Registrations, Tenant};
