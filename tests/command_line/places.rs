//! The databases of places, as an operator sees them.

use std::fs;

use geography::sample;

use crate::Installation;

/// A configuration that names both files, and an installation by it.
fn installation() -> anyhow::Result<Installation> {
    let here = Installation::new()?;
    fs::write(
        here.path().join("countersign.toml"),
        "[geography]\ncountry_file = \"country.mmdb\"\nnetwork_file = \"network.mmdb\"\n",
    )?;
    here.done(&["init", "--bits", "2048"])?;
    Ok(here)
}

fn said(here: &Installation, command: &[&str]) -> anyhow::Result<String> {
    let all = [&["--config", "countersign.toml"], command].concat();
    Ok(String::from_utf8(here.run(&all)?.stdout)?)
}

/// S32
#[test]
fn doctor_says_what_is_loaded_and_what_is_wrong_with_it() -> anyhow::Result<()> {
    let here = installation()?;
    fs::write(here.path().join("country.mmdb"), sample::countries(&[("203.0.113.0/24", "AU")])?)?;
    let doctor = said(&here, &["doctor"])?;
    let expected = "geography.country_file: countries of Countersign-Sample-Country in country.mmdb, ";
    assert!(doctor.contains(expected) && doctor.contains(" days old"), "{doctor}");
    assert!(doctor.contains("network.mmdb cannot be read: No such file"), "{doctor}");
    assert!(doctor.contains("the autonomous systems of all addresses are unknown until it is mended"));

    fs::write(here.path().join("network.mmdb"), sample::countries(&[("203.0.113.0/24", "AU")])?)?;
    let doctor = said(&here, &["doctor"])?;
    assert!(doctor.contains("\"Countersign-Sample-Country\" and lists no autonomous systems"), "{doctor}");
    fs::write(here.path().join("network.mmdb"), "half a database")?;
    assert!(said(&here, &["doctor"])?.contains("it is no MMDB database, or a damaged one"));
    Ok(())
}

/// The server starts all the same, and rules say what an unknown place means.
#[test]
fn config_check_warns_of_files_that_cannot_be_used_or_are_old() -> anyhow::Result<()> {
    let here = installation()?;
    fs::write(here.path().join("network.mmdb"), sample::autonomous_systems(&[("203.0.113.0/24", 64_496)])?)?;
    let check = said(&here, &["config", "check"])?;
    let missing = check.lines().find(|line| line.contains("geography.country_file")).unwrap_or_default();
    assert!(missing.starts_with("warning") && missing.contains("cannot be read"), "{check}");
    let old = check.lines().find(|line| line.contains("geography.network_file")).unwrap_or_default();
    assert!(old.starts_with("warning") && old.contains("put a new file in its place"), "{check}");
    Ok(())
}
