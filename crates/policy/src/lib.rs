//! Who may have a token: facts in, a decision out. Pure: no I/O, no clock, no database.
//!
//! [`evaluate`] is the only maker of a [`Permit`], and a permit is the only way to a signature (design.md §5.3, S77).
//! Start at [`evaluate`].

pub mod active;
mod circumstances;
mod client;
mod decision;
mod evidence;
mod facts;
mod mechanism;
mod networks;
mod permit;
mod policy;
mod requestor;
mod signal;

pub use circumstances::Circumstances;
pub use client::{Browser, ClientKind, OperatingSystem};
pub use decision::{Challenge, Decision, Denial, POLICY_VERSION, evaluate};
pub use evidence::{Evidence, SecondFactor};
pub use facts::{Demand, Facts};
pub use mechanism::{Mechanism, Mechanisms};
pub use networks::NamedNetworks;
pub use permit::{PERMIT_LIFETIME, Permit, PermitExpired, SpentPermit};
pub use policy::{Policy, Reads};
pub use requestor::{ActiveFacts, Endpoint, Requestor};
pub use signal::{Signal, Signals};
