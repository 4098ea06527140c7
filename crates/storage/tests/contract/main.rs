//! What storage promises, checked on both databases.

#[macro_use]
mod support;

mod directory;
mod faults;
mod journal;
mod secrets;
mod tampering;
