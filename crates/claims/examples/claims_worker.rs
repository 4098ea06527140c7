//! The binary that tests start as script worker: what `countersign script-worker` is in the product.

use std::process::ExitCode;

fn main() -> ExitCode {
    script::worker_main()
}
