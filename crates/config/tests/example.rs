//! The annotated example is what operators start from: it has to be right and complete.

use std::fs;
use std::path::Path;

use config::{Configuration, Explained, Origin, Purpose};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/countersign.toml");

#[test]
fn the_example_works_as_it_stands() {
    let configuration = Configuration::load(Some(Path::new(EXAMPLE)), []).unwrap();
    assert_eq!(configuration.check(Purpose::Serve), []);
}

#[test]
fn the_example_shows_every_setting_with_its_default() {
    let shown = fs::read_to_string(EXAMPLE).unwrap();
    let uncommented: String = shown
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| rest.contains(" = ")).unwrap_or(line))
        .filter(|line| !line.starts_with(' '))
        .flat_map(|line| [line, "\n"])
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.toml");
    fs::write(&path, uncommented).unwrap();

    let value = |one: &Explained| (one.name.clone(), one.value.clone());
    let all = Configuration::load(Some(&path), []).unwrap().explain().unwrap();
    let missing: Vec<_> = all.iter().filter(|one| one.origin == Origin::Default).map(value).collect();
    assert_eq!(missing, [], "the example does not show these");

    // These four are set on purpose, and the threads depend on the machine.
    let differs = ["base_url", "listen", "tls.mode", "trusted_proxies", "passwords.threads"];
    let compared = |all: &[Explained]| -> Vec<_> {
        all.iter().filter(|one| !differs.contains(&one.name.as_str())).map(value).collect()
    };
    let defaults = Configuration::load(None, []).unwrap().explain().unwrap();
    assert_eq!(compared(&all), compared(&defaults));
}
