//! `docs/security.md` against the tests that it names: a page that promises a test that nobody wrote is worse than
//! one that promises none.

use std::fs;
use std::path::{Path, PathBuf};

/// A threat of the page, with the tests it names: file and function.
struct Case {
    name: String,
    tests: Vec<(String, String)>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The cases of the page: a heading each, then prose, then a list of files with the functions that prove it.
fn cases() -> Vec<Case> {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap_or_default();
    let (mut cases, mut file): (Vec<Case>, _) = (Vec::new(), None);
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            if let Some(name) = heading.strip_prefix("## ") {
                cases.push(Case { name: name.to_owned(), tests: Vec::new() });
            }
            file = None;
        } else if line.is_empty() {
            file = None;
        }
        let listed = line.strip_prefix("- `").and_then(|rest| rest.split_once("`: "));
        let names = match listed {
            Some((path, names)) if is_source(path) => {
                file = Some(path.to_owned());
                names
            }
            _ => line,
        };
        if let (Some(case), Some(file)) = (cases.last_mut(), &file) {
            let quoted = names.split('`').skip(1).step_by(2);
            case.tests.extend(quoted.map(|test| (file.clone(), test.to_owned())));
        }
    }
    cases
}

fn is_source(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Every test that the page names is there, in the file that it names.
#[test]
fn every_test_that_the_page_names_exists() {
    let mut named = 0;
    for case in cases() {
        for (file, test) in &case.tests {
            let source = fs::read_to_string(root().join(file)).unwrap_or_default();
            let is_there = source.contains(&format!("fn {test}("));
            assert!(is_there, "{}: there is no test {test} in {file}", case.name);
            named += 1;
        }
    }
    assert!(named > 150, "the page was read: {named}");
}

/// A case without a test is a wish.
#[test]
fn every_case_names_a_test() {
    let cases = cases();
    let without: Vec<_> = cases.iter().filter(|case| case.tests.is_empty()).map(|case| &case.name).collect();
    assert!(cases.len() > 40 && without.is_empty(), "no test for {without:?}");
}
