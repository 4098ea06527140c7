//! The passive requestor of WS-Federation 1.2: what a browser may ask for, and the metadata that says where.
//!
//! Outside bytes become [`Parameters`] and then a [`Message`] that cannot hold nonsense; a request that is
//! neither is a [`RequestError`] with a stable code. [`FederationMetadata`] is the document in which relying
//! parties find endpoints and certificates. This crate does no I/O, keeps no state and knows no relying party:
//! whether a realm exists and an address is registered is for `sts` to say.

mod federation_metadata;
mod language;
mod message;
mod parameters;
mod request_error;
mod sign_in_request;
mod sign_out_request;

pub use federation_metadata::{FederationMetadata, MetadataError};
pub use message::{Message, clean_up_address};
pub use parameters::{Parameters, REQUEST_LIMIT, correlation_id};
pub use request_error::RequestError;
pub use sign_in_request::{Freshness, RequestedMethod, SignInRequest};
pub use sign_out_request::SignOutRequest;
