use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use argon2::Block;
use thiserror::Error;
use tokio::sync::oneshot;

/// Every place in the queue is taken. The caller answers 503 with `Retry-After` at once.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("too many passwords are waiting to be checked")]
pub struct Busy;

/// Threads of their own for password hashing, behind a queue with a fixed number of places.
///
/// Hashing takes tens of milliseconds: on the runtime's threads it would stall every other request, on an
/// elastic pool a storm of sign-ins would take the whole machine (design.md §5.8).
pub(crate) struct Lane {
    shared: Arc<Shared>,
    places: usize,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
}

struct Queue {
    jobs: VecDeque<Job>,
    open: bool,
}

struct Job(Box<dyn FnOnce(&mut Blocks) + Send>);

impl Lane {
    /// Starts `threads` threads that share a queue of `places`, and give their memory back after `quiet`.
    pub(crate) fn start(threads: usize, places: usize, quiet: Duration) -> io::Result<Self> {
        let queue = Queue { jobs: VecDeque::with_capacity(places), open: true };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), arrived: Condvar::new() });
        // Built before the first thread starts: if a later one cannot, dropping the lane ends the earlier ones.
        let lane = Self { shared, places };
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&lane.shared);
            thread::Builder::new().name(format!("password-{number}")).spawn(move || shared.work(quiet))?;
        }
        Ok(lane)
    }

    /// Runs `work` on one of the threads. Work that nobody waits for any more is not begun.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Blocks) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Job(Box::new(move |memory| {
            if !answer.is_closed() {
                // Whoever asked may have left meanwhile; then nobody needs the answer.
                answer.send(work(memory)).ok();
            }
        })))?;
        answered.await.map_err(|_| Busy)
    }

    fn enqueue(&self, job: Job) -> Result<(), Busy> {
        let mut queue = self.shared.lock();
        if queue.jobs.len() >= self.places {
            return Err(Busy);
        }
        queue.jobs.push_back(job);
        drop(queue);
        self.shared.arrived.notify_one();
        Ok(())
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.shared.lock().open = false;
        self.shared.arrived.notify_all();
    }
}

impl Shared {
    /// A panic of one job leaves the queue itself whole, so a poisoned lock is taken as it is.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, quiet: Duration) {
        let mut memory = Blocks::default();
        let mut queue = self.lock();
        loop {
            if let Some(Job(work)) = queue.jobs.pop_front() {
                drop(queue);
                work(&mut memory);
                queue = self.lock();
            } else if !queue.open {
                return;
            } else if memory.is_empty() {
                queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner);
            } else {
                let (woken, wait) =
                    self.arrived.wait_timeout(queue, quiet).unwrap_or_else(PoisonError::into_inner);
                queue = woken;
                if wait.timed_out() && queue.jobs.is_empty() {
                    memory = Blocks::default();
                }
            }
        }
    }
}

/// The blocks that Argon2 fills, kept by a thread from one password to the next.
///
/// 19 MiB each at our parameters, made at first use: a server that nobody signs in to stays small.
#[derive(Default)]
pub(crate) struct Blocks(Vec<Block>);

/// Room for 33 MiB of blocks. glibc gives a freed allocation back to the system for certain only above 32 MiB;
/// a smaller one, once freed, raises its threshold and is kept. Pages that are never touched cost nothing.
const CERTAIN_RETURN: usize = 33 * 1024;

impl Blocks {
    /// At least `count` blocks of 1 KiB, with whatever the last use left in them.
    pub(crate) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0 = Vec::with_capacity(count.max(CERTAIN_RETURN));
            self.0.resize(count, Block::new());
        }
        &mut self.0
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A lane whose only thread waits until the returned sender is dropped.
    async fn occupied_lane(places: usize) -> (Arc<Lane>, mpsc::Sender<()>) {
        let lane = Arc::new(Lane::start(1, places, Duration::from_mins(1)).unwrap());
        let (release, released) = mpsc::channel::<()>();
        let (begun, has_begun) = oneshot::channel();
        let occupant = Arc::clone(&lane);
        tokio::spawn(async move {
            let wait = move |_: &mut Blocks| {
                begun.send(()).ok();
                released.recv().ok();
            };
            occupant.run(wait).await
        });
        has_begun.await.unwrap();
        (lane, release)
    }

    /// S34: what does not fit into the queue is refused at once instead of piling up.
    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let (lane, release) = occupied_lane(2).await;
        let mut waiting = [1, 2].map(|n| Box::pin(lane.run(move |_| n)));
        for one in &mut waiting {
            assert!(poll_once(one.as_mut()).await.is_none());
        }

        assert_eq!(lane.run(|_| ()).await, Err(Busy));

        drop(release);
        for (n, one) in (1..).zip(waiting) {
            assert_eq!(one.await, Ok(n));
        }
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_not_begun() {
        let (lane, release) = occupied_lane(2).await;
        let (ran, has_run) = mpsc::channel();
        let mut abandoned = Box::pin(lane.run(move |_| ran.send(())));
        assert!(poll_once(abandoned.as_mut()).await.is_none());
        drop(abandoned);
        drop(release);

        assert_eq!(lane.run(|_| "next").await, Ok("next"));
        assert!(has_run.recv().is_err());
    }

    /// Polls once, which puts the job into the queue.
    async fn poll_once<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        tokio::select! {
            biased;
            done = future => Some(done),
            () = std::future::ready(()) => None,
        }
    }
}
