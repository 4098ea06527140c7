//! Policies by the command line: written, checked, tried and saved.

use std::fs;

use crate::Installation;
use crate::init::json;

const GRACE: &str = "grace@contoso.example";

const GEOLOCK: &str = "[guard]
administrators = \"Administrators\"

[geolock]
countries = [\"AU\", \"NZ\"]
allow-unknown = true
message = \"Contoso allows sign-in from Australia and New Zealand.\"
";

/// Grace, who is an administrator and may use Microsoft 365.
fn with_grace() -> anyhow::Result<Installation> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    here.done(&["user", "add", "--upn", GRACE, "--no-password"])?;
    here.done(&["role", "add", "Administrators"])?;
    here.done(&["role", "member", "Administrators", GRACE])?;
    here.done(&["role", "member", "Office 365 Email Integration Users", GRACE])?;
    Ok(here)
}

/// A document in the installation's folder.
fn written(here: &Installation, document: &str) -> anyhow::Result<&'static str> {
    fs::write(here.path().join("policy.toml"), document)?;
    Ok("policy.toml")
}

fn apply(here: &Installation, document: &str) -> anyhow::Result<String> {
    here.done(&["policy", "apply", written(here, document)?])
}

#[test]
fn a_mistake_is_shown_with_its_line_and_field_and_nothing_is_saved() -> anyhow::Result<()> {
    let here = with_grace()?;
    let file = written(&here, "[geolock]\ncountry = [\"AU\"]\n")?;
    for command in ["check", "apply"] {
        let complaint = here.refused(&["policy", command, file])?;
        assert!(complaint.contains("line 2: unknown field `country`"), "{complaint}");
        assert!(complaint.contains("\n  country = [\"AU\"]\n  ^^^^^^^"), "{complaint}");
    }
    let file = written(
        &here,
        "[[rules]]\nname = \"a\"\nwhen = { roles = [\"administrators\"] }\nthen = \"deny\"\n",
    )?;
    let complaint = here.refused(&["policy", "check", file])?;
    assert!(complaint.contains("line 3: there is no role \"administrators\"; known: Administrators"));
    assert!(here.done(&["policy", "history"])?.contains("No policy was ever saved"));
    Ok(())
}

#[test]
fn every_version_is_kept_compared_and_restored() -> anyhow::Result<()> {
    let here = with_grace()?;
    assert!(here.done(&["policy", "show"])?.contains("No policy was saved"));
    assert!(apply(&here, GEOLOCK)?.contains("Version 1 with 1 rule is saved"));
    let file = written(&here, &GEOLOCK.replace("\"AU\", \"NZ\"", "\"AU\""))?;
    here.done(&["policy", "apply", file, "--note", "New Zealand is closed"])?;
    let difference = here.done(&["policy", "diff", "1"])?;
    assert!(difference.contains("\n-countries = [\"AU\", \"NZ\"]\n+countries = [\"AU\"]\n"), "{difference}");

    here.done(&["policy", "restore", "1", "--as", GRACE, "--from", "203.0.113.7"])?;
    let versions = json(&here.done(&["--json", "policy", "history"])?)?;
    assert_eq!(versions[0]["version"], 3);
    assert_eq!(
        (&versions[0]["saved_by"], &versions[0]["note"]),
        (&GRACE.into(), &"version 1 restored".into())
    );
    assert_eq!(versions[1]["note"], "New Zealand is closed");
    assert_eq!(json(&here.done(&["--json", "policy", "show"])?)?["document"], GEOLOCK);
    assert!(here.refused(&["policy", "restore", "9"])?.contains("there is no version 9"));
    let ledger = here.done(&["--json", "ledger", "tail", "-n", "50"])?;
    assert!(ledger.contains("policy apply") && ledger.contains("policy restore"), "{ledger}");
    Ok(())
}

