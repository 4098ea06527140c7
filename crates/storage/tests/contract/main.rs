//! What storage promises, checked on both databases.

#[macro_use]
mod support;

mod directory;
mod journal;
mod secrets;
