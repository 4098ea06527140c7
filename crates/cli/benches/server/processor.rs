use std::fs;

use anyhow::Context;
use rustix::thread::{CpuSet, sched_setaffinity};

/// The core of a server whose CPU time is counted, and of the bare operations.
pub const SERVER: &[usize] = &[0];

/// The core of the load generator.
pub const GENERATOR: &[usize] = &[1];

/// The cores of a server whose answers are timed: it has a second one, which it shares with the generator.
pub const BOTH: &[usize] = &[0, 1];

/// Keeps this thread, and what it starts from now on, on these cores.
pub fn pin(cores: &[usize]) -> anyhow::Result<()> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core);
    }
    sched_setaffinity(None, &set).with_context(|| format!("this needs the cores {cores:?} for itself"))
}

/// Seconds of user and system time of a process with all its threads, those that have ended included. The kernel
/// counts in hundredths of a second here, whatever its own tick is.
pub fn cpu_of(process: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name comes first, in parentheses, and may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("no name in stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}

/// Seconds of CPU of a process with one thread, to the nanosecond.
pub fn cpu_of_single_thread(process: u32) -> anyhow::Result<f64> {
    let counted = fs::read_to_string(format!("/proc/{process}/schedstat"))?;
    let nanoseconds: f64 = counted.split(' ').next().context("an empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}

/// The processes that a process has started.
pub fn children(process: u32) -> anyhow::Result<Vec<u32>> {
    let mut children = Vec::new();
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let listed = fs::read_to_string(task?.path().join("children"))?;
        children.extend(listed.split_whitespace().map(str::parse::<u32>).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(children)
}

/// Resident memory of a process, in MiB.
pub fn resident(process: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes / 1024.0)
}
