//! The mail server that takes letters to people.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use crate::check::{Findings, MINUTE, SECOND};
use crate::{optional_path, span};

/// The mail server that takes letters to people. Without one none are sent, and nobody is offered a code by mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mail {
    /// Its name; empty: there is none.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: MailSecurity,
    /// The name to log in there with; empty: it wants none.
    pub user: String,
    /// The password there.
    pub password: Hidden,
    /// A file with the password there in its only line.
    #[serde(with = "optional_path")]
    pub password_file: Option<PathBuf>,
    /// PEM: the authority that vouches for the server, in place of the public ones.
    #[serde(with = "optional_path")]
    pub authority_file: Option<PathBuf>,
    /// Who writes.
    pub from: String,
    /// How long the server may take for one step.
    #[serde(with = "span")]
    pub timeout: Duration,
}

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after a word in the clear, or nothing at all.
    StartTls,
    /// None, for a server on this machine.
    None,
}

/// A secret that shows itself to nobody, neither in `Debug` nor when it is serialised.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// The secret as it was written.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    const fn shown(&self) -> &'static str {
        if self.is_empty() { "" } else { "(hidden)" }
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.shown())
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            server: String::new(),
            port: 587,
            security: MailSecurity::StartTls,
            user: String::new(),
            password: Hidden::default(),
            password_file: None,
            authority_file: None,
            from: String::new(),
            timeout: Duration::from_secs(30),
        }
    }
}

impl Mail {
    /// Whether there is a server at all.
    pub const fn is_on(&self) -> bool {
        !self.server.is_empty()
    }

    pub(crate) fn check(&self, findings: &mut Findings) {
        findings.span("mail.timeout", self.timeout, SECOND..=MINUTE * 5);
        if !self.is_on() {
            if !self.from.is_empty() || !self.user.is_empty() {
                findings.warning("mail.server", "no server is named, so that no letter is ever sent");
            }
            return;
        }
        if self.from.is_empty() {
            findings.error("mail.from", "a letter has a sender: sign-in@contoso.example, or \"Contoso <…>\"");
        }
        if self.security == MailSecurity::None && !self.is_on_this_machine() {
            findings.error(
                "mail.security",
                format!(
                    "codes and a password would travel to {} in the clear; write starttls or tls",
                    self.server
                ),
            );
        }
        if !self.password.is_empty() && self.password_file.is_some() {
            findings.error("mail.password_file", "the password is given in mail.password as well; keep one");
        }
        let has_password = !self.password.is_empty() || self.password_file.is_some();
        match (self.user.is_empty(), has_password) {
            (true, true) => findings.error("mail.user", "a password belongs to a name; name it"),
            (false, false) => {
                findings.error("mail.password", "a name belongs to a password; give it by file");
            }
            _ => {}
        }
    }

    fn is_on_this_machine(&self) -> bool {
        let host = self.server.trim_matches(['[', ']']);
        host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Configuration, Purpose, Settings, Severity};

    fn fields(mail: Mail) -> Vec<String> {
        let base_url = crate::BaseUrl::parse("http://localhost:8080").unwrap();
        let settings = Settings { mail, ..Settings::beside(base_url, std::path::Path::new("data")) };
        let problems = settings.check(Purpose::Demo).into_iter();
        problems.filter(|problem| problem.severity == Severity::Error).map(|problem| problem.field).collect()
    }

    fn there() -> Mail {
        Mail {
            server: "smtp.contoso.example".to_owned(),
            from: "a@contoso.example".to_owned(),
            ..Mail::default()
        }
    }

    #[test]
    fn nothing_is_needed_where_no_mail_is_sent_and_little_where_it_is() {
        assert_eq!(fields(Mail::default()), [""; 0]);
        assert_eq!(fields(there()), [""; 0]);
        assert_eq!(fields(Mail { from: String::new(), ..there() }), ["mail.from"]);
    }

    #[test]
    fn nothing_travels_in_the_clear_but_on_this_machine() {
        let clear = Mail { security: MailSecurity::None, ..there() };
        assert_eq!(fields(clear.clone()), ["mail.security"]);
        for host in ["localhost", "127.0.0.1", "::1", "[::1]"] {
            assert_eq!(fields(Mail { server: host.to_owned(), ..clear.clone() }), [""; 0], "{host}");
        }
    }

    #[test]
    fn a_name_and_a_password_go_together() {
        let name = Mail { user: "sign-in".to_owned(), ..there() };
        assert_eq!(fields(name.clone()), ["mail.password"]);
        let file = Mail { password_file: Some("mail.secret".into()), ..name };
        assert_eq!(fields(file.clone()), [""; 0]);
        assert_eq!(fields(Mail { password: Hidden("x".to_owned()), ..file.clone() }), ["mail.password_file"]);
        assert_eq!(fields(Mail { user: String::new(), ..file }), ["mail.user"]);
    }

    #[test]
    fn the_password_is_read_from_the_environment_and_shown_to_nobody() {
        let pairs = [("COUNTERSIGN_MAIL__PASSWORD", "hunter2"), ("COUNTERSIGN_MAIL__USER", "sign-in")];
        let configuration =
            Configuration::load(None, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
                .unwrap();
        assert_eq!(configuration.settings.mail.password.expose(), "hunter2");
        let shown = format!("{configuration:?} {:?}", configuration.explain().unwrap());
        assert!(!shown.contains("hunter2") && shown.contains("(hidden)"), "{shown}");
    }
}
