use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use model::OrganisationId;
use tokio::io::BufReader;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::message::{self, Bounds, Budget, Order, Report};
use crate::program::MAXIMUM_SOURCE;
use crate::worker::ORDER_BOUNDS;
use crate::{Program, ScriptError};

/// How long a worker may take to start: a machine under load is slow to make processes.
const START: Duration = Duration::from_secs(10);

/// After this much work a worker is replaced by a fresh one; far below the CPU that it is confined to.
const LIFE: Duration = Duration::from_secs(20);

/// After this many different programs a worker is replaced: it keeps them all.
const MAXIMUM_PROGRAMS: usize = 64;

/// The most bytes of a report's head: a hundred traced lines with every character escaped.
const REPORT_HEAD: usize = 524_288;

/// A worker as the server sees it. Dropping it kills it.
pub struct WorkerProcess {
    /// The only organisation whose scripts it ever runs (S76).
    pub organisation: OrganisationId,
    child: Child,
    orders: ChildStdin,
    reports: BufReader<ChildStdout>,
    programs: HashMap<[u8; 32], usize>,
    busy: Duration,
    /// Whether it waits for an order. Not while one is under way, nor after one that went wrong.
    ready: bool,
    bounds: Bounds,
}

/// The binary that holds [`worker_main`](crate::worker_main), and the hidden subcommand that leads there.
pub type WorkerCommand = (PathBuf, &'static str);

/// What a worker is wanted for.
#[derive(Clone, Copy)]
pub enum Task<'a> {
    /// One run of a program, on input given as JSON.
    Run {
        /// The script with its host.
        program: &'a Program,
        /// What the host gets.
        input: &'a [u8],
    },
    /// To say whether a script parses.
    Check {
        /// The script.
        source: &'a str,
    },
}

impl WorkerProcess {
    /// Starts a worker with an empty environment, its pipes, and nothing else of the server's.
    pub async fn start(
        (binary, subcommand): &WorkerCommand,
        organisation: OrganisationId,
        budget: Budget,
    ) -> Result<Self, ScriptError> {
        let mut child = Command::new(binary)
            .arg(subcommand)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(ScriptError::Worker)?;
        let (Some(orders), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ScriptError::Worker(io::Error::other("a worker has no pipes")));
        };
        let bounds = Bounds { head: REPORT_HEAD, body: budget.output };
        let mut worker = Self {
            organisation,
            child,
            orders,
            reports: BufReader::new(reports),
            programs: HashMap::new(),
            busy: Duration::ZERO,
            ready: true,
            bounds,
        };
        match worker.exchange(&Order::Begin(budget), &[], START).await? {
            (Report::Ready, _) => Ok(worker),
            _ => Err(unexpected()),
        }
    }

    /// Whether it may take another order.
    pub fn is_fit(&self) -> bool {
        self.ready && self.busy < LIFE && self.programs.len() < MAXIMUM_PROGRAMS
    }

    /// Does one task; the report and the outcome are what the worker says, unread.
    pub async fn perform(
        &mut self,
        task: Task<'_>,
        patience: Duration,
    ) -> Result<(Report, Vec<u8>), ScriptError> {
        match task {
            Task::Run { program, input } => {
                if program.source.len() > MAXIMUM_SOURCE || input.len() > ORDER_BOUNDS.body {
                    return Err(ScriptError::TooLarge);
                }
                let number = self.number_of(program).await?;
                self.exchange(&Order::Run(number), input, patience).await
            }
            Task::Check { source } => {
                if source.len() > MAXIMUM_SOURCE {
                    return Err(ScriptError::TooLarge);
                }
                self.exchange(&Order::Check(source.to_owned()), &[], patience).await
            }
        }
    }

    /// The number under which the worker keeps a program; it is handed over at its first run.
    async fn number_of(&mut self, program: &Program) -> Result<usize, ScriptError> {
        if let Some(number) = self.programs.get(&program.digest) {
            return Ok(*number);
        }
        let order = Order::Install { host: program.host.to_string(), source: program.source.to_string() };
        let (Report::Installed, _) = self.exchange(&order, &[], START).await? else {
            return Err(unexpected());
        };
        let number = self.programs.len();
        self.programs.insert(program.digest, number);
        Ok(number)
    }

    /// One order and its report. A worker that does not answer in time, or not in the agreed form, is killed; so
    /// is one whose caller loses patience and drops the future, since its report would answer the next order.
    async fn exchange(
        &mut self,
        order: &Order,
        body: &[u8],
        patience: Duration,
    ) -> Result<(Report, Vec<u8>), ScriptError> {
        self.ready = false;
        let started = Instant::now();
        let conversation = async {
            message::send(&mut self.orders, order, body).await?;
            message::receive(&mut self.reports, self.bounds).await
        };
        let outcome = timeout(patience, conversation).await;
        self.busy += started.elapsed();
        let Ok(said) = outcome else {
            // Already gone, or gone with the drop that follows: nothing is left to do about an error.
            let _ = self.child.start_kill();
            return Err(ScriptError::TimedOut { trace: Vec::new() });
        };
        let report = said.map_err(ScriptError::Worker)?;
        self.ready = true;
        Ok(report)
    }
}

/// The worker said what no worker says.
pub fn unexpected() -> ScriptError {
    ScriptError::Worker(io::Error::new(io::ErrorKind::InvalidData, "a worker gave an unexpected report"))
}
