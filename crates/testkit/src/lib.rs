//! What whole-server stories are told with: a running demo of the real binary, visitors with cookie jars, and a
//! real browser. Only tests use it.

mod browser;
mod demo;
mod visitor;

pub use browser::{Browser, Scheme};
pub use demo::{Demo, Description, Person};
pub use visitor::{Form, Page, Visitor};
