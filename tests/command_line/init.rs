//! From nothing to an installation that `doctor` finds nothing wrong with.

use serde_json::Value;

use crate::Installation;

pub fn json(text: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(text)?)
}

/// S91, too: the key is made beside the data, not in them.
#[test]
fn an_installation_is_furnished_step_by_step() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--name", "Contoso", "--bits", "2048"])?;
    assert!(here.path().join("keys/countersign.key").is_file());

    let apps = here.done(&["app", "list"])?;
    assert!(
        apps.contains("urn:federation:MicrosoftOnline")
            && apps.contains("Office 365 Email Integration Users")
    );

    here.done(&["domain", "add", "contoso.example"])?;
    let role = "Office 365 Email Integration Users";
    let added = here.run_with(
        &[
            "user",
            "add",
            "--upn",
            "ada@contoso.example",
            "--role",
            role,
            "--attribute",
            "DisplayName=Ada Byron",
        ],
        "analytical-engine\n",
    )?;
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let users = json(&here.done(&["--json", "user", "list"])?)?;
    assert_eq!(users[0]["upn"], "ada@contoso.example");
    let members = json(&here.done(&["--json", "role", "member", role])?)?;
    assert_eq!(members[0]["upn"], "ada@contoso.example");

    let doctor = here.run(&["doctor"])?;
    let said = String::from_utf8(doctor.stdout)?;
    assert!(said.contains("its signature verifies") && !said.contains("no domain"), "{said}");
    Ok(())
}

#[test]
fn an_application_is_added_and_a_role_is_permitted_to_use_it() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    let reply = "https://wiki.contoso.example/";
    let wiki = ["--realm", "urn:wiki", "--reply", reply, "--name", "Wiki"];
    here.done(&[&["app", "add", "--kind", "ws-federation"], &wiki[..]].concat())?;
    assert!(!here.run(&["doctor"])?.status.success(), "nobody may use it yet");

    here.done(&["role", "add", "Writers"])?;
    here.done(&["app", "permit", "urn:wiki", "writers"])?;

    let apps = json(&here.done(&["--json", "app", "list"])?)?;
    let wiki = apps.as_array().into_iter().flatten().find(|app| app["application"]["name"] == "Wiki");
    let wiki = wiki.cloned().unwrap_or_default();
    assert_eq!(wiki["roles"], serde_json::json!(["Writers"]), "{apps}");
    assert_eq!(wiki["application"]["reply_addresses"], serde_json::json!([reply]));
    Ok(())
}

/// S91: a key that lies in the data folder, or in a folder of it, is to be moved before `doctor` is content.
#[test]
fn doctor_is_not_content_with_a_key_among_the_data() -> anyhow::Result<()> {
    let here = Installation::new()?;
    let inside = here.path().join("data/countersign.key");
    let configuration = format!("key_file = \"{}\"\n", inside.display());
    std::fs::write(here.path().join("countersign.toml"), configuration)?;
    here.done(&["--config", "countersign.toml", "init", "--bits", "2048"])?;
    let doctor = here.run(&["--config", "countersign.toml", "doctor"])?;
    let said = String::from_utf8(doctor.stdout)?;
    assert!(!doctor.status.success() && said.contains("the key lies in the data folder"), "{said}");
    Ok(())
}

/// MD-03: a new key is published, then signs, then is gone; there is always exactly one that signs.
#[test]
fn a_key_is_rolled_over() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    let new = json(&here.done(&["--json", "key", "new", "--bits", "2048"])?)?;
    let id = new["id"].as_str().unwrap_or_default();
    here.done(&["key", "activate", id])?;
    let keys = json(&here.done(&["--json", "key", "list"])?)?;
    let states: Vec<_> = keys.as_array().into_iter().flatten().map(|key| key["state"].as_str()).collect();
    assert_eq!(states.iter().filter(|state| **state == Some("active")).count(), 1);
    let complaint = here.refused(&["key", "retire", id])?;
    assert!(complaint.contains("activate another one"), "{complaint}");
    Ok(())
}

/// S35: the domain that passkeys are bound to is chosen once, and shown.
#[test]
fn the_domain_of_passkeys_is_the_host_or_one_above_it() -> anyhow::Result<()> {
    let here = Installation::new()?;
    let complaint = here.refused(&["init", "--bits", "2048", "--passkey-domain", "fabrikam.example"])?;
    assert!(complaint.contains("is not in fabrikam.example"), "{complaint}");
    let told = here.done(&["init", "--bits", "2048", "--passkey-domain", "contoso.example"])?;
    assert!(told.contains("Passkeys are bound to contoso.example, for ever."), "{told}");
    let doctor = String::from_utf8(here.run(&["doctor"])?.stdout)?;
    assert!(
        doctor.contains("passkeys are bound to contoso.example and work at sign-in.contoso.example"),
        "{doctor}"
    );
    Ok(())
}

#[test]
fn a_second_init_changes_nothing() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    let before = here.done(&["--json", "app", "list"])?;
    assert!(here.refused(&["init"])?.contains("nothing was changed"));
    assert_eq!(here.done(&["--json", "app", "list"])?, before);
    Ok(())
}

/// S64: nothing is there that nobody put there, and no key that another installation has.
#[test]
fn a_fresh_installation_has_no_users_and_a_key_of_its_own() -> anyhow::Result<()> {
    let mut certificates = Vec::new();
    for _ in 0..2 {
        let here = Installation::new()?;
        here.done(&["init", "--bits", "2048"])?;
        assert_eq!(json(&here.done(&["--json", "user", "list"])?)?, serde_json::json!([]));
        let keys = json(&here.done(&["--json", "key", "list"])?)?;
        assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
        certificates.push(keys[0]["certificate_pem"].clone());
    }
    assert!(certificates[0].is_string() && certificates[0] != certificates[1]);
    Ok(())
}
