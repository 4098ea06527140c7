use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use config_rs::{Config, Environment, File, FileFormat, Source, Value, ValueKind};
use thiserror::Error;

use crate::spelling::nearest;
use crate::{BaseUrl, BaseUrlError, Problem, Purpose, Settings, Severity, TlsMode, networks};

/// What every variable begins with: `COUNTERSIGN_LISTEN`, `COUNTERSIGN_SESSIONS__IDLE`.
const PREFIX: &str = "COUNTERSIGN";

/// Settings, and where each of them comes from.
#[derive(Debug)]
pub struct Configuration {
    /// The outcome.
    pub settings: Settings,
    origins: BTreeMap<String, Origin>,
    /// Variables that look like ours and set nothing.
    stray: Vec<Problem>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of this file.
    File(PathBuf),
    /// This variable.
    Environment(String),
}

/// A value with its name and origin, safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The name as in the file, `sessions.idle`.
    pub name: String,
    /// The value as it would be written; passwords left out.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Why there are no settings.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no TOML. The line itself is not shown: it may hold a password.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// Names that are not known and values of the wrong kind, all of them.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// The default address is none.
    #[error("the default address is broken")]
    Default(#[from] BaseUrlError),
    /// The sources could not be joined.
    #[error("the settings cannot be read")]
    Join(#[from] config_rs::ConfigError),
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Configuration {
    /// Joins the defaults, the file when there is one, and the environment, which wins.
    ///
    /// A name that is not known is an error in the file. In the environment it is a warning of
    /// [`Configuration::check`], because orchestrators set variables there by themselves: a Kubernetes service
    /// named `countersign` brings `COUNTERSIGN_PORT` and others.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, LoadError> {
        let written = file.map_or(Ok(BTreeMap::new()), written)?;
        let exported = exported(environment)?;

        // The data folder decides the defaults of what lies in it or beside it.
        let data = exported.get("data").or_else(|| written.get("data")).cloned();
        let data = data.and_then(|value| value.into_string().ok()).unwrap_or_else(|| "data".to_owned());
        let mut default = Settings::beside(BaseUrl::parse("http://localhost:8080")?, Path::new(&data));
        // Whoever names a certificate wants it used.
        let names_a_file = |name| exported.contains_key(name) || written.contains_key(name);
        if ["tls.certificate_file", "tls.key_file"].into_iter().any(names_a_file) {
            default.tls.mode = TlsMode::Files;
        }
        let default = Config::try_from(&default)?;
        let known = leaves(&default.cache);

        // The names of networks are the operator's own.
        let is_network = |name: &String| matches!(networks::name(name), Some(Ok(_)));
        let is_known = |name: &String| known.contains_key(name) || is_network(name);
        let (exported, stray): (BTreeMap<_, _>, BTreeMap<_, _>) =
            exported.into_iter().partition(|(name, _)| is_known(name));
        let unknown = written.keys().filter(|name| !is_known(name));
        let mut problems: Vec<_> = unknown.map(|name| not_known(name, name.clone(), &known)).collect();

        let named = exported.keys().chain(written.keys()).filter(|name| is_network(name));
        let origins = known.keys().chain(named).map(|name| {
            let origin = match file {
                _ if exported.contains_key(name) => Origin::Environment(variable(name)),
                Some(file) if written.contains_key(name) => Origin::File(file.to_owned()),
                _ => Origin::Default,
            };
            (name.clone(), origin)
        });
        let origins: BTreeMap<_, _> = origins.collect();

        let mut set = written;
        set.extend(exported);
        set.retain(|name, _| is_known(name));
        let mut joined = Config::builder().add_source(default.clone());
        for (name, value) in set {
            problems.extend(kind_problem(&default, &origins, &name, &value));
            joined = joined.set_override(&name, value)?;
        }
        if !problems.is_empty() {
            return Err(LoadError::Invalid(problems));
        }
        let stray = stray
            .keys()
            .map(|name| Problem { severity: Severity::Warning, ..not_known(name, variable(name), &known) });
        Ok(Self { settings: joined.build()?.try_deserialize()?, origins, stray: stray.collect() })
    }

    /// All that would not work, or not well, variables that set nothing included.
    pub fn check(&self, purpose: Purpose) -> Vec<Problem> {
        let mut problems = self.settings.check(purpose);
        problems.extend(self.stray.iter().cloned());
        problems
    }

    /// Every value with its origin, in the order of the names.
    pub fn explain(&self) -> Result<Vec<Explained>, LoadError> {
        let values = leaves(&Config::try_from(&self.settings)?.cache);
        let explained = values.into_iter().map(|(name, value)| Explained {
            origin: self.origins.get(&name).cloned().unwrap_or(Origin::Default),
            value: value.to_string(),
            name,
        });
        Ok(explained.collect())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(variable) => f.write_str(variable),
        }
    }
}

