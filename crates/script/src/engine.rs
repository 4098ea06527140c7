use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::loader::{Loader, bundle::Bundle};
use rquickjs::{Array, Context, Ctx, Error, Exception, Function, Module, Runtime, Value, WriteOptions};

use crate::SyntaxError;
use crate::error::shortened;
use crate::message::{Budget, Report};
use crate::words::Words;

/// The name of the script in stack traces.
const SCRIPT: &str = "script";

/// Parses a script without running any of it: this is thrown before its first statement.
const STOP: &str = "throw 0;";

const PRELUDE: &str = include_str!("prelude.js");

/// One module in the form that the engine loads compiled code from.
type Compiled = &'static [(&'static str, &'static [u8])];

/// After this many runs the runtime is made anew, whatever the engine may have forgotten to free.
const RUNS: u32 = 1000;

/// The JavaScript engine of a worker. Each run has a context of its own, and nothing of an earlier one is left then.
pub struct Engine {
    budget: Budget,
    hosts: Vec<(String, Compiled)>,
    programs: Vec<Program>,
    /// The runtime of the last run, when that came to a good end.
    ground: Option<Ground>,
}

struct Program {
    host: Compiled,
    source: String,
    words: Words,
}

/// Why a run came to no end of its own.
enum Stop {
    Failure(Error),
    OutputTooLarge,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failure(error)
    }
}

impl Engine {
    pub const fn new(budget: Budget) -> Self {
        Self { budget, hosts: Vec::new(), programs: Vec::new(), ground: None }
    }

    /// Keeps a program, its host compiled.
    pub fn install(&mut self, host: &str, source: String) -> io::Result<Report> {
        let words = Words::of(host, &source);
        let kept = self.hosts.iter().find(|(known, _)| known == host).map(|(_, compiled)| *compiled);
        let host = if let Some(compiled) = kept {
            compiled
        } else {
            let compiled = compile(host).map_err(io::Error::other)?;
            self.hosts.push((host.to_owned(), compiled));
            compiled
        };
        self.programs.push(Program { host, source, words });
        Ok(Report::Installed)
    }

    /// Runs a program once, on the input given as JSON; the outcome is JSON too.
    pub fn run(&mut self, program: usize, input: Vec<u8>) -> io::Result<(Report, Vec<u8>)> {
        let program = self.programs.get(program).ok_or_else(|| io::Error::other("no such program"))?;
        let mut ground = match self.ground.take() {
            Some(ground) => ground,
            None => Ground::new(self.budget).map_err(io::Error::other)?,
        };
        let context = ground.context(program.words).map_err(io::Error::other)?;
        let (report, output) = context.with(|ctx| {
            let mut traced = None;
            match play(&ctx, program, input, self.budget.output, &mut traced) {
                Ok(output) => (Report::Finished { trace: read_trace(traced) }, output),
                Err(Stop::OutputTooLarge) => {
                    (Report::OutputTooLarge { trace: read_trace(traced) }, Vec::new())
                }
                Err(Stop::Failure(error)) => {
                    let failure = describe(&ctx, &error);
                    let trace = read_trace(traced);
                    let report = match failure {
                        _ if ground.clock.late.get() => Report::TimedOut { trace },
                        Failure::OutOfMemory => Report::OutOfMemory { trace },
                        Failure::Thrown { message, line } => Report::Threw { message, line, trace },
                    };
                    (report, Vec::new())
                }
            }
        });
        match report {
            // Nothing runs after the script, so what it put off would silently be missing from the outcome.
            Report::Finished { trace } if ground.runtime.is_job_pending() => {
                let message = "the script left asynchronous work behind, which is never done".to_owned();
                Ok((Report::Threw { message, line: None, trace }, Vec::new()))
            }
            Report::Finished { trace } => {
                drop(context);
                self.ground = ground.swept();
                Ok((Report::Finished { trace }, output))
            }
            report => Ok((report, output)),
        }
    }

    /// Whether a script parses; none of it runs.
    pub fn check(&self, source: &str) -> io::Result<Result<(), SyntaxError>> {
        let mut ground = Ground::new(self.budget).map_err(io::Error::other)?;
        let context = ground.context(Words::ALL).map_err(io::Error::other)?;
        Ok(context.with(|ctx| {
            let Err(error) = evaluate(&ctx, format!("{STOP}{source}")) else {
                return Ok(());
            };
            if !error.is_exception() {
                return Err(SyntaxError { line: 1, column: 1, message: error.to_string() });
            }
            let thrown = ctx.catch();
            if thrown.as_int() == Some(0) {
                return Ok(());
            }
            let exception = thrown.into_object().and_then(Exception::from_object);
            let message = exception.as_ref().and_then(Exception::message).unwrap_or_default();
            let (line, column) = place_in_script(exception.as_ref()).unwrap_or((1, 1));
            let shift = if line == 1 { u32::try_from(STOP.len()).unwrap_or(0) } else { 0 };
            Err(SyntaxError {
                line,
                column: column.saturating_sub(shift).max(1),
                message: shortened(&message),
            })
        }))
    }
}

/// A runtime under the budget of one run. Runs that end well follow each other on it, each in its own context; any
/// other run is its last.
struct Ground {
    runtime: Runtime,
    clock: Rc<Clock>,
    budget: Budget,
    runs: u32,
    /// Never entered: while it lives, the engine keeps the names of what is built in, and each further context
    /// comes cheaper.
    _names: Context,
}

