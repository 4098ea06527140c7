//! The passive requestor's road, told through HTTP against the real binary.

mod come_from;
mod metadata;
mod passwords;
mod refusals;
mod second_factor;
mod secrets;
mod sessions;
mod sign_in;
mod sign_out;

use testkit::Demo;

/// The binary under test.
const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");

/// A demo of it.
async fn demo() -> anyhow::Result<Demo> {
    Demo::start(COUNTERSIGN).await
}
