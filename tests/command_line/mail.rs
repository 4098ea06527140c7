//! The mail server, as an operator sees it, with a real one.

use std::process::Output;

use testkit::{MailSecurity, MailServer};

use crate::Installation;

/// An installation that sends mail to this server, with one user who has another address.
fn installation(server: &MailServer, other: &str) -> anyhow::Result<Installation> {
    let here = Installation::new()?;
    let config = format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"sign-in@contoso.example\"\n",
        server.port
    );
    std::fs::write(here.path().join("countersign.toml"), config)?;
    here.done(&["init", "--name", "Contoso", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    let other = format!("OtherMails={other}");
    let add = ["user", "add", "--upn", "ada@contoso.example", "--no-password", "--attribute", &other];
    here.done(&add)?;
    Ok(here)
}

fn run(here: &Installation, command: &[&str], input: &str) -> anyhow::Result<Output> {
    here.run_with(&[&["--config", "countersign.toml"], command].concat(), input)
}

#[tokio::test]
async fn mail_is_tried_before_anybody_waits_for_a_code() -> anyhow::Result<()> {
    let mut server = MailServer::start(MailSecurity::None).await?;
    let here = installation(&server, "ada@home.example")?;
    let tried = run(&here, &["mail", "test", "grace@home.example", "--language", "de"], "")?;
    assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
    let mail = server.next().await?;
    assert_eq!(mail.to, ["grace@home.example"]);
    assert!(mail.html.contains("<html lang=\"de\">"), "{}", mail.html);

    let refused = run(&here, &["mail", "test", "nobody@home.example"], "")?;
    let said = String::from_utf8(refused.stderr)?;
    assert!(said.contains("refuses the letter") && said.contains("there is nobody of that name"), "{said}");
    assert!(here.refused(&["mail", "test", "grace@home.example"])?.contains("no mail server is configured"));
    Ok(())
}

#[tokio::test]
async fn an_operators_change_is_told_outside_the_mailbox_that_signs_in() -> anyhow::Result<()> {
    let mut server = MailServer::start(MailSecurity::None).await?;
    let here = installation(&server, "ada@home.example")?;
    let changed = run(&here, &["user", "passwd", "ada@contoso.example"], "a-password-of-adas-own\n")?;
    assert!(changed.status.success(), "{}", String::from_utf8_lossy(&changed.stderr));
    let mail = server.next().await?;
    assert_eq!(mail.to, ["ada@home.example"]);
    assert!(
        mail.text.contains("ada@contoso.example was changed") && mail.text.contains("an operator"),
        "{}",
        mail.text
    );
    Ok(())
}

/// S87: the reason is said, and the change is made all the same.
#[tokio::test]
async fn a_mailbox_that_signs_in_here_is_named_as_useless() -> anyhow::Result<()> {
    let server = MailServer::start(MailSecurity::None).await?;
    let here = installation(&server, "ada@contoso.example")?;
    let changed = run(&here, &["user", "passwd", "ada@contoso.example"], "a-password-of-adas-own\n")?;
    let said = String::from_utf8(changed.stderr)?;
    assert!(changed.status.success() && said.contains("read by signing in here"), "{said}");
    let listed =
        String::from_utf8(run(&here, &["user", "factor", "ada@contoso.example", "list"], "")?.stdout)?;
    assert!(
        listed.contains("code by mail") && listed.contains("not offered: mail to contoso.example"),
        "{listed}"
    );
    Ok(())
}
