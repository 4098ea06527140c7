use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::OrganisationId;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::shortened;
use crate::message::{Budget, Report};
use crate::worker_process::{Task, WorkerCommand, WorkerProcess, unexpected};
use crate::{Program, ScriptError, SyntaxError};

/// How many workers there are, and what one run may use (protocol.md §2.8 "Token script").
#[derive(Clone, Copy, Debug)]
pub struct ScriptLimits {
    /// Worker processes at once, idle ones included; at least one.
    pub workers: usize,
    /// Runs that may wait for a worker; one more is [`ScriptError::Busy`].
    pub queue: usize,
    /// After this the engine interrupts the script.
    pub wall: Duration,
    /// After this the worker is killed: some engine calls never look at the clock.
    pub kill: Duration,
    /// Bytes the engine may allocate.
    pub memory: usize,
    /// Bytes of the engine's stack.
    pub stack: usize,
    /// Bytes of the outcome.
    pub output: usize,
}

impl Default for ScriptLimits {
    fn default() -> Self {
        Self {
            workers: 4,
            queue: 64,
            wall: Duration::from_millis(50),
            kill: Duration::from_millis(250),
            memory: 16 << 20,
            stack: 256 << 10,
            output: 64 << 10,
        }
    }
}

/// What a script did.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What its host collected. Hostile input: whoever broke out of the engine wrote it (S76).
    pub output: Value,
    /// What it traced, at most 100 lines of 500 characters.
    pub trace: Vec<String>,
}

/// Runs scripts in worker processes, each bound to one organisation for its life (S46, S76). Cheap to clone.
///
/// Workers are started when they are first needed. When an organisation needs one and all places are taken, the
/// worker that has been idle longest is ended.
#[derive(Clone)]
pub struct Scripts(Arc<Pool>);

struct Pool {
    limits: ScriptLimits,
    command: WorkerCommand,
    /// One for each worker that may be busy.
    places: Semaphore,
    waiting: AtomicUsize,
    /// The workers without an order, the one idle longest first.
    idle: Mutex<Vec<WorkerProcess>>,
}

impl Scripts {
    /// Prepares the pool; no process is started yet. `command` is a binary and the hidden subcommand under which
    /// it calls [`worker_main`](crate::worker_main).
    pub fn start(limits: ScriptLimits, command: WorkerCommand) -> Self {
        let places = Semaphore::new(limits.workers.clamp(1, Semaphore::MAX_PERMITS));
        Self(Arc::new(Pool { limits, command, places, waiting: AtomicUsize::new(0), idle: Mutex::default() }))
    }

    /// Runs a program once on `input`, in a worker of this organisation.
    pub async fn run(
        &self,
        organisation: OrganisationId,
        program: &Program,
        input: &impl Serialize,
    ) -> Result<Run, ScriptError> {
        let input = serde_json::to_vec(input).map_err(ScriptError::InputUnwritable)?;
        let task = Task::Run { program, input: &input };
        let (report, output) = self.0.perform(organisation, task).await?;
        match report {
            Report::Finished { trace } => {
                let output = serde_json::from_slice(&output).map_err(ScriptError::OutputUnreadable)?;
                Ok(Run { output, trace: bounded(&trace) })
            }
            Report::Threw { message, line, trace } => {
                Err(ScriptError::Threw { message: shortened(&message), line, trace: bounded(&trace) })
            }
            Report::TimedOut { trace } => Err(ScriptError::TimedOut { trace: bounded(&trace) }),
            Report::OutOfMemory { trace } => Err(ScriptError::Memory { trace: bounded(&trace) }),
            Report::OutputTooLarge { trace } => Err(ScriptError::OutputTooLarge { trace: bounded(&trace) }),
            Report::Ready | Report::Installed | Report::Checked(_) => Err(unexpected()),
        }
    }

    /// Says whether a script parses and where it does not, without running any of it.
    pub async fn check_syntax(
        &self,
        organisation: OrganisationId,
        source: &str,
    ) -> Result<Result<(), SyntaxError>, ScriptError> {
        match self.0.perform(organisation, Task::Check { source }).await? {
            (Report::Checked(outcome), _) => Ok(outcome),
            _ => Err(unexpected()),
        }
    }
}

impl Pool {
    /// Leave to keep one worker busy, at once or after a wait that only so many may share.
    async fn place(&self) -> Result<SemaphorePermit<'_>, ScriptError> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        let _waiting = Waiting::join(&self.waiting, self.limits.queue).ok_or(ScriptError::Busy)?;
        self.places.acquire().await.map_err(|_| ScriptError::Busy)
    }

    /// Does a task with the worker of this organisation that was busy last, else with a new one.
    ///
    /// A worker may have died while it was idle, and whether it has cannot be known before it is used. What such a
    /// one was to do is done once more by a new one: a script has no effect but its answer.
    async fn perform(
        &self,
        organisation: OrganisationId,
        task: Task<'_>,
    ) -> Result<(Report, Vec<u8>), ScriptError> {
        let place = self.place().await?;
        if let Some(worker) = self.take_idle(organisation) {
            match self.perform_with(worker, task).await {
                Err(error) if is_departure(&error) => {}
                outcome => return outcome,
            }
        }
        let limits = &self.limits;
        let wall = u64::try_from(limits.wall.as_millis()).unwrap_or(u64::MAX);
        let budget = Budget { wall, memory: limits.memory, stack: limits.stack, output: limits.output };
        let worker = WorkerProcess::start(&self.command, organisation, budget).await?;
        let outcome = self.perform_with(worker, task).await;
        drop(place);
        outcome
    }

    /// One task; then the worker is idle, unless its time has come.
    async fn perform_with(
        &self,
        mut worker: WorkerProcess,
        task: Task<'_>,
    ) -> Result<(Report, Vec<u8>), ScriptError> {
        let outcome = worker.perform(task, self.limits.kill).await;
        if worker.is_fit() {
            self.idle().push(worker);
        }
        outcome
    }

    /// The idle worker of this organisation that was busy last. None: there is room for a new one.
    fn take_idle(&self, organisation: OrganisationId) -> Option<WorkerProcess> {
        let mut idle = self.idle();
        if let Some(own) = idle.iter().rposition(|worker| worker.organisation == organisation) {
            return Some(idle.remove(own));
        }
        // The caller holds a place, so what is available is the room of idle workers.
        let surplus = idle.len().saturating_sub(self.places.available_permits());
        idle.drain(..surplus);
        None
    }

    fn idle(&self) -> MutexGuard<'_, Vec<WorkerProcess>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a worker failed by not being there any more.
fn is_departure(error: &ScriptError) -> bool {
    use std::io::ErrorKind::{BrokenPipe, UnexpectedEof};
    matches!(error, ScriptError::Worker(error) if matches!(error.kind(), BrokenPipe | UnexpectedEof))
}

/// As much of a trace as an honest worker sends: the rest would end up in the ledger (S76).
fn bounded(trace: &[String]) -> Vec<String> {
    trace.iter().take(100).map(|line| shortened(line)).collect()
}

/// One of the runs that wait for a place.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let joined = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(joined)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
