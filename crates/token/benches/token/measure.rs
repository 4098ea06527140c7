use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

use crate::f64_of;
use crate::work::Work;

/// How many operations of one kind run before the other kind has its turn.
const TURN: usize = 4;

/// Two kinds of work measured in turns, in seconds per operation.
pub struct Pairs(Vec<(f64, f64)>);

impl Pairs {
    /// CPU time of this thread: `pairs` pairs of about `operations` operations of each kind.
    pub fn measure(work: &impl Work, limit: &impl Work, pairs: usize, operations: usize) -> Self {
        let turns = (operations / TURN).max(1);
        let one_pair = || {
            let mut spent = (Duration::ZERO, Duration::ZERO);
            for _ in 0..turns {
                spent.0 += cpu_time(work, TURN);
                spent.1 += cpu_time(limit, TURN);
            }
            let each = |spent: Duration| spent.as_secs_f64() / f64_of(turns * TURN);
            (each(spent.0), each(spent.1))
        };
        one_pair();
        Self((0..pairs).map(|_| one_pair()).collect())
    }

    /// The pair with the median ratio, seconds per operation of the work and of its limit.
    pub fn median(&self) -> (f64, f64) {
        let mut pairs = self.0.clone();
        pairs.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
        pairs.get(pairs.len() / 2).copied().unwrap()
    }

    /// The smallest and the largest ratio of limit to work.
    pub fn spread(&self) -> (f64, f64) {
        let ratios = || self.0.iter().map(|(work, limit)| limit / work);
        (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max))
    }
}

/// Microseconds of CPU time per operation, median of `slices`.
pub fn microseconds(work: &impl Work, slices: usize, operations: usize) -> f64 {
    cpu_time(work, operations);
    let each = |spent: Duration| spent.as_secs_f64() * 1e6 / f64_of(operations);
    let mut slices: Vec<f64> = (0..slices).map(|_| each(cpu_time(work, operations))).collect();
    slices.sort_by(f64::total_cmp);
    slices.get(slices.len() / 2).copied().unwrap()
}

/// The same as [`Pairs::measure`] by the clock on the wall, with the operations of each kind split over threads.
pub fn wall_pairs(
    work: &(impl Work + Sync),
    limit: &(impl Work + Sync),
    pairs: usize,
    operations: usize,
    threads: usize,
) -> Pairs {
    let one_pair = |_| (wall_time(work, operations, threads), wall_time(limit, operations, threads));
    one_pair(0);
    Pairs((0..pairs).map(one_pair).collect())
}

fn wall_time(work: &(impl Work + Sync), operations: usize, threads: usize) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..operations).for_each(|_| work.run()));
        }
    });
    start.elapsed().as_secs_f64() / f64_of(operations * threads)
}

/// Keeps this thread on one core.
pub fn pin() {
    let mut core = CpuSet::new();
    core.set(0);
    // Without the right to choose, the figures are only noisier.
    let _ = sched_setaffinity(None, &core);
}

fn cpu_time(work: &impl Work, operations: usize) -> Duration {
    let start = thread_clock();
    (0..operations).for_each(|_| work.run());
    thread_clock().saturating_sub(start)
}

fn thread_clock() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}
