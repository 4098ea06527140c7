//! Who may sign in without a page: switched by domain, with words that say what it does to people (WST-11).

use std::fs;

use serde_json::{Value, json};

use crate::Installation;

const CONFIGURATION: &str = r#"
[networks]
office = ["192.0.2.0/24"]
vpn = ["198.51.100.7", "2001:db8::/48"]

[entra]
mfa_demanded = ["known.example"]
mfa_not_demanded = ["settled.example"]
enforce_mfa_by_federated_idp = ["known.example"]
"#;

/// An installation with a domain and two networks.
fn contoso() -> anyhow::Result<Installation> {
    let here = Installation::new()?;
    fs::write(here.path().join("countersign.toml"), CONFIGURATION)?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    here.done(&["role", "add", "Pilots"])?;
    Ok(here)
}

/// Runs `countersign domain active` with the configuration.
fn active<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["--config", "countersign.toml", "domain", "active"], arguments].concat()
}

fn state_of(here: &Installation, domain: &str) -> anyhow::Result<Value> {
    let listed: Value = serde_json::from_str(&here.done(&["--json", "domain", "list"])?)?;
    let found = listed.as_array().into_iter().flatten().find(|one| one["name"] == domain);
    Ok(found.map(|domain| domain["active_road"].clone()).unwrap_or_default())
}

#[test]
fn a_domain_is_off_until_it_is_switched_on_and_both_say_what_happens() -> anyhow::Result<()> {
    let here = contoso()?;
    assert_eq!(state_of(&here, "contoso.example")?["mode"], "off");

    let on = here.done(&active(&["contoso.example", "windows"]))?;
    for words in ["Starts: ", "Windows", "primary refresh token", "MSAL", "No token by this road says"] {
        assert!(on.contains(words), "{words}: {on}");
    }
    assert!(on.contains("Refused: whoever has a second factor"), "{on}");
    assert!(on.contains("name contoso.example in entra.mfa_demanded"), "{on}");
    let windows = json!({ "mode": "windows", "networks": [], "roles": [] });
    assert_eq!(state_of(&here, "contoso.example")?, windows);
    assert!(here.done(&["domain", "list"])?.contains("windows"));

    let off = here.done(&active(&["contoso.example", "off"]))?;
    for words in ["Stops: ", "primary refresh token", "every four hours", "Browsers are not affected"] {
        assert!(off.contains(words), "{words}: {off}");
    }
    assert!(!off.contains("Starts") && !off.contains("Refused"), "{off}");
    assert_eq!(state_of(&here, "contoso.example")?["mode"], "off");
    Ok(())
}

#[test]
fn password_clients_are_narrowed_to_networks_and_roles() -> anyhow::Result<()> {
    let here = contoso()?;
    here.done(&active(&["contoso.example", "windows"]))?;
    let arguments = ["CONTOSO.example", "password-clients", "--network", "vpn", "--network", "office"];
    let narrowed = here.done(&active(&[&arguments[..], &["--role", "pilots"]].concat()))?;
    assert!(narrowed.contains("password-clients of Pilots on office, vpn"), "{narrowed}");
    assert!(narrowed.contains("Starts: ") && narrowed.contains("Stops: "), "{narrowed}");
    let state = json!({ "mode": "password-clients", "networks": ["office", "vpn"], "roles": ["Pilots"] });
    assert_eq!(state_of(&here, "contoso.example")?, state);
    assert!(here.done(&["domain", "list"])?.contains("password-clients of Pilots on office, vpn"));
    Ok(())
}

#[test]
fn a_switch_answers_programs_in_json() -> anyhow::Result<()> {
    let here = contoso()?;
    let arguments = [&["--json"], &active(&["contoso.example", "windows"])[..]].concat();
    let answer: Value = serde_json::from_str(&here.done(&arguments)?)?;
    assert_eq!(answer["name"], "contoso.example");
    assert_eq!(answer["active_road"]["mode"], "windows");
    assert!(answer["notes"].as_array().is_some_and(|notes| notes.len() > 2), "{answer}");
    Ok(())
}

