//! What commands refuse, with words that say what to do; nothing is half done.

use crate::Installation;

#[test]
fn bad_input_is_named_and_changes_nothing() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    for (arguments, words) in [
        (&["domain", "add", "localhost"][..], "only one label"),
        (&["domain", "add", "contoso.example"], "contoso.example"),
        (&["key", "new", "--bits", "1024"], "1024"),
        (&["user", "add", "--upn", "ada", "--no-password"], "ada@contoso.example"),
        (&["user", "add", "--upn", "ada@elsewhere.example", "--no-password"], "elsewhere.example"),
        (&["user", "add", "--upn", "ada@contoso.example", "--no-password", "--role", "nobody"], "no role"),
        (&["role", "member", "nobody"], "no role"),
        (&["app", "permit", "nothing", "nobody"], "no role"),
        (
            &[
                "app",
                "add",
                "--kind",
                "oauth",
                "--realm",
                "urn:x",
                "--reply",
                "https://x.example/",
                "--name",
                "X",
            ],
            "ws-federation",
        ),
        // S05: no reply address without TLS.
        (
            &[
                "app",
                "add",
                "--kind",
                "ws-federation",
                "--realm",
                "urn:x",
                "--reply",
                "http://x.example/",
                "--name",
                "X",
            ],
            "https://",
        ),
        (
            &[
                "app",
                "add",
                "--kind",
                "ws-federation",
                "--realm",
                "urn:x",
                "--reply",
                "javascript:alert(1)",
                "--name",
                "X",
            ],
            "address",
        ),
    ] {
        let complaint = here.refused(arguments)?;
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
    assert_eq!(here.done(&["--json", "user", "list"])?.trim(), "[]");
    Ok(())
}

/// S41: one anchor, one user.
#[test]
fn an_immutable_id_belongs_to_one_user() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    let add = |upn| {
        here.run(&[
            "user",
            "add",
            "--upn",
            upn,
            "--immutable-id",
            "PSwbCl9OcWCCk6S1xtfo+Q==",
            "--no-password",
        ])
    };
    assert!(add("ada@contoso.example")?.status.success());
    assert!(!add("bob@contoso.example")?.status.success());
    Ok(())
}

/// Commands on nothing say what to do first.
#[test]
fn without_an_installation_commands_say_so() -> anyhow::Result<()> {
    let here = Installation::new()?;
    for arguments in [&["user", "list"][..], &["ledger", "verify"], &["doctor"]] {
        let complaint = here.refused(arguments)?;
        assert!(complaint.contains("run `countersign init`"), "{arguments:?}: {complaint}");
    }
    assert!(!here.refused(&["serve"])?.is_empty());
    assert!(!here.path().join("data").join("countersign.db").exists(), "looking made no database");
    Ok(())
}

/// A missing or wrong key file is said in words, and nothing is served.
#[test]
fn a_missing_or_foreign_key_file_is_said() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    let key = std::fs::read_dir(here.path().join("keys"))?.flatten().next().map(|entry| entry.path());
    let key = key.unwrap_or_default();
    let kept = here.path().join("kept");
    std::fs::rename(&key, &kept)?;
    assert!(here.refused(&["doctor"])?.contains("key"), "missing");

    let other = Installation::new()?;
    other.done(&["init", "--bits", "2048"])?;
    std::fs::copy(other.path().join("keys").join(key.file_name().unwrap_or_default()), &key)?;
    assert!(!here.refused(&["doctor"])?.is_empty(), "foreign");

    std::fs::remove_file(&key)?;
    std::fs::rename(&kept, &key)?;
    assert!(here.done(&["key", "list"])?.contains("active"));
    Ok(())
}

/// Plain http is refused unless a configured proxy has TLS (S83: only the demo goes without).
#[test]
fn serve_refuses_plain_http() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    let complaint = here.refused(&["serve"])?;
    assert!(complaint.contains("tls") || complaint.contains("proxy"), "{complaint}");
    Ok(())
}
