//! How workers come, serve and go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::process::Command;
use std::task::Poll;
use std::time::Duration;

use model::OrganisationId;
use script::{Program, ScriptError, ScriptLimits, Scripts};
use serde_json::{Value, json};

const HOST: &str = "const kept = [input]; return kept;";

/// Runs until its worker is killed.
const ENDLESS: &str = "new Array(1e9) + '';";

fn worker() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap().join("examples/script_worker");
    assert!(built.exists(), "`cargo build --examples` makes the worker that this test starts");
    built
}

/// A pool whose workers are recognised by the name they are started under, among those of other tests and of other
/// runs of these tests on the machine.
struct Pool {
    scripts: Scripts,
    name: &'static str,
}

impl Pool {
    fn new(name: &str, workers: usize, queue: usize) -> Self {
        let name: &'static str = format!("{name}-{}", std::process::id()).leak();
        let patience = Duration::from_secs(20);
        let limits =
            ScriptLimits { workers, queue, wall: patience, kill: 2 * patience, ..ScriptLimits::default() };
        Self { scripts: Scripts::start(limits, (worker(), name)), name }
    }

    async fn run(&self, organisation: OrganisationId) -> Value {
        self.scripts.run(organisation, &Program::new(HOST, ""), &json!(1)).await.unwrap().output
    }

    /// A run that will not end by itself.
    fn occupy(
        &self,
        organisation: OrganisationId,
    ) -> tokio::task::JoinHandle<Result<script::Run, ScriptError>> {
        let scripts = self.scripts.clone();
        tokio::spawn(async move { scripts.run(organisation, &Program::new(HOST, ENDLESS), &json!(1)).await })
    }

