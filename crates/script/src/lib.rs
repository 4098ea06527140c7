//! JavaScript written by admins, run where it can do no harm.
//!
//! A script runs in a process of its own making: no network, no files, no environment, a system-call filter, and a
//! clock that ends it (S46, S76). [`Scripts`] keeps a few such workers, each bound to one organisation;
//! [`worker_main`] is what they do. This crate knows neither tokens nor directories: the objects that a script sees
//! come with its [`Program`], and what it asks for is data for the caller to judge.
//!
//! Start at [`Scripts::run`]; what happens on the other side of the pipe is in `engine`.

mod confinement;
mod engine;
mod error;
mod message;
mod program;
mod scripts;
mod words;
mod worker;
mod worker_process;

pub use error::{ScriptError, SyntaxError};
pub use program::{MAXIMUM_SOURCE, Program};
pub use scripts::{Run, ScriptLimits, Scripts};
pub use worker::worker_main;
