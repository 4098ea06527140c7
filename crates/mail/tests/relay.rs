//! Letters on their way to a real mail server, which is nobody's of this house.

use std::time::Duration;

use anyhow::Context;
use mail::{
    Content, DeliveryError, Language, Letter, MailAddress, Notice, Occasion, Outbox, OutboxFull,
    OutboxLimits, Relay, RelaySettings, Security,
};
use policy::Mechanism;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use secrecy::SecretString;
use tempfile::TempDir;
use testkit::{MailIdentity, MailSecurity, MailServer};

/// A certificate for `localhost`, in files.
struct Certificate {
    folder: TempDir,
    pem: String,
}

impl Certificate {
    fn new() -> anyhow::Result<Self> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()])?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("certificate.pem"), cert.pem())?;
        std::fs::write(folder.path().join("key.pem"), signing_key.serialize_pem())?;
        Ok(Self { folder, pem: cert.pem() })
    }

    fn identity(&self) -> MailIdentity {
        let file = |name| self.folder.path().join(name);
        MailIdentity { certificate: file("certificate.pem"), key: file("key.pem") }
    }
}

fn settings(server: &MailServer) -> RelaySettings {
    RelaySettings {
        host: "localhost".to_owned(),
        port: server.port,
        security: Security::None,
        credentials: None,
        authority: None,
        from: "Contoso sign-in <sign-in@contoso.example>".to_owned(),
        timeout: Duration::from_secs(30),
    }
}

fn letter(to: &str, content: Content) -> anyhow::Result<Letter> {
    let (to, language) = (MailAddress::parse(to)?, Language::German);
    Ok(Letter { to, language, organisation: "Contoso\r\nBcc: eve@evil.example ÄÖ".to_owned(), content })
}

fn code() -> anyhow::Result<Content> {
    let at = "2026-11-25T09:14:00Z".parse()?;
    let occasion =
        Occasion { at, address: Some([203, 0, 113, 24].into()), reference: Some("7K4M-2QXD".parse()?) };
    Ok(Content::Code { code: "40718235".to_owned(), minutes: 10, occasion })
}

#[tokio::test]
async fn a_letter_is_read_by_another_as_it_was_written() -> anyhow::Result<()> {
    let mut server = MailServer::start(MailSecurity::None).await?;
    Relay::new(settings(&server))?.deliver(&letter("ada@home.example", code()?)?).await?;

    let mail = server.next().await?;
    assert_eq!(mail.to, ["ada@home.example"]);
    assert_eq!(mail.code(8), Some("40718235"));
    assert!(mail.html.contains("<strong>40718235</strong>") && mail.html.contains("<html lang=\"de\">"));
    assert!(mail.text.contains("203.0.113.24") && mail.text.contains("7K4M-2QXD"), "{}", mail.text);
    assert_eq!(mail.header("From"), Some("Contoso sign-in <sign-in@contoso.example>"));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert!(mail.header("Date").is_some() && mail.header("Message-ID").is_some());
    let subject = mail.header("Subject").context("no subject")?;
    assert!(subject.contains("ÄÖ") && !subject.contains("40718235"), "{subject}");
    assert_eq!(mail.header("Bcc"), None, "a name in a letter adds no header");
    Ok(())
}

