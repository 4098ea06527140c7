//! The lowest versions that are free of known weaknesses (S65), held against what is locked. The check of
//! licences, sources and advisories is `cargo deny`, which `cargo xtask test` runs.

use std::fs;
use std::process::Command;

/// A package and the lowest version of it that may be locked, with the reason.
const FLOORS: [(&str, [u64; 3], &str); 8] = [
    ("quick-xml", [0, 41, 0], "RUSTSEC-2026-0194, RUSTSEC-2026-0195"),
    ("sqlx", [0, 8, 1], "RUSTSEC-2024-0363"),
    ("totp-rs", [1, 1, 0], "RUSTSEC-2022-0018"),
    ("rustls", [0, 23, 18], "RUSTSEC-2024-0399"),
    ("h2", [0, 4, 4], "RUSTSEC-2024-0332"),
    ("idna", [1, 0, 0], "RUSTSEC-2024-0421"),
    ("axum-core", [0, 2, 8], "RUSTSEC-2022-0055"),
    ("boa_engine", [0, 19, 0], "CVE-2024-43367"),
];

/// S65: nothing below the floors is locked, by whatever way it came.
#[test]
fn no_locked_package_is_below_its_floor() {
    let locked = locked_packages();
    for (name, version) in &locked {
        for (_, floor, reason) in FLOORS.iter().filter(|(floored, ..)| floored == name) {
            assert!(numbers(version) >= *floor, "{name} {version} is too old: {reason}");
        }
    }
    // The lock is read at all: these are always in it.
    for name in ["quick-xml", "sqlx", "rustls", "idna", "axum-core"] {
        assert!(locked.iter().any(|(locked, _)| locked == name), "{name} is not locked");
    }
}

/// One copy, the pinned one: a second would be an RSA implementation that nobody chose.
#[test]
fn the_rsa_crate_is_the_pinned_one() {
    let versions: Vec<_> =
        locked_packages().into_iter().filter(|(name, _)| name == "rsa").map(|(_, version)| version).collect();
    assert_eq!(versions, ["0.10.0-rc.19"]);
}

/// S82, S83: what packages ship holds neither the stand-in nor anything that only it needs.
#[test]
fn a_build_without_the_demo_leaves_the_stand_in_out() -> anyhow::Result<()> {
    let parts = |arguments: &[&str]| -> anyhow::Result<String> {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--locked", "--package", "countersign", "--edges", "normal"])
            .args(["--prefix", "none"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    let (whole, shipped) = (parts(&[])?, parts(&["--no-default-features"])?);
    for part in ["countersign-rehearsal ", "bergshamra "] {
        assert!(whole.contains(part), "the demo needs {part}");
        assert!(!shipped.contains(part), "{part} is shipped");
    }
    assert!(shipped.contains("countersign-sts "));
    Ok(())
}

/// Names and versions in `Cargo.lock`.
fn locked_packages() -> Vec<(String, String)> {
    let lock =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap_or_default();
    let lock: toml::Table = lock.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text = |package: &toml::Value, key| {
        package.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    packages.iter().map(|package| (text(package, "name"), text(package, "version"))).collect()
}

/// The three numbers of a version, without what follows a dash or a plus.
fn numbers(version: &str) -> [u64; 3] {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = plain.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}