/// The variables of this process. One that is no text sets nothing of ours and is passed over, where the standard
/// library's own iterator would end the program.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// What a file sets, by name.
fn written(path: &Path) -> Result<BTreeMap<String, Value>, LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    if let Err(error) = text.parse::<toml::Table>() {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        return Err(LoadError::Syntax { path: path.to_owned(), line, message: error.message().to_owned() });
    }
    let table = File::from_str(&text, FileFormat::Toml).collect()?;
    Ok(in_full(leaves(&Value::new(None, ValueKind::Table(table)))))
}

/// What the environment sets, by name. The variable that names the file is the command line's.
fn exported(
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<String, Value>, LoadError> {
    let environment: HashMap<_, _> = environment.into_iter().collect();
    let mut exported = Environment::with_prefix(PREFIX)
        .prefix_separator("_")
        .separator("__")
        .ignore_empty(true)
        .source(Some(environment))
        .collect()?;
    exported.remove("config");
    Ok(in_full(exported.into_iter().collect()))
}

/// Writes out what has a short form: `tls = "proxy"` is the mode of `[tls]`.
fn in_full(mut set: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    if let Some(mode) = set.remove("tls") {
        set.entry("tls.mode".to_owned()).or_insert(mode);
    }
    set
}

/// The variable that sets a name.
fn variable(name: &str) -> String {
    format!("{PREFIX}_{}", name.replace('.', "__").to_uppercase())
}

/// The values below a table, by their full names.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![(String::new(), value)];
    while let Some((name, value)) = ahead.pop() {
        if let ValueKind::Table(table) = &value.kind {
            let dot = if name.is_empty() { "" } else { "." };
            ahead.extend(table.iter().map(|(key, value)| (format!("{name}{dot}{key}"), value)));
        } else {
            found.insert(name, value.clone());
        }
    }
    found
}

fn not_known(name: &str, shown: String, known: &BTreeMap<String, Value>) -> Problem {
    if let Some(Err(error)) = networks::name(name) {
        return Problem { field: shown, message: error.to_string(), severity: Severity::Error };
    }
    let meant = nearest(name, known.keys().map(String::as_str));
    let hint = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    Problem { field: shown, message: format!("no setting has this name{hint}"), severity: Severity::Error }
}

