//! What programs bring stays with the server.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testkit::{Connection, Demo, escaped};

use crate::COUNTERSIGN;

/// The program, told to log all it can.
fn talkative_program(folder: &Path) -> anyhow::Result<PathBuf> {
    let program = folder.join("countersign");
    std::fs::write(&program, format!("#!/bin/sh\nRUST_LOG=trace exec '{COUNTERSIGN}' \"$@\"\n"))?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    Ok(program)
}

/// A password as it might be written somewhere.
fn spellings(password: &str) -> [String; 5] {
    let numbered = |radix: fn(u32) -> String| {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { radix(c.into()) };
        password.chars().map(letter).collect::<String>()
    };
    [
        password.to_owned(),
        escaped(password),
        // As text that was escaped twice, as a debugger quotes it, and with escapes by number.
        escaped(&escaped(password)),
        password.escape_debug().to_string(),
        numbered(|c| format!("&#{c};")),
    ]
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push((path.clone(), std::fs::read(path)?));
        }
    }
    Ok(found)
}

/// S55, WST-09: no password of a program is in an answer, a log at its most talkative, or a file, plain or escaped;
/// neither a wrong one, nor one in a message that cannot be read, nor the right one.
#[tokio::test]
async fn no_password_of_a_program_is_written_anywhere() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let program = talkative_program(folder.path())?;
    let demo = Demo::start_in(&program.to_string_lossy(), folder.path()).await?;
    let (ada, secret) = (demo.person("ada")?, "never<write>&this\"down'7");
    let wrong = demo.description.posted_token_request(&ada.upn, secret);
    let unreadable = |from: &str, to: &str| {
        // As long as before, so that the head still fits.
        assert_eq!(from.len(), to.len());
        String::from_utf8_lossy(&wrong).replace(from, to).into_bytes()
    };
    let messages = [
        wrong.clone(),
        unreadable("</wsse:Password>", "</wsse:Passwort>"),
        unreadable("<wsse:Username>", "<wsse:Passworx>"),
        unreadable("</s:Envelope>", "             "),
        unreadable("&lt;", "&xx;"),
        unreadable("never", "nev\u{1}r"),
        demo.description.posted_token_request(&ada.upn, &ada.password),
    ];
    let passwords = [secret.to_owned(), ada.password.clone()];

    let (door, mut statuses, mut seen) = (demo.secured()?, Vec::new(), Vec::new());
    for message in &messages {
        let mut connection = Connection::open(&door).await?;
        let answer = connection.exchange(message).await?;
        statuses.push(answer.status);
        seen.push((PathBuf::from("an answer"), answer.body.to_vec()));
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    demo.stop().await?;
    let log = std::fs::read_to_string(folder.path().join("log.txt"))?;
    assert!(log.contains("INFO"), "more is logged than usual: {log}");
    let describe = folder.path().join("describe.json");
    // The description tells whoever runs the demo as whom to sign in.
    seen.extend(files(folder.path())?.into_iter().filter(|(path, _)| *path != describe));
    for (place, bytes) in &seen {
        let mut spelled = passwords.iter().flat_map(|password| spellings(password));
        let kept = spelled.find(|spelling| holds(bytes, spelling));
        assert!(kept.is_none(), "{} holds {kept:?}", place.display());
    }
    Ok(())
}