/// When a run has to end, and whether the engine saw it pass.
struct Clock {
    deadline: Cell<Instant>,
    late: Cell<bool>,
}

impl Clock {
    fn start(&self, wall: Duration) {
        self.deadline.set(Instant::now() + wall);
        self.late.set(false);
    }

    fn look(&self) -> bool {
        self.late.set(Instant::now() >= self.deadline.get());
        self.late.get()
    }
}

impl Ground {
    fn new(budget: Budget) -> Result<Self, Error> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(budget.memory);
        runtime.set_max_stack_size(budget.stack);
        let clock = Rc::new(Clock { deadline: Cell::new(Instant::now()), late: Cell::new(false) });
        let seen = Rc::clone(&clock);
        runtime.set_interrupt_handler(Some(Box::new(move || seen.look())));
        let names = Context::base(&runtime)?;
        Ok(Self { runtime, clock, budget, runs: 0, _names: names })
    }

    /// A fresh context, for a run whose time begins now.
    fn context(&mut self, words: Words) -> Result<Context, Error> {
        self.clock.start(Duration::from_millis(self.budget.wall));
        self.runs += 1;
        // Short runs end without looking for garbage; long ones look often enough to stay below the limit, and then
        // move this threshold.
        self.runtime.set_gc_threshold(self.budget.memory / 4);
        words.context(&self.runtime)
    }

    /// The ground without anything of the run that has ended, unless it has served long enough.
    fn swept(self) -> Option<Self> {
        self.runtime.run_gc();
        (self.runs < RUNS).then_some(self)
    }
}

/// Compiles prelude and host into one module. The code is leaked: it lives as long as the worker, which has one host.
fn compile(host: &str) -> Result<Compiled, Error> {
    let runtime = Runtime::new()?;
    let context = Words::ALL.context(&runtime)?;
    let module = format!("{PRELUDE}\nexport function host(input) {{\n{host}\n}}\n");
    let code = context.with(|ctx| {
        let options = WriteOptions { strip_source: true, strip_debug: true, ..WriteOptions::default() };
        Module::declare(ctx, "host", module)?.write(options)
    })?;
    let code: &'static [u8] = code.leak();
    Ok(vec![("host", code)].leak())
}

/// Host, script, outcome.
fn play<'js>(
    ctx: &Ctx<'js>,
    program: &Program,
    input: Vec<u8>,
    maximum_output: usize,
    traced: &mut Option<Array<'js>>,
) -> Result<Vec<u8>, Stop> {
    let (module, _) = Bundle(program.host).load(ctx, "host", None)?.eval()?;
    let exports = module.namespace()?;
    *traced = Some(exports.get("traced")?);
    let host: Function = exports.get("host")?;
    let collected: Value = host.call((ctx.json_parse(input)?,))?;
    evaluate(ctx, program.source.as_str())?;
    let outcome = ctx.json_stringify(collected)?;
    let outcome = outcome.map(|text| text.to_string()).transpose()?.unwrap_or_else(|| "null".to_owned());
    if outcome.len() > maximum_output { Err(Stop::OutputTooLarge) } else { Ok(outcome.into_bytes()) }
}

/// Evaluates admin's text as engines have always done: not in strict mode, so that old scripts run unchanged.
fn evaluate(ctx: &Ctx<'_>, source: impl Into<Vec<u8>>) -> Result<(), Error> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(SCRIPT.to_owned());
    ctx.eval_with_options::<Value, _>(source, options).map(drop)
}

enum Failure {
    OutOfMemory,
    Thrown { message: String, line: Option<u32> },
}

fn describe(ctx: &Ctx<'_>, error: &Error) -> Failure {
    if matches!(error, Error::Allocation) {
        return Failure::OutOfMemory;
    }
    if !error.is_exception() {
        return Failure::Thrown { message: shortened(&error.to_string()), line: None };
    }
    let thrown = ctx.catch();
    if thrown.is_null() {
        return Failure::OutOfMemory;
    }
    if let Some(exception) = thrown.as_object().cloned().and_then(Exception::from_object) {
        let name = exception.as_object().get::<_, String>("name").unwrap_or_default();
        let message = exception.message().unwrap_or_default();
        if name == "InternalError" && message == "out of memory" {
            return Failure::OutOfMemory;
        }
        let line = place_in_script(Some(&exception)).map(|(line, _)| line);
        return Failure::Thrown { message: shortened(&format!("{name}: {message}")), line };
    }
    let text = match (thrown.as_string(), thrown.as_number()) {
        (Some(text), _) => text.to_string().unwrap_or_default(),
        (None, Some(number)) => number.to_string(),
        (None, None) => format!("a value of type {} was thrown", thrown.type_name()),
    };
    Failure::Thrown { message: shortened(&text), line: None }
}

/// Line and column of the innermost frame that lies in the script: `    at name (script:3:1)`.
fn place_in_script(exception: Option<&Exception<'_>>) -> Option<(u32, u32)> {
    let stack = exception?.stack()?;
    stack.lines().find_map(|frame| {
        let (_, place) = frame.trim_end_matches(')').rsplit_once(SCRIPT)?;
        let (line, column) = place.strip_prefix(':')?.split_once(':')?;
        Some((line.parse().ok().filter(|line| *line > 0)?, column.parse().ok()?))
    })
}

/// The lines that the prelude collected. Nothing of the script runs while they are read.
fn read_trace(traced: Option<Array<'_>>) -> Vec<String> {
    traced.map(|lines| lines.iter::<String>().filter_map(Result::ok).collect()).unwrap_or_default()
}
