//! What whole-server stories are told with: a running demo of the real binary, visitors with cookie jars, and a
//! real browser, a mail server, and connections for measurements. Only tests and benchmarks use it.

mod authenticator;
mod browser;
mod connection;
mod demo;
mod mail_server;
mod token_request;
mod virtual_key;
mod visitor;

pub use authenticator::{code_of, secret_bytes};
pub use browser::{Browser, Scheme};
pub use connection::{Answer, Connection, Door};
pub use demo::{Demo, Description, Person};
pub use mail_server::{Mail, MailIdentity, MailSecurity, MailServer};
pub use token_request::escaped;
pub use virtual_key::VirtualKey;
pub use visitor::{Form, Page, Visitor};
