use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// Where the data is: `sqlite:PATH` or `postgres://…`.
///
/// May hold a password, so it shows itself without one, in `Debug` and when serialised too.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The SQLite file at `path`.
    pub fn sqlite(path: &Path) -> Self {
        Self(format!("sqlite:{}", path.display()))
    }

    /// The address as it was written, password and all, to connect with.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The SQLite file, when it is one.
    pub fn sqlite_path(&self) -> Option<&Path> {
        self.0.strip_prefix("sqlite:").map(Path::new)
    }

    /// Whether it is an address of PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| self.0.starts_with(scheme))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sqlite_path().is_some() {
            return f.write_str(&self.0);
        }
        // A password may also stand in the query, so that goes as well.
        match Url::parse(&self.0) {
            Ok(url) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                write!(f, "{}://{host}{port}{}", url.scheme(), url.path())
            }
            Err(_) => f.write_str("(hidden)"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_itself_without_its_password() {
        for text in [
            "postgres://countersign:hunter2@db.example:5432/countersign",
            "postgres://db.example/countersign?user=countersign&password=hunter2",
            "hunter2",
        ] {
            let url = DatabaseUrl(text.to_owned());
            let shown = format!("{url} {url:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(url.expose(), text);
        }
        let url = DatabaseUrl("postgres://countersign:hunter2@db.example:5432/data".to_owned());
        assert_eq!(url.to_string(), "postgres://db.example:5432/data");
    }
}
