use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::io;

use rlimit::Resource;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use thiserror::Error;

/// Bytes of memory for everything in a worker beside its code: the engine's own limit is far lower.
const MEMORY: u64 = 128 << 20;

/// Seconds of CPU in a worker's whole life. The server retires workers long before; a worker that has lost its
/// server inside an engine call that never returns ends by this.
pub const CPU_SECONDS: u64 = 60;

/// Why a worker could not be confined. It then runs nothing.
#[derive(Debug, Error)]
pub enum ConfinementError {
    /// A resource limit could not be set.
    #[error("a resource limit could not be set")]
    Limit(#[from] io::Error),
    /// The filter cannot be made for this processor.
    #[error("the system-call filter cannot be made")]
    Filter(#[from] BackendError),
    /// The kernel did not take the filter.
    #[error("the kernel refuses the system-call filter")]
    Install(#[from] seccompiler::Error),
}

/// Gives up, for good, everything a script has no need of: after this the process can compute, allocate, read its
/// standard input and write its standard output and error; anything else kills it (S76). Sets `no_new_privs`.
pub fn confine() -> Result<(), ConfinementError> {
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    Resource::NOFILE.set(3, 3)?;
    Resource::DATA.set(MEMORY, MEMORY)?;
    Resource::CPU.set(CPU_SECONDS, CPU_SECONDS)?;
    seccompiler::apply_filter_all_threads(&filter()?)?;
    Ok(())
}

fn filter() -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in [
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ] {
        rules.insert(call, Vec::new());
    }
    // Descriptors that a careless parent left open are of no use: only the pipes can be read and written.
    rules.insert(libc::SYS_read, vec![rule(vec![equals(0, 0)?])?]);
    rules.insert(libc::SYS_write, vec![rule(vec![equals(0, 1)?])?, rule(vec![equals(0, 2)?])?]);
    // Memory, but no files in it and no code.
    rules.insert(libc::SYS_mmap, vec![rule(vec![lacks(2, libc::PROT_EXEC)?, has(3, libc::MAP_ANONYMOUS)?])?]);
    rules.insert(libc::SYS_mprotect, vec![rule(vec![lacks(2, libc::PROT_EXEC)?])?]);
    let filter =
        SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, ARCH.try_into()?)?;
    filter.try_into()
}

fn rule(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions)
}

fn equals(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

fn lacks(argument: u8, flag: i32) -> Result<SeccompCondition, BackendError> {
    let mask = u64::from(flag.unsigned_abs());
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), 0)
}

fn has(argument: u8, flag: i32) -> Result<SeccompCondition, BackendError> {
    let mask = u64::from(flag.unsigned_abs());
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), mask)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus};

    use super::*;

    const PROBE: &str = "COUNTERSIGN_CONFINEMENT_PROBE";

    /// Not a rule by itself: what the tests below run in a process of their own.
    #[test]
    fn probe() {
        let Ok(act) = std::env::var(PROBE) else {
            return;
        };
        // What a careless parent leaves open behind the worker's back.
        let mut left_open = File::options().read(true).write(true).open("/dev/null").unwrap();
        confine().unwrap();
        match act.as_str() {
            "compute" => assert_eq!(vec![1_u8; 1 << 20].len(), 1 << 20),
            "allocate" => drop(vec![1_u8; 256 << 20]),
            "open" => drop(File::open("/dev/null")),
            "connect" => drop(TcpListener::bind("127.0.0.1:0")),
            "read" => drop(left_open.read(&mut [0])),
            "write" => drop(left_open.write(&[0])),
            "execute" => drop(Command::new("/bin/true").spawn()),
            "thread" => drop(std::thread::Builder::new().spawn(|| ())),
            _ => {}
        }
        std::process::exit(0);
    }

    fn fate_of(act: &str) -> ExitStatus {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "confinement::tests::probe", "--nocapture"]).env(PROBE, act);
        command.output().unwrap().status
    }

    /// S76: the system-call filter of a worker.
    #[test]
    fn a_confined_process_is_killed_when_it_reaches_outside() {
        assert!(fate_of("compute").success());
        for act in ["open", "connect", "read", "write", "execute", "thread"] {
            assert_eq!(fate_of(act).signal(), Some(libc::SIGSYS), "{act}");
        }
    }

    #[test]
    fn a_confined_process_cannot_take_the_machines_memory() {
        assert!(!fate_of("allocate").success());
    }
}