/// The words follow what the configuration says of Entra ID.
#[test]
fn who_is_refused_depends_on_what_entra_does() -> anyhow::Result<()> {
    let here = contoso()?;
    for domain in ["known.example", "settled.example"] {
        here.done(&["domain", "add", domain])?;
    }
    let known = here.done(&active(&["known.example", "windows"]))?;
    assert!(known.contains("collects it here: whoever has one"), "{known}");
    assert!(!known.contains("or needs one by the policy. "), "{known}");
    let settled = here.done(&active(&["settled.example", "windows"]))?;
    assert!(settled.contains("demand the second factor by itself, and it does not"), "{settled}");
    Ok(())
}

#[test]
fn a_switch_is_in_the_ledger_and_a_repeat_is_none() -> anyhow::Result<()> {
    let here = contoso()?;
    let switches =
        || -> anyhow::Result<usize> { Ok(here.done(&["ledger", "tail"])?.matches("domain active").count()) };
    here.done(&active(&["contoso.example", "windows"]))?;
    assert_eq!(switches()?, 1);
    assert!(here.done(&active(&["contoso.example", "windows"]))?.contains("Nothing was changed."));
    assert_eq!(switches()?, 1);
    assert!(here.done(&["ledger", "verify"])?.contains("Nothing was changed"));
    Ok(())
}

#[test]
fn what_does_not_exist_is_refused_with_what_does_and_changes_nothing() -> anyhow::Result<()> {
    let here = contoso()?;
    for (arguments, words) in [
        (&["elsewhere.example", "windows"][..], "there are contoso.example"),
        (&["contoso.example", "password-clients"], "name at least one network or one role"),
        (&["contoso.example", "password-clients", "--network", "Office"], "there are office, vpn"),
        (
            &["contoso.example", "password-clients", "--role", "Nobody"],
            "there are Office 365 Email Integration Users, Pilots",
        ),
        (&["contoso.example", "windows", "--network", "office"], "leave out --network and --role"),
        (&["contoso.example", "off", "--role", "Pilots"], "leave out --network and --role"),
        (&["contoso.example", "everything"], "password-clients"),
    ] {
        let complaint = here.refused(&active(arguments))?;
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
    assert_eq!(state_of(&here, "contoso.example")?["mode"], "off");
    // Without a configuration there are no networks.
    let arguments = ["domain", "active", "contoso.example", "password-clients", "--network", "office"];
    assert!(here.refused(&arguments)?.contains("in [networks] there are none"));
    Ok(())
}

#[test]
fn doctor_asks_for_what_is_not_known_and_reports_what_is() -> anyhow::Result<()> {
    let here = contoso()?;
    for domain in ["known.example", "settled.example", "off.example"] {
        here.done(&["domain", "add", domain])?;
    }
    for domain in ["contoso.example", "known.example", "settled.example"] {
        here.done(&active(&[domain, "password-clients", "--network", "office"]))?;
    }
    let findings = |arguments: &[&str]| -> anyhow::Result<Vec<(bool, String)>> {
        let printed = here.run(arguments)?.stdout;
        let findings: Vec<Value> = serde_json::from_slice(&printed)?;
        let road = findings.into_iter().map(|finding| {
            (finding["good"] == true, finding["what"].as_str().unwrap_or_default().to_owned())
        });
        Ok(road.filter(|(_, what)| what.contains("answers ")).collect())
    };
    let found = findings(&["--config", "countersign.toml", "--json", "doctor"])?;
    let said = |name: &str| found.iter().filter(|(_, what)| what.starts_with(name)).collect::<Vec<_>>();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        matches!(said("contoso.example")[..], [(false, what)] if what.contains("not known")),
        "{found:?}"
    );
    assert!(matches!(said("known.example")[..], [(true, what)] if what.contains("collects")), "{found:?}");
    assert!(
        matches!(said("settled.example")[..], [(true, what)] if what.contains("it does not")),
        "{found:?}"
    );

    // With another configuration nobody is on the network any more.
    let found = findings(&["--json", "doctor"])?;
    assert_eq!(found.iter().filter(|(good, what)| !good && what.contains("network office")).count(), 3);
    Ok(())
}
