//! Who may have a token: facts in, a decision out. Pure: no I/O, no clock, no database.
//!
//! [`evaluate`] is the only maker of a [`Permit`], and a permit is the only way to a signature (design.md §5.3, S77).
//! Start at [`evaluate`].

pub mod active;
mod circumstances;
mod client;
mod compile;
mod decision;
pub mod document;
mod evidence;
mod explanation;
mod fact;
mod factors;
mod facts;
mod mechanism;
mod networks;
mod passwords;
mod permit;
mod policy;
mod profile;
mod requestor;
mod rule;
mod schedule;
mod seen;
mod signal;
mod subset;
mod verdict;
mod vocabulary;

pub use circumstances::Circumstances;
pub use client::{Browser, ClientKind, OperatingSystem};
pub use compile::Known;
pub use decision::{Challenge, Decision, Denial, evaluate};
pub use evidence::{Evidence, SecondFactor};
pub use explanation::{Explanation, SeenFacts, Trace, TrialResult, Tried};
pub use fact::Fact;
pub use facts::{Demand, Facts};
pub use mechanism::{Mechanism, Mechanisms};
pub use networks::{NamedNetwork, NamedNetworks, TooManyNetworks};
pub use passwords::PasswordRules;
pub use permit::{PERMIT_LIFETIME, Permit, PermitExpired, SpentPermit};
pub use policy::{Policy, Reads};
pub use profile::Profile;
pub use requestor::{ActiveFacts, Endpoint, Requestor};
pub use rule::{Outcome, Rule, RuleNumber};
pub use schedule::{DatedHours, HoursError, Schedule, TIME_ZONE_ATTRIBUTE, WeeklyHours, Zone};
pub use signal::{Signal, Signals};
