use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

/// What is left of a job that was done: to tell whoever waits for it.
type Done = Box<dyn FnOnce() + Send>;

type Job = Box<dyn FnOnce() -> Done + Send>;

/// The most jobs that a thread does before it tells of them, when there are others behind them anyway.
///
/// Telling wakes the runtime, and where that shares a core with the signing thread, each waking costs the core what
/// was in its caches: told of together, eight signatures cost one.
const BURST: usize = 8;

/// Threads of their own for signing, with a bounded queue: a storm of tokens costs an unrelated request nothing
/// (design.md §5.8).
#[derive(Clone)]
pub struct SigningLane {
    queue: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
}

/// Why a job was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LaneError {
    /// The queue is full: shed this request.
    #[error("the signing queue is full")]
    Full,
    /// The job ended without a result.
    #[error("a signing thread lost its job")]
    Lost,
}

impl SigningLane {
    /// Starts `threads` threads that share a queue of `depth` jobs, and on the current runtime a task that tells of
    /// what they have done.
    pub fn start(threads: usize, depth: usize) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(depth);
        let (done, mut news) = mpsc::unbounded_channel::<Vec<Done>>();
        let (jobs, waiting) = (Arc::new(Mutex::new(jobs)), Arc::<AtomicUsize>::default());
        let threads = threads.max(1);
        for number in 0..threads {
            let thread = Thread {
                jobs: Arc::clone(&jobs),
                waiting: Arc::clone(&waiting),
                threads,
                done: done.clone(),
            };
            thread::Builder::new().name(format!("signing-{number}")).spawn(move || thread.work())?;
        }
        tokio::spawn(async move {
            while let Some(burst) = news.recv().await {
                for done in burst {
                    done();
                }
            }
        });
        Ok(Self { queue, waiting })
    }

    /// Puts a job into the queue at once, or says that it is full; the future gives the result.
    pub fn submit<T, F>(
        &self,
        job: F,
    ) -> Result<impl Future<Output = Result<T, LaneError>> + use<T, F>, LaneError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let job = Box::new(move || {
            let made = job();
            // Nobody waits any more when the client has gone; the work was done all the same.
            Box::new(move || drop(answer.send(made))) as Done
        });
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let queued = self.queue.try_send(job);
        if queued.is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        match queued {
            Ok(()) => Ok(async { result.await.map_err(|_| LaneError::Lost) }),
            Err(TrySendError::Full(_)) => Err(LaneError::Full),
            Err(TrySendError::Disconnected(_)) => Err(LaneError::Lost),
        }
    }
}

/// One signing thread.
struct Thread {
    jobs: Arc<Mutex<Receiver<Job>>>,
    /// Jobs in the queue.
    waiting: Arc<AtomicUsize>,
    /// Threads that share it.
    threads: usize,
    done: mpsc::UnboundedSender<Vec<Done>>,
}

impl Thread {
    /// Does jobs until every sender is gone.
    fn work(&self) {
        while let Some(jobs) = self.take() {
            let done = jobs.into_iter().map(|job| job()).collect();
            if self.done.send(done).is_err() {
                // The runtime is gone, and with it everybody who waited.
                return;
            }
        }
    }

    /// The next job, and as many more as are this thread's share of the queue.
    fn take(&self) -> Option<Vec<Job>> {
        let queue = self.jobs.lock().ok()?;
        let first = queue.recv().ok()?;
        let share = (self.waiting.load(Ordering::Relaxed) / self.threads).clamp(1, BURST);
        let jobs: Vec<_> = iter::once(first).chain(queue.try_iter().take(share - 1)).collect();
        self.waiting.fetch_sub(jobs.len(), Ordering::Relaxed);
        Some(jobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_is_said_at_once_and_the_rest_is_still_done() {
        let lane = SigningLane::start(1, 1).unwrap();
        let (started, has_started) = oneshot::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let first = lane.submit(move || (started.send(()).is_ok(), released.recv().is_ok())).unwrap();
        has_started.await.unwrap();
        let second = lane.submit(|| 2).unwrap();

        assert!(matches!(lane.submit(|| 3), Err(LaneError::Full)));

        release.send(()).unwrap();
        assert_eq!(first.await, Ok((true, true)));
        assert_eq!(second.await, Ok(2));
    }
}
