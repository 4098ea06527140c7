//! Memory is a property of the whole process, so this test has a process of its own.

use std::time::{Duration, Instant};

use authn::{Password, PasswordLimits, Passwords};

/// A server that nobody signs in to stays small: the blocks of 19 MiB come with the first password and go
/// after a quiet while, the second time as well as the first.
#[tokio::test]
async fn hashing_memory_comes_with_use_and_goes_when_it_is_quiet() {
    let resident_mebibytes = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    };
    let limits = PasswordLimits { threads: 2, queue: 8, quiet: Duration::from_millis(1) };
    let passwords = Passwords::start(limits).unwrap();
    assert!(resident_mebibytes() < 19, "memory was taken before the first password");

    for _ in 0..3 {
        let candidate = || Password::parse("correct horse".to_owned()).unwrap();
        let (first, second) =
            tokio::join!(passwords.verify(None, candidate()), passwords.verify(None, candidate()));
        assert_eq!((first, second), (Ok(false), Ok(false)));

        let patience = Instant::now() + Duration::from_secs(20);
        while resident_mebibytes() >= 19 && Instant::now() < patience {
            tokio::task::yield_now().await;
        }
        assert!(resident_mebibytes() < 19, "memory was kept");
    }
}
