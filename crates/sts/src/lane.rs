use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use thiserror::Error;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Threads of their own for signing, with a bounded queue: a storm of tokens costs an unrelated request nothing
/// (design.md §5.8).
#[derive(Clone)]
pub struct SigningLane {
    queue: SyncSender<Job>,
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
    /// Starts `threads` threads that share a queue of `depth` jobs.
    pub fn start(threads: usize, depth: usize) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel::<Job>(depth);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads.max(1) {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("signing-{number}")).spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
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
            // Nobody waits any more when the client has gone; the work was done all the same.
            let _ = answer.send(job());
        });
        match self.queue.try_send(job) {
            Ok(()) => Ok(async { result.await.map_err(|_| LaneError::Lost) }),
            Err(TrySendError::Full(_)) => Err(LaneError::Full),
            Err(TrySendError::Disconnected(_)) => Err(LaneError::Lost),
        }
    }
}

/// Takes jobs until every sender is gone.
fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        match next {
            Ok(job) => job(),
            Err(_) => return,
        }
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
