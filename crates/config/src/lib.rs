//! What an operator sets: defaults, a TOML file, and the environment, in that order.
//!
//! [`Configuration::load`] reads them and refuses what it does not know, with the name that was probably meant.
//! [`Settings`] is the outcome, plain data with a default for every value. [`Settings::check`] says in plain
//! words what would not work, all at once, and [`Configuration::explain`] where each value came from. This is
//! the only crate that is given the environment; organisations, users, keys and applications are data, not
//! settings, and stand in the database. [`Entra`] names domains all the same, until Entra ID itself can be asked.

mod base_url;
mod check;
mod database_url;
mod entra;
mod list;
mod load;
mod mail;
mod networks;
mod optional_path;
mod settings;
mod span;
mod spelling;

pub use base_url::{BaseUrl, BaseUrlError};
pub use check::{Problem, Purpose, Severity};
pub use database_url::DatabaseUrl;
pub use entra::Entra;
pub use load::{Configuration, Explained, LoadError, Origin, environment};
pub use mail::{Hidden, Mail, MailSecurity};
pub use networks::Network;
pub use settings::{
    Database, Geography, Ledger, Limits, Log, LogFormat, LoopGuard, Passwords, Script, Sessions, Settings,
    Tls, TlsMode, Unreadable,
};
