use std::io;
use std::process::ExitCode;

use crate::confinement::confine;
use crate::engine::Engine;
use crate::message::{self, Bounds, Order, Report};
use crate::program::MAXIMUM_SOURCE;

/// What a worker takes from the server: a host and a script with every character escaped, and an input.
pub const ORDER_BOUNDS: Bounds = Bounds { head: 12 * MAXIMUM_SOURCE, body: 1 << 20 };

/// The whole life of a script worker: the body of the hidden subcommand that [`Scripts`](crate::Scripts) starts.
///
/// It must be called before anything else is done in the process. It takes orders from standard input until that
/// closes; a failure ends it with a code other than 0, and the server learns of it by the closed pipe.
pub fn worker_main() -> ExitCode {
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Visible only to somebody who starts a worker by hand: the server gives it no standard error.
            eprintln!("script worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(orders: &mut impl io::Read, reports: &mut impl io::Write) -> io::Result<()> {
    let Some((Order::Begin(budget), _)) = message::read(orders, ORDER_BOUNDS)? else {
        return Err(io::Error::other("started by hand; it is a part of `countersign serve`"));
    };
    confine().map_err(io::Error::other)?;
    message::write(reports, &Report::Ready, &[])?;
    let mut engine = Engine::new(budget);
    while let Some((order, input)) = message::read(orders, ORDER_BOUNDS)? {
        let (report, output) = match order {
            Order::Install { host, source } => (engine.install(&host, source)?, Vec::new()),
            Order::Run(program) => engine.run(program, input)?,
            Order::Check(source) => (Report::Checked(engine.check(&source)?), Vec::new()),
            Order::Begin(_) => return Err(io::Error::other("already begun")),
        };
        message::write(reports, &report, &output)?;
    }
    Ok(())
}
