//! What happens when the process dies, starts again, or is pointed at the wrong folder: the real binary.

mod folders;
mod killed;
mod outages;
mod overload;

use std::path::Path;
use std::process::{Command, Output};

/// The binary under test.
const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");

/// An operator's command on a demo's folder.
fn operator(folder: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let data = folder.join("demo/data");
    Ok(Command::new(COUNTERSIGN)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("COUNTERSIGN_DATA", data)
        .env("COUNTERSIGN_BASE_URL", "https://sign-in.contoso.example")
        .env("COUNTERSIGN_LISTEN", "127.0.0.1:0")
        .env("COUNTERSIGN_TLS", "proxy")
        .env("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1")
        .output()?)
}