#[tokio::test]
async fn a_letter_goes_over_tls_and_with_a_password_where_the_server_wants_them() -> anyhow::Result<()> {
    let certificate = Certificate::new()?;
    for (security, speaks) in [
        (MailSecurity::StartTls(certificate.identity()), Security::StartTls),
        (MailSecurity::Tls(certificate.identity()), Security::Tls),
    ] {
        let mut server = MailServer::start(security).await?;
        let trusting = RelaySettings {
            security: speaks,
            authority: Some(certificate.pem.clone().into_bytes()),
            credentials: Some(("sign-in".to_owned(), SecretString::from("mail-password"))),
            ..settings(&server)
        };
        Relay::new(trusting.clone())?.deliver(&letter("ada@home.example", Content::Test)?).await?;
        assert_eq!(server.next().await?.login.as_deref(), Some("sign-in"));

        let wrong = Some(("sign-in".to_owned(), SecretString::from("other-password")));
        let refused = Relay::new(RelaySettings { credentials: wrong, ..trusting.clone() })?
            .deliver(&letter("ada@home.example", Content::Test)?)
            .await;
        let error = refused.expect_err("a wrong password");
        assert!(matches!(error, DeliveryError::Refused(_)), "{error:?}");
        assert!(!format!("{error:?} {trusting:?}").contains("-password"), "{error:?}");

        // Nobody who is not known to the authority gets a letter.
        let stranger = RelaySettings { authority: None, ..trusting };
        let refused = Relay::new(stranger)?.deliver(&letter("ada@home.example", Content::Test)?).await;
        assert!(refused.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_to_a_server_that_was_to_speak_tls() -> anyhow::Result<()> {
    let server = MailServer::start(MailSecurity::None).await?;
    let relay = Relay::new(RelaySettings { security: Security::StartTls, ..settings(&server) })?;
    assert!(relay.deliver(&letter("ada@home.example", Content::Test)?).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_refused_letter_and_a_busy_server_are_told_apart() -> anyhow::Result<()> {
    let server = MailServer::start(MailSecurity::None).await?;
    let relay = Relay::new(settings(&server))?;
    let refused = relay.deliver(&letter("nobody@home.example", Content::Test)?).await;
    assert!(matches!(refused, Err(DeliveryError::Refused(_))), "{refused:?}");
    let busy = relay.deliver(&letter("later@home.example", Content::Test)?).await;
    assert!(matches!(busy, Err(DeliveryError::Later(_))), "{busy:?}");
    drop(server);
    let gone = Relay::new(relay_to_nowhere())?.deliver(&letter("ada@home.example", Content::Test)?).await;
    assert!(matches!(gone, Err(DeliveryError::Later(_))), "{gone:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_no_sender_is_said_before_anything_is_sent() {
    let nobody = RelaySettings { from: "sign-in".to_owned(), ..relay_to_nowhere() };
    let error = Relay::new(nobody).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("\"sign-in\" is no sender"), "{error}");
}

#[tokio::test]
async fn an_outbox_tries_again_and_gives_up_for_one_letter_only() -> anyhow::Result<()> {
    let mut server = MailServer::start(MailSecurity::None).await?;
    let limits = OutboxLimits { pauses: vec![Duration::from_millis(10)], ..OutboxLimits::default() };
    let outbox = Outbox::new(Relay::new(settings(&server))?, limits);
    for to in ["nobody@home.example", "later@home.example", "ada@home.example"] {
        let notice = Notice::FactorAdded(Mechanism::Passkey);
        let occasion = Occasion { at: "2026-11-25T09:14:00Z".parse()?, address: None, reference: None };
        let content = Content::Notice { account: "ada@contoso.example".to_owned(), notice, occasion };
        outbox.send(letter(to, content)?, None)?;
    }
    outbox.drain(Duration::from_mins(1)).await;
    let mut arrived = [server.next().await?.to.concat(), server.next().await?.to.concat()];
    arrived.sort();
    assert_eq!(arrived, ["ada@home.example", "later@home.example"]);
    Ok(())
}

#[tokio::test]
async fn a_full_outbox_refuses_at_once() -> anyhow::Result<()> {
    let limits =
        OutboxLimits { letters: 1, pauses: vec![Duration::from_hours(1)], ..OutboxLimits::default() };
    let outbox = Outbox::new(Relay::new(relay_to_nowhere())?, limits);
    outbox.send(letter("ada@home.example", Content::Test)?, None)?;
    assert_eq!(outbox.send(letter("ada@home.example", Content::Test)?, None), Err(OutboxFull));
    Ok(())
}

/// A port at which nobody listens.
fn relay_to_nowhere() -> RelaySettings {
    RelaySettings {
        host: "127.0.0.1".to_owned(),
        port: 1,
        security: Security::None,
        credentials: None,
        authority: None,
        from: "sign-in@contoso.example".to_owned(),
        timeout: Duration::from_secs(30),
    }
}
