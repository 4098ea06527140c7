//! The active requestor of WS-Trust, February 2005 and 1.3: what a client that shows no browser page may ask for, the
//! envelopes of what it is answered, and the document in which it finds the endpoints.
//!
//! The bytes of a request become a [`TokenRequest`] that cannot hold nonsense, or a [`RequestFault`] with a stable
//! code and the [`Fault`] to answer. [`response_envelope`] puts a response that crate `token` wrote into SOAP;
//! [`MetadataExchange`] is what clients read first. One model, [`Version`], writes both versions. The shapes are
//! those of protocol.md §4.
//!
//! This crate does no I/O, keeps no state and knows no clock, no relying party and no user: whether a realm exists, a
//! password is right and a message came before is for its callers to say.

mod address;
mod delivery;
mod envelope;
mod fault;
mod metadata_exchange;
mod names;
mod part;
mod request_error;
mod security;
mod timestamp;
mod token_request;
mod version;

pub use delivery::Delivery;
pub use envelope::{CONTENT_TYPE, response_envelope};
pub use fault::Fault;
pub use metadata_exchange::{AddressError, MetadataExchange};
pub use part::Part;
pub use request_error::{RequestError, RequestFault};
pub use security::ClaimedCredentials;
pub use token_request::{REQUEST_LIMIT, TokenRequest};
pub use version::Version;
