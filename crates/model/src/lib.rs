//! The shared words of Countersign: names, addresses and identifiers as types that cannot hold nonsense.
//!
//! Every outside string is parsed into one of these at the edge and travels inward as that type.
//! This crate does no I/O and knows no protocol, no database and no clock but the [`Clock`] it is given.

mod active_road;
mod application;
mod attributes;
mod clock;
mod domain;
mod entra;
mod id;
mod immutable_id;
mod organisation;
mod origin;
mod place;
mod reference;
mod signing_key;
mod uri;
mod user;

pub use active_road::{ActiveRoad, NetworkName, NetworkNameError, NothingNamed, PasswordClients};
pub use application::{Application, ApplicationKind, DEFAULT_TOKEN_LIFETIME, TOKEN_LIFETIME_LIMITS};
pub use attributes::{AttributeError, Attributes, STANDARD_ATTRIBUTES};
pub use clock::{Clock, SystemClock, to_micros};
pub use domain::{Domain, DomainError, DomainName};
pub use entra::{EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior};
pub use id::{ApplicationId, OrganisationId, RoleId, SessionId, SigningKeyId, UserId};
pub use immutable_id::{ImmutableId, ImmutableIdError};
pub use organisation::{Organisation, Role};
pub use origin::{Origin, SourceNetwork};
pub use place::{AutonomousSystem, AutonomousSystemError, Country, CountryError, Place, Unplaced};
pub use reference::{Reference, ReferenceError};
pub use signing_key::{KeyState, SigningKeyRecord};
pub use uri::{IssuerUri, Realm, ReplyAddress, ReplyAddressError, UriError};
pub use user::{Upn, UpnError, User};
