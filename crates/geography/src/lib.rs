//! Where addresses are: the operator's databases of countries and of autonomous systems, in the MMDB format.
//!
//! [`Database`] reads the bytes of one, [`Geography`] holds those of a node in memory and takes up renewed files while
//! the server runs. An address that no database knows is unknown, with the reason, and never a guess (S32). What
//! follows from a place is for `policy` to say; we ship no database.

mod database;
mod files;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
mod shelf;

pub use database::{Database, DatabaseError, Listed};
pub use files::{FileError, read};
pub use shelf::{Files, Geography};