/// Tries one value alone upon the defaults, so that each of several wrong ones is named.
fn kind_problem(
    default: &Config,
    origins: &BTreeMap<String, Origin>,
    name: &str,
    value: &Value,
) -> Option<Problem> {
    let alone = Config::builder().add_source(default.clone()).set_override(name, value.clone());
    let error = alone.and_then(|alone| alone.build()?.try_deserialize::<Settings>()).err()?;
    // The library appends the name, which the problem carries anyway.
    let message = error.to_string();
    let message = message.split(" for key `").next().unwrap_or_default();
    let origin = origins.get(name).map(|origin| format!(" ({origin})")).unwrap_or_default();
    Some(Problem { field: name.to_owned(), message: format!("{message}{origin}"), severity: Severity::Error })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A folder with `text` as its settings file.
    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countersign.toml");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn problems(result: Result<Configuration, LoadError>) -> Vec<Problem> {
        match result {
            Err(LoadError::Invalid(problems)) => problems,
            other => panic!("expected problems: {other:?}"),
        }
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let (_folder, path) =
            file("listen = \"127.0.0.1:1\"\n[sessions]\nidle = \"1h\"\nabsolute = \"2h\"\n");
        let environment =
            variables(&[("COUNTERSIGN_SESSIONS__IDLE", "30m"), ("COUNTERSIGN_PASSWORDS__QUEUE", "7")]);
        let configuration = Configuration::load(Some(&path), environment).unwrap();

        let settings = &configuration.settings;
        assert_eq!(settings.listen.port(), 1);
        assert_eq!(settings.sessions.idle, Duration::from_mins(30));
        assert_eq!(settings.sessions.absolute, Duration::from_hours(2));
        assert_eq!((settings.passwords.queue, settings.limits.account_failures), (7, 10));

        let explained = configuration.explain().unwrap();
        let of = |name: &str| {
            let found = explained.iter().find(|one| one.name == name).unwrap();
            (found.value.as_str(), found.origin.to_string())
        };
        assert_eq!(of("sessions.idle"), ("30m", "COUNTERSIGN_SESSIONS__IDLE".to_owned()));
        assert_eq!(of("sessions.absolute"), ("2h", path.display().to_string()));
        assert_eq!(of("loop.count"), ("6", "default".to_owned()));
    }

    #[test]
    fn the_data_folder_moves_what_lies_in_it_and_beside_it() {
        let environment = variables(&[("COUNTERSIGN_DATA", "/srv/countersign/data")]);
        let settings = Configuration::load(None, environment).unwrap().settings;
        assert_eq!(settings.key_file, Path::new("/srv/countersign/keys/countersign.key"));
        assert_eq!(settings.database.url.expose(), "sqlite:/srv/countersign/data/countersign.db");
        assert_eq!(settings.ledger.checkpoint_file, Path::new("/srv/countersign/data/checkpoints.log"));
    }

    #[test]
    fn whoever_names_a_certificate_gets_tls_of_the_servers_own() {
        let (_folder, path) = file("[tls]\ncertificate_file = \"chain.pem\"\nkey_file = \"key.pem\"\n");
        let tls = Configuration::load(Some(&path), []).unwrap().settings.tls;
        assert_eq!((tls.mode, tls.certificate_file), (TlsMode::Files, Some("chain.pem".into())));
        let environment = variables(&[("COUNTERSIGN_TLS__KEY_FILE", "key.pem")]);
        assert_eq!(Configuration::load(None, environment).unwrap().settings.tls.mode, TlsMode::Files);
        assert_eq!(Configuration::load(None, []).unwrap().settings.tls.mode, TlsMode::None);
    }

    #[test]
    fn the_short_form_of_tls_is_its_mode_in_both_sources() {
        let environment = variables(&[("COUNTERSIGN_TLS", "proxy")]);
        assert_eq!(Configuration::load(None, environment).unwrap().settings.tls.mode, TlsMode::Proxy);
        let (_folder, path) = file("tls = \"prxy\"\n");
        let problems = problems(Configuration::load(Some(&path), []));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, "tls.mode");
    }

    #[test]
    fn every_unknown_name_and_every_wrong_kind_is_named_with_what_was_meant() {
        let (_folder, path) =
            file("lisen = \"127.0.0.1:1\"\ncolour = 1\n[sessions]\nidle = 5\nkept_idle = \"x\"\n");
        let environment = variables(&[("COUNTERSIGN_PASSWORDS__THREADS", "many")]);
        let problems = problems(Configuration::load(Some(&path), environment));

        let text = lines(&problems);
        assert_eq!(problems.len(), 5, "{text}");
        assert!(text.contains("lisen: no setting has this name; did you mean listen?"), "{text}");
        assert!(text.contains("colour: no setting has this name\n"), "{text}");
        assert!(text.contains("sessions.kept_idle: \"x\" is no span of time"), "{text}");
        assert!(
            text.contains("passwords.threads: ") && text.contains("COUNTERSIGN_PASSWORDS__THREADS"),
            "{text}"
        );
    }

    #[test]
    fn a_variable_that_sets_nothing_is_warned_of() {
        let environment = variables(&[
            ("COUNTERSIGN_SESSIONS__IDEL", "30m"),
            ("COUNTERSIGN_CONFIG", "countersign.toml"),
            ("COUNTERSIGN_LISTEN", ""),
            ("PATH", "/bin"),
        ]);
        let stray = Configuration::load(None, environment).unwrap().stray;
        assert_eq!(stray.len(), 1);
        assert_eq!(
            stray[0].to_string(),
            "COUNTERSIGN_SESSIONS__IDEL: no setting has this name; did you mean sessions.idle?"
        );
        assert_eq!(stray[0].severity, Severity::Warning);
    }

    #[test]
    fn a_broken_file_is_refused_with_its_line_but_not_its_text() {
        let (_folder, path) =
            file("listen = \"127.0.0.1:1\"\n\n[database]\nurl = \"postgres://u:hunter2@db\n");
        let error = Configuration::load(Some(&path), []).unwrap_err();
        assert!(matches!(error, LoadError::Syntax { line: 4, .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));

        let missing = path.with_file_name("missing.toml");
        assert!(matches!(Configuration::load(Some(&missing), []), Err(LoadError::Unreadable { .. })));
    }

    #[test]
    fn no_explanation_shows_a_password() {
        let environment =
            variables(&[("COUNTERSIGN_DATABASE__URL", "postgres://countersign:hunter2@db.example/data")]);
        let configuration = Configuration::load(None, environment).unwrap();
        let shown = format!("{configuration:?} {:?}", configuration.explain().unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("postgres://db.example/data"));
    }
}