    /// The processes of this pool that live now.
    fn processes(&self) -> BTreeSet<u32> {
        let is_ours = |id: &u32| {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).nth(1) == Some(self.name.as_bytes())
        };
        let ids =
            fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        ids.filter_map(|id| id.parse().ok()).filter(is_ours).collect()
    }

    /// Waits for the pool to have that many processes; being killed takes the kernel a moment.
    async fn comes_to(&self, count: usize) -> BTreeSet<u32> {
        loop {
            let now = self.processes();
            if now.len() == count {
                return now;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn workers_are_started_when_needed_and_used_again() {
    let pool = Pool::new("used-again", 4, 4);
    assert!(pool.processes().is_empty());
    let organisation = OrganisationId::new();
    assert_eq!(pool.run(organisation).await, json!([1]));
    let first = pool.processes();
    assert_eq!(pool.run(organisation).await, json!([1]));
    assert_eq!((first.len(), pool.processes()), (1, first));
    drop(pool.scripts.clone());
    assert_eq!(pool.run(organisation).await, json!([1]));
}

/// S76: a worker serves one organisation and no other after it; the one idle longest makes room.
#[tokio::test]
async fn a_worker_is_bound_to_its_organisation() {
    let pool = Pool::new("bound", 2, 4);
    let [contoso, fabrikam, adatum] = [(); 3].map(|()| OrganisationId::new());
    pool.run(contoso).await;
    let of_contoso = pool.processes();
    pool.run(fabrikam).await;
    let both = pool.comes_to(2).await;
    pool.run(contoso).await;
    assert_eq!(pool.processes(), both);
    pool.run(adatum).await;
    let after = pool.comes_to(2).await;
    assert!(after.is_superset(&of_contoso), "the worker of contoso, used last, was ended");
    assert_eq!(after.intersection(&both).count(), 1);
}

/// Set on descriptors that end with the program that opened them (`O_CLOEXEC` of Linux).
const O_CLOEXEC: u32 = 0o2_000_000;

/// The descriptors of a process whose flags are as wanted.
fn descriptors(id: &str, wanted: impl Fn(u32) -> bool) -> BTreeSet<String> {
    let names = fs::read_dir(format!("/proc/{id}/fdinfo")).unwrap();
    let names = names.filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    let is_wanted = |name: &String| {
        let info = fs::read_to_string(format!("/proc/{id}/fdinfo/{name}")).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap_or_default().trim();
        u32::from_str_radix(flags, 8).is_ok_and(&wanted)
    };
    names.filter(is_wanted).collect()
}

/// S76: empty environment, none of the server's descriptors, no new privileges, a filter in force. What somebody
/// left open for the server itself to inherit is of no use to a worker: its filter reads and writes the pipes only.
#[tokio::test]
async fn a_worker_has_nothing_of_its_servers() {
    let pool = Pool::new("bare", 1, 4);
    let _database = fs::File::open("/dev/null").unwrap();
    let _listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    pool.run(OrganisationId::new()).await;
    let ours = descriptors("self", |flags| flags & O_CLOEXEC == 0);
    for id in pool.processes() {
        assert!(fs::read(format!("/proc/{id}/environ")).unwrap().is_empty());
        assert_eq!(fs::read_link(format!("/proc/{id}/cwd")).unwrap(), PathBuf::from("/"));
        assert_eq!(descriptors(&id.to_string(), |_| true), ours);
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        assert!(status.contains("NoNewPrivs:\t1") && status.contains("Seccomp:\t2"), "{status}");
    }
}

#[tokio::test]
async fn who_finds_the_queue_full_is_told_at_once() {
    let pool = Pool::new("queue", 1, 1);
    let organisation = OrganisationId::new();
    let busy = pool.occupy(organisation);
    pool.comes_to(1).await;
    let program = Program::new(HOST, "");
    let input = json!(1);
    let mut waiting = pin!(pool.scripts.run(organisation, &program, &input));
    // It joins the queue when it is first asked.
    assert!(poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending())).await);
    let outcome = pool.scripts.run(organisation, &program, &input).await;
    assert!(matches!(outcome, Err(ScriptError::Busy)), "{outcome:?}");
    busy.abort();
    assert!(busy.await.unwrap_err().is_cancelled());
    assert_eq!(waiting.await.unwrap().output, json!([1]));
}

/// A report that nobody waits for any more must not answer the next order.
#[tokio::test]
async fn a_run_that_is_given_up_takes_its_worker_along() {
    let pool = Pool::new("given-up", 1, 1);
    let organisation = OrganisationId::new();
    let busy = pool.occupy(organisation);
    let abandoned = pool.comes_to(1).await;
    busy.abort();
    assert!(busy.await.unwrap_err().is_cancelled());
    assert_eq!(pool.run(organisation).await, json!([1]));
    assert!(pool.comes_to(1).await.is_disjoint(&abandoned));
}

/// Nobody tells the pool that an idle worker has died: it learns of it when it sends an order.
#[tokio::test]
async fn a_worker_that_died_idle_is_replaced_without_a_failure() {
    let pool = Pool::new("died", 1, 1);
    let organisation = OrganisationId::new();
    for _ in 0..5 {
        pool.run(organisation).await;
        let id = *pool.processes().first().unwrap();
        kill(id);
        assert_eq!(pool.run(organisation).await, json!([1]));
        assert!(pool.comes_to(1).await.iter().all(|now| *now != id));
    }
}

/// What was to be done is done once more, not for ever: a script may be what its workers die of.
#[tokio::test]
async fn a_new_worker_that_dies_at_work_is_a_failure() {
    let pool = Pool::new("died-twice", 1, 1);
    let organisation = OrganisationId::new();
    pool.run(organisation).await;
    let idle = *pool.processes().first().unwrap();
    let outcome = pool.occupy(organisation);
    kill(idle);
    loop {
        let new = pool.processes().into_iter().find(|id| *id != idle);
        if let Some(id) = new {
            kill(id);
            break;
        }
        tokio::task::yield_now().await;
    }
    let outcome = outcome.await.unwrap();
    assert!(matches!(outcome, Err(ScriptError::Worker(_))), "{outcome:?}");
}

fn kill(id: u32) {
    assert!(Command::new("kill").args(["-KILL", &id.to_string()]).status().unwrap().success());
}

#[tokio::test]
async fn the_last_handle_takes_the_workers_along() {
    let pool = Pool::new("last-handle", 1, 1);
    pool.run(OrganisationId::new()).await;
    let id = *pool.processes().first().unwrap();
    drop(pool.scripts);
    while fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty()) {
        tokio::task::yield_now().await;
    }
}

/// S76: what is no worker is not believed.
#[tokio::test]
async fn a_binary_that_is_no_worker_is_an_error() {
    for binary in ["/bin/true", "/bin/cat", "/nowhere"] {
        let scripts = Scripts::start(ScriptLimits::default(), (binary.into(), "-"));
        let outcome = scripts.run(OrganisationId::new(), &Program::new(HOST, ""), &json!(1)).await;
        assert!(matches!(outcome, Err(ScriptError::Worker(_))), "{binary}: {outcome:?}");
    }
}
