//! How an account stands and how it is unlocked, by the command line.

use serde_json::json;

use crate::Installation;
use crate::init::json;

const ADA: &str = "ada@contoso.example";

fn with_ada() -> anyhow::Result<Installation> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    here.run_with(&["user", "add", "--upn", ADA], "correct horse battery staple\n")?;
    Ok(here)
}

#[test]
fn an_account_says_how_it_stands_and_is_unlocked() -> anyhow::Result<()> {
    let here = with_ada()?;
    let status = json(&here.done(&["--json", "user", "status", ADA])?)?;
    assert_eq!((&status["failures"], &status["wait_of_strangers"]), (&json!(0), &json!(0)));
    assert_eq!((&status["must_change"], &status["known_devices"]), (&json!(false), &json!([])));
    let said = here.done(&["user", "status", ADA])?;
    assert!(said.contains("may sign in") && said.contains("nobody"), "{said}");

    assert!(here.done(&["user", "unlock", ADA])?.contains("does not count any more"));
    let ledger = here.done(&["--json", "ledger", "tail", "-n", "5"])?;
    assert!(ledger.contains("user unlock"), "{ledger}");
    for command in ["unlock", "status"] {
        assert!(here.refused(&["user", command, "nobody@contoso.example"])?.contains("there is no user"));
    }
    Ok(())
}

#[test]
fn a_new_password_can_be_one_for_a_single_sign_in() -> anyhow::Result<()> {
    let here = with_ada()?;
    let set = here
        .run_with(&["--json", "user", "passwd", ADA, "--must-change"], "another horse, another staple\n")?;
    let set = json(&String::from_utf8(set.stdout)?)?;
    assert_eq!((&set["must_change"], &set["sessions_ended"]), (&json!(true), &json!(true)));
    assert_eq!(json(&here.done(&["--json", "user", "status", ADA])?)?["must_change"], true);
    let kept = here
        .run_with(&["--json", "user", "passwd", ADA, "--keep-sessions"], "a third horse, a third staple\n")?;
    assert_eq!(json(&String::from_utf8(kept.stdout)?)?["sessions_ended"], false);
    assert_eq!(json(&here.done(&["--json", "user", "status", ADA])?)?["must_change"], false);
    Ok(())
}

/// Every password that is set keeps the rules, whoever sets it.
#[test]
fn an_operator_cannot_set_a_password_that_breaks_a_rule() -> anyhow::Result<()> {
    let here = with_ada()?;
    let set = |text: &str| here.run_with(&["user", "passwd", ADA], &format!("{text}\n"));
    for (text, says) in [
        ("seven77", "at least 8 characters"),
        ("Contoso-2026", "easy to guess"),
        ("correct horse battery staple", "used before"),
    ] {
        let refused = set(text)?;
        let complaint = String::from_utf8(refused.stderr)?;
        assert!(!refused.status.success() && complaint.contains(says), "{text}: {complaint}");
        assert!(complaint.contains("nothing was changed") && !complaint.contains(text), "{complaint}");
    }
    assert!(set("four words in row")?.status.success());
    assert!(!set("correct horse battery staple")?.status.success(), "it is remembered");
    Ok(())
}

#[test]
fn a_password_from_a_break_in_is_refused_and_a_broken_list_is_said() -> anyhow::Result<()> {
    let here = with_ada()?;
    let list = here.path().join("list.txt");
    let setting = format!("[passwords]\nbreached_file = {:?}\n", list.display().to_string());
    std::fs::write(here.path().join("with-list.toml"), setting)?;
    let passwd = ["--config", "with-list.toml", "user", "passwd", ADA];
    let missing = String::from_utf8(here.run_with(&passwd, "P@ssw0rd\n")?.stderr)?;
    assert!(missing.contains("list.txt cannot be read"), "{missing}");
    let doctor = here.run(&["--config", "with-list.toml", "doctor"])?;
    assert!(
        String::from_utf8(doctor.stdout)?.contains("passwords.breached_file: the list of breached passwords")
    );

    // `printf P@ssw0rd | sha1sum`
    std::fs::write(&list, "21BD12DC183F740EE76F27B78EB39C8AD972A757:52579\r\n")?;
    let breached = String::from_utf8(here.run_with(&passwd, "P@ssw0rd\n")?.stderr)?;
    assert!(breached.contains("on the list of breached passwords"), "{breached}");
    let doctor = here.run(&["--config", "with-list.toml", "doctor"])?;
    assert!(String::from_utf8(doctor.stdout)?.contains("looked up in the breached ones"));
    Ok(())
}
