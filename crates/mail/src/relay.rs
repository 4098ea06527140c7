use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::Letter;

/// The mail server that takes our letters.
#[derive(Clone, Debug)]
pub struct RelaySettings {
    /// Its name, which its certificate has to bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// Name and password there, if it wants any.
    pub credentials: Option<(String, SecretString)>,
    /// The certificate of the authority that vouches for it, PEM, in place of the public ones.
    pub authority: Option<Vec<u8>>,
    /// Who writes: `sign-in@contoso.example`, or with a name before it in the usual form.
    pub from: String,
    /// How long one step of a delivery may take.
    pub timeout: Duration,
}

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, usually at port 465.
    Tls,
    /// TLS after a word in the clear, usually at port 587; without TLS nothing is sent.
    StartTls,
    /// None: for a server on the same machine.
    None,
}

/// Why the settings give no way to a mail server.
#[derive(Debug, Error)]
pub enum RelayError {
    /// The sender.
    #[error("{from:?} is no sender; write an address, or \"Contoso <sign-in@contoso.example>\"")]
    Sender {
        /// What was written.
        from: String,
        /// What is wrong.
        source: lettre::address::AddressError,
    },
    /// The authority or the name of the server.
    #[error("TLS with {host} cannot be set up")]
    Tls {
        /// The server.
        host: String,
        /// What the library says.
        source: smtp::Error,
    },
}

/// Why a letter was not taken. Nothing of the letter is in it.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The letter could not be written.
    #[error("the letter cannot be written")]
    Writing(#[from] askama::Error),
    /// Its parts do not make a message.
    #[error("the letter is no message")]
    Message(#[from] lettre::error::Error),
    /// The server could not be reached, or is busy: it may take the letter later.
    #[error("the mail server cannot take the letter now")]
    Later(#[source] smtp::Error),
    /// The server does not take this letter, now or later.
    #[error("the mail server refuses the letter")]
    Refused(#[source] smtp::Error),
}

/// The way to a mail server, with connections that are used again.
#[derive(Clone)]
pub struct Relay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Relay {
    /// Prepares the way; nothing is sent yet.
    pub fn new(settings: RelaySettings) -> Result<Self, RelayError> {
        let RelaySettings { host, port, security, credentials, authority, from, timeout } = settings;
        let from = from.parse().map_err(|source| RelayError::Sender { from, source })?;
        let parameters = || {
            tls(&host, authority.as_deref()).map_err(|source| RelayError::Tls { host: host.clone(), source })
        };
        let tls = match security {
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(timeout));
        if let Some((name, password)) = credentials {
            builder = builder.credentials(Credentials::new(name, password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Hands a letter to the server, which then answers for it.
    pub async fn deliver(&self, letter: &Letter) -> Result<(), DeliveryError> {
        let written = letter.write()?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, letter.to.as_address().clone()))
            .subject(written.subject)
            .message_id(None)
            // RFC 3834: nobody's out-of-office answers it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(written.text, written.page))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() || error.is_client() => Err(DeliveryError::Refused(error)),
            Err(error) => Err(DeliveryError::Later(error)),
        }
    }
}

fn tls(host: &str, authority: Option<&[u8]>) -> Result<TlsParameters, smtp::Error> {
    let parameters = TlsParameters::builder(host.to_owned());
    match authority {
        None => parameters.certificate_store(CertificateStore::WebpkiRoots),
        Some(authority) => parameters
            .certificate_store(CertificateStore::None)
            .add_root_certificate(Certificate::from_pem(authority)?),
    }
    .build()
}
