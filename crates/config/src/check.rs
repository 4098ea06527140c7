use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use crate::{Network, Settings, TlsMode, span};

/// Something that an operator should change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The value's name as in the file, `sessions.idle`.
    pub field: String,
    /// What is wrong with it and what to do, in plain words.
    pub message: String,
    /// Whether the server starts all the same.
    pub severity: Severity,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The server does not start.
    Error,
    /// The server starts and says so.
    Warning,
}

/// What the settings are for. Said by the command that was called, never by a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Real sign-ins: TLS is a must.
    Serve,
    /// A trial on this machine alone: plain HTTP, on a loopback address.
    Demo,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl Settings {
    /// All that would not work, or not well; empty when everything is fine.
    pub fn check(&self, purpose: Purpose) -> Vec<Problem> {
        let mut findings = Findings(Vec::new());
        match purpose {
            Purpose::Serve => self.check_transport(&mut findings),
            Purpose::Demo => self.check_loopback(&mut findings),
        }
        self.check_places(&mut findings);
        self.check_lanes(&mut findings);
        self.check_limits(&mut findings);
        self.check_sessions(&mut findings);
        self.check_networks(&mut findings);
        self.mail.check(&mut findings);
        self.check_entra(&mut findings);
        findings.0
    }

    /// Cookies are only safe, and Entra only accepts an address, when browsers speak TLS.
    fn check_transport(&self, findings: &mut Findings) {
        if !self.base_url.is_https() {
            findings.error(
                "base_url",
                format!("{} is not https; write the address that browsers use", self.base_url),
            );
        }
        match self.tls.mode {
            TlsMode::None => findings.error(
                "tls",
                "there is no TLS; name certificate_file and key_file in [tls], or put a proxy that has a certificate \
                 in front, set tls = \"proxy\", and name the proxy in trusted_proxies",
            ),
            TlsMode::Proxy if self.trusted_proxies.is_empty() => {
                findings.error("trusted_proxies", "tls = \"proxy\" needs the address of the proxy here");
            }
            TlsMode::Proxy | TlsMode::Files => {}
        }
        let files =
            [("tls.certificate_file", &self.tls.certificate_file), ("tls.key_file", &self.tls.key_file)];
        for (field, file) in files {
            match (self.tls.mode, file) {
                (TlsMode::Files, None) => findings.error(field, "TLS needs both files; name this one too"),
                (TlsMode::Proxy, Some(_)) => findings.error(
                    field,
                    "the proxy ends TLS, so nobody would use this file; leave it out, or leave out tls = \"proxy\"",
                ),
                _ => {}
            }
        }
        if let Some(everybody) = self.trusted_proxies.iter().find(|network| network.prefix_len() == 0) {
            findings.error(
                "trusted_proxies",
                format!("{everybody} is everybody: any client could pretend any address; name the proxies"),
            );
        }
    }

    fn check_loopback(&self, findings: &mut Findings) {
        if !self.base_url.is_loopback() {
            findings.error("base_url", "the demo answers on this machine only, as http://localhost");
        }
        if !self.listen.ip().is_loopback() {
            findings.error("listen", "the demo listens on a loopback address only, such as 127.0.0.1");
        }
    }

    fn check_places(&self, findings: &mut Findings) {
        let url = &self.database.url;
        if url.sqlite_path().is_none_or(|path| path.as_os_str().is_empty()) && !url.is_postgres() {
            findings.error("database.url", "write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE");
        }
        // S91: a copy of the folder, or a backup of it, would hold the lock together with its key.
        if resolved(&self.key_file).starts_with(resolved(&self.data)) {
            findings.warning(
                "key_file",
                "the key lies in the data folder: whoever copies that folder can read every secret in the \
                 database; keep it elsewhere",
            );
        }
        if self.log.level.trim().is_empty() {
            findings.error("log.level", "write error, warn, info, debug or trace");
        }
    }

    fn check_lanes(&self, findings: &mut Findings) {
        findings.count("passwords.threads", self.passwords.threads, 1..=256);
        findings.count("passwords.queue", self.passwords.queue, 1..=100_000);
        findings.span("passwords.quiet", self.passwords.quiet, SECOND..=DAY);
        findings.count("script.workers", self.script.workers, 1..=64);
        findings.count("script.memory", self.script.memory, 4..=256);
        findings.span("script.wall", self.script.wall, MILLISECOND..=SECOND * 10);
        if self.script.kill <= self.script.wall {
            findings.error(
                "script.kill",
                "a script's process is ended later than the script: more than script.wall",
            );
        }
        findings.span("script.kill", self.script.kill, MILLISECOND..=SECOND * 60);
    }

    fn check_limits(&self, findings: &mut Findings) {
        findings.count("limits.account_failures", self.limits.account_failures, 1..=10_000);
        findings.count("limits.address_failures", self.limits.address_failures, 1..=100_000);
        findings.span("limits.window", self.limits.window, MINUTE..=DAY);
        findings.span("limits.longest_wait", self.limits.longest_wait, SECOND..=MINUTE * 60);
        if self.loop_guard.count > 0 {
            findings.span("loop.window", self.loop_guard.window, SECOND..=MINUTE * 60);
        }
        if self.ledger.checkpoint_rows == 0 {
            findings.error("ledger.checkpoint_rows", "a checkpoint follows at least one row");
        }
        findings.span("ledger.checkpoint_interval", self.ledger.checkpoint_interval, SECOND..=DAY);
    }

    fn check_sessions(&self, findings: &mut Findings) {
        let sessions = &self.sessions;
        findings.span("sessions.absolute", sessions.absolute, MINUTE..=DAY * 365);
        findings.span("sessions.kept_absolute", sessions.kept_absolute, MINUTE..=DAY * 365);
        findings.span("sessions.idle", sessions.idle, MINUTE..=sessions.absolute.max(MINUTE));
        findings.span("sessions.kept_idle", sessions.kept_idle, MINUTE..=sessions.kept_absolute.max(MINUTE));
        findings.count("sessions.in_memory", sessions.in_memory, 1_000..=100_000_000);
    }

    fn check_networks(&self, findings: &mut Findings) {
        for (name, Network(ranges)) in &self.networks {
            let field = format!("networks.{name}");
            if ranges.is_empty() {
                findings.warning(&field, "no range is named, so that nobody is on this network");
            }
            if let Some(everybody) = ranges.iter().find(|range| range.prefix_len() == 0) {
                findings.warning(
                    &field,
                    format!("{everybody} is everybody; what names this network is open to all"),
                );
            }
        }
    }

    fn check_entra(&self, findings: &mut Findings) {
        for (domain, [one, other]) in self.entra.contradictions() {
            findings.error(other, format!("{domain} stands in {one} too, and only one can be true"));
        }
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

pub(crate) struct Findings(Vec<Problem>);

impl Findings {
    pub(crate) fn error(&mut self, field: &str, message: impl Into<String>) {
        self.add(field, message.into(), Severity::Error);
    }

    pub(crate) fn warning(&mut self, field: &str, message: impl Into<String>) {
        self.add(field, message.into(), Severity::Warning);
    }

    fn count(&mut self, field: &str, value: usize, sensible: RangeInclusive<usize>) {
        if !sensible.contains(&value) {
            let (least, most) = sensible.into_inner();
            self.error(field, format!("{value} is outside {least} to {most}"));
        }
    }

    pub(crate) fn span(&mut self, field: &str, value: Duration, sensible: RangeInclusive<Duration>) {
        if !sensible.contains(&value) {
            let [value, least, most] = [&value, sensible.start(), sensible.end()].map(|s| span::write(*s));
            self.error(field, format!("{value} is outside {least} to {most}"));
        }
    }

    fn add(&mut self, field: &str, message: String, severity: Severity) {
        self.0.push(Problem { field: field.to_owned(), message, severity });
    }
}

/// An absolute path without `.` and `..`, as far as that can be known without looking at the disk.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.components().fold(PathBuf::new(), |mut resolved, component| {
        match component {
            Component::ParentDir => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
        resolved
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BaseUrl, Tls};

    fn served() -> Settings {
        let base_url = BaseUrl::parse("https://sign-in.contoso.example").unwrap();
        let mut settings = Settings::beside(base_url, Path::new("data"));
        settings.tls.mode = TlsMode::Proxy;
        settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        settings
    }

    fn errors(settings: &Settings, purpose: Purpose) -> Vec<String> {
        let problems = settings.check(purpose).into_iter();
        problems.filter(|problem| problem.severity == Severity::Error).map(|problem| problem.field).collect()
    }

    #[test]
    fn the_defaults_behind_a_proxy_are_fine() {
        assert_eq!(served().check(Purpose::Serve), []);
    }

    #[test]
    fn nothing_is_served_without_tls() {
        let mut settings = served();
        settings.base_url = BaseUrl::parse("http://sign-in.contoso.example").unwrap();
        assert_eq!(errors(&settings, Purpose::Serve), ["base_url"]);
        settings.tls.mode = TlsMode::None;
        assert_eq!(errors(&settings, Purpose::Serve), ["base_url", "tls"]);
        settings.base_url = served().base_url;
        assert_eq!(errors(&settings, Purpose::Serve), ["tls"]);
    }

    #[test]
    fn a_certificate_of_its_own_needs_no_proxy_but_both_files() {
        let mut settings = served();
        settings.trusted_proxies.clear();
        settings.tls = Tls {
            mode: TlsMode::Files,
            certificate_file: Some("tls/chain.pem".into()),
            key_file: Some("tls/key.pem".into()),
        };
        assert_eq!(settings.check(Purpose::Serve), []);
        settings.tls.key_file = None;
        assert_eq!(errors(&settings, Purpose::Serve), ["tls.key_file"]);
        settings.tls.certificate_file = None;
        assert_eq!(errors(&settings, Purpose::Serve), ["tls.certificate_file", "tls.key_file"]);
    }

    #[test]
    fn a_certificate_that_nobody_would_use_is_an_error() {
        let mut settings = served();
        settings.tls.certificate_file = Some("tls/chain.pem".into());
        assert_eq!(errors(&settings, Purpose::Serve), ["tls.certificate_file"]);
    }

    /// S31: the default trusts nobody, and nobody may trust everybody.
    #[test]
    fn a_proxy_is_named() {
        let mut settings = served();
        settings.trusted_proxies.clear();
        assert_eq!(errors(&settings, Purpose::Serve), ["trusted_proxies"]);
        for everybody in ["0.0.0.0/0", "::/0"] {
            settings.trusted_proxies = vec![everybody.parse().unwrap()];
            assert_eq!(errors(&settings, Purpose::Serve), ["trusted_proxies"]);
        }
    }

    #[test]
    fn the_demo_needs_no_tls_and_stays_on_this_machine() {
        let base_url = BaseUrl::parse("http://localhost:8080").unwrap();
        let mut settings = Settings::beside(base_url, Path::new("demo-data/data"));
        assert_eq!(settings.check(Purpose::Demo), []);
        settings.listen = "0.0.0.0:8080".parse().unwrap();
        settings.base_url = BaseUrl::parse("http://192.0.2.1:8080").unwrap();
        assert_eq!(errors(&settings, Purpose::Demo), ["base_url", "listen"]);
    }

    /// S91: by default the key lies beside the data folder; within it there is a warning.
    #[test]
    fn a_key_in_the_data_folder_is_warned_of() {
        let mut settings = served();
        assert_eq!(settings.key_file, Path::new("keys/countersign.key"));
        for inside in ["data/countersign.key", "data/keys/a.key", "./keys/../data/a.key"] {
            settings.key_file = inside.into();
            let problems = settings.check(Purpose::Serve);
            assert!(
                matches!(problems.as_slice(), [p] if p.field == "key_file" && p.severity == Severity::Warning),
                "{inside}: {problems:?}"
            );
        }
        settings.key_file = "data-keys/a.key".into();
        assert_eq!(settings.check(Purpose::Serve), []);
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let mut settings = served();
        settings.passwords.threads = 0;
        settings.limits.account_failures = 0;
        settings.sessions.idle = settings.sessions.absolute + MINUTE;
        settings.script.kill = settings.script.wall;
        settings.ledger.checkpoint_rows = 0;
        let fields = errors(&settings, Purpose::Serve);
        let expected = [
            "passwords.threads",
            "script.kill",
            "limits.account_failures",
            "ledger.checkpoint_rows",
            "sessions.idle",
        ];
        assert_eq!(fields, expected);
    }
}