#[test]
fn a_supposed_sign_in_is_told_rule_by_rule() -> anyhow::Result<()> {
    let here = with_grace()?;
    apply(&here, GEOLOCK)?;
    let simulate = |country: &str, rest: &[&str]| {
        let asked = ["policy", "simulate", "--address", "203.0.113.7", "--country", country];
        here.done(&[&asked, rest].concat())
    };
    let abroad = simulate("PT", &["--user", GRACE])?;
    assert!(
        abroad.starts_with("grace@contoso.example is refused: rule \u{201c}Geolock\u{201d}."),
        "{abroad}"
    );
    assert!(
        abroad.contains("1. Geolock \u{2192} deny: decides") && abroad.contains("Country: PT."),
        "{abroad}"
    );
    let at_home = simulate("NZ", &["--user", GRACE])?;
    assert!(at_home.starts_with("grace@contoso.example is let in."), "{at_home}");
    assert!(at_home.contains("no match (not-countries: NZ)"), "{at_home}");
    assert!(simulate("AU", &[])?.starts_with("Somebody is asked for name and password."));
    assert!(simulate("PT", &["--endpoint", "active-13"])?.contains("is refused: rule"));

    let draft = written(&here, "")?;
    assert!(simulate("PT", &["--user", GRACE, "--draft", draft])?.contains("is let in."));
    let asked = json(&simulate("PT", &["--user", GRACE, "--json"])?)?;
    assert_eq!((&asked["refused"], &asked["policy_version"]), (&true.into(), &1.into()));
    assert!(here.refused(&["policy", "explain", "7K4M-2QXD"])?.contains("nothing was written down"));
    Ok(())
}

/// Nobody saws off the branch that all administrators sit on, nor their own.
#[test]
fn a_change_that_would_lock_out_all_administrators_or_its_author_is_refused() -> anyhow::Result<()> {
    let here = with_grace()?;
    let strict = GEOLOCK.replace("allow-unknown = true", "allow-unknown = false");
    let complaint = here.refused(&["policy", "apply", written(&here, &strict)?])?;
    assert!(complaint.contains("would lock out everybody with the role \u{201c}Administrators\u{201d}"));
    assert!(complaint.contains("grace@contoso.example: rule \u{201c}Geolock\u{201d}"), "{complaint}");

    apply(&here, GEOLOCK)?;
    let without_guard = "geolock = { countries = [\"AU\"] }\n";
    let complaint = here.refused(&["policy", "apply", written(&here, without_guard)?])?;
    assert!(complaint.contains("would lock out everybody"), "the guard in force still counts: {complaint}");

    let factor =
        "[profiles.strong]\nchallenge-2 = [\"totp\"]\n[[rules]]\nname = \"all\"\nprofile = \"strong\"\n";
    let change = ["policy", "apply", written(&here, factor)?, "--as", GRACE];
    let complaint = here.refused(&change)?;
    assert!(complaint.contains("would lock out grace@contoso.example, who saves it"), "{complaint}");
    assert!(complaint.contains("none is enrolled that will do (totp)"), "{complaint}");
    assert_eq!(json(&here.done(&["--json", "policy", "history"])?)?.as_array().map(Vec::len), Some(1));
    Ok(())
}

/// Every line that is commented out in the document to begin with is one that works.
#[test]
fn the_document_to_begin_with_is_right_line_by_line() -> anyhow::Result<()> {
    let here = with_grace()?;
    let document = here.done(&["policy", "show", "--default"])?;
    assert!(here.done(&["policy", "check", written(&here, &document)?])?.contains("has 0 rules"));

    here.done(&["role", "add", "Hourly staff"])?;
    here.done(&["domain", "add", "fabrikam.example"])?;
    for upn in ["tim@contoso.example", "break-glass@contoso.example"] {
        here.done(&["user", "add", "--upn", upn, "--no-password"])?;
    }
    let switched_on: Vec<_> = document
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', '#'])).unwrap_or(line))
        .collect();
    let switched_on = switched_on.join("\n").replace("Office 365", "Microsoft 365");
    let checked = here.done(&["policy", "check", written(&here, &switched_on)?])?;
    assert!(checked.contains("has 7 rules and can be applied"), "{checked}");
    Ok(())
}

/// What a policy names can go away after it was saved, and then nobody must be surprised.
#[test]
fn doctor_looks_at_the_policy_in_force() -> anyhow::Result<()> {
    let here = with_grace()?;
    let doctor = |here: &Installation| anyhow::Ok(String::from_utf8(here.run(&["doctor"])?.stdout)?);
    assert!(doctor(&here)?.contains("no policy was saved"));
    apply(&here, GEOLOCK)?;
    assert!(doctor(&here)?.contains("version 1 of the policy can be used and has 1 rule"));

    let network = "[networks]\nplant = [\"192.0.2.0/24\"]\n";
    fs::write(here.path().join("countersign.toml"), network)?;
    let rule = "[[rules]]\nname = \"r\"\nwhen = { networks = [\"plant\"] }\nthen = \"deny\"\n";
    let file = written(&here, rule)?;
    here.done(&["--config", "countersign.toml", "policy", "apply", file])?;
    let gone = doctor(&here)?;
    assert!(
        gone.contains("version 2 of the policy needs a look: line 3: there is no network \"plant\""),
        "{gone}"
    );
    Ok(())
}
