use std::convert::Infallible;
use std::error::Error as _;
use std::mem;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use model::{AutonomousSystem, Country, Place, Unplaced};
use tokio::task::spawn_blocking;

use crate::database::{Database, Listed};
use crate::files::{FileError, Stamp, read};

/// Where the databases are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Of countries.
    pub countries: Option<PathBuf>,
    /// Of autonomous systems.
    pub autonomous_systems: Option<PathBuf>,
}

/// The databases of a node, in memory.
#[derive(Debug, Default)]
pub struct Geography {
    countries: Shelf<Country>,
    autonomous_systems: Shelf<AutonomousSystem>,
}

impl Geography {
    /// Reads the files. One that cannot be used is said in the log, and what it would know is unknown until it is
    /// mended: it is for policy to say what follows from that, not for a file to keep everybody out.
    pub fn open(files: Files) -> Self {
        Self {
            countries: Shelf::open(files.countries),
            autonomous_systems: Shelf::open(files.autonomous_systems),
        }
    }

    /// Where an address is.
    pub fn place(&self, address: IpAddr) -> Place {
        Place {
            country: self.countries.look_up(address),
            autonomous_system: self.autonomous_systems.look_up(address),
        }
    }

    /// Looks at the files again and again, and takes up those that were renewed. It never ends.
    pub async fn follow(self: Arc<Self>, interval: Duration) -> Infallible {
        let mut watches = (self.countries.watch(), self.autonomous_systems.watch());
        loop {
            tokio::time::sleep(interval).await;
            let geography = Arc::clone(&self);
            // A database takes tens of milliseconds to read, which no request should wait for.
            let looked = spawn_blocking(move || {
                let (mut countries, mut autonomous_systems) = watches;
                geography.countries.look(&mut countries);
                geography.autonomous_systems.look(&mut autonomous_systems);
                (countries, autonomous_systems)
            });
            match looked.await {
                Ok(seen) => watches = seen,
                Err(error) => tracing::error!(%error, "the look at the geography files ended early"),
            }
        }
    }
}

/// The place of one database, from a file or empty.
#[derive(Debug)]
struct Shelf<T: Listed> {
    file: Option<PathBuf>,
    /// What the file was when it was first read.
    opened: Option<Stamp>,
    database: ArcSwapOption<Database<T>>,
}

impl<T: Listed> Default for Shelf<T> {
    fn default() -> Self {
        Self { file: None, opened: None, database: ArcSwapOption::empty() }
    }
}

/// The watch on a file. One that is not there has no stamp.
#[derive(Clone, Copy, Debug)]
struct Watch {
    /// What was taken up or refused last.
    judged: Option<Stamp>,
    /// What was there at the last look.
    last: Option<Stamp>,
}

impl<T: Listed> Shelf<T> {
    fn open(file: Option<PathBuf>) -> Self {
        let opened = file.as_deref().and_then(Stamp::of);
        let shelf = Self { file, opened, database: ArcSwapOption::empty() };
        shelf.fill();
        shelf
    }

    fn look_up(&self, address: IpAddr) -> Result<T, Unplaced> {
        self.database.load().as_ref().ok_or(Unplaced::NoDatabase)?.look_up(address)
    }

    const fn watch(&self) -> Watch {
        Watch { judged: self.opened, last: self.opened }
    }

    /// Takes up another file once it stands still: whoever copies one writes it in pieces. Says whether it tried.
    fn look(&self, watch: &mut Watch) -> bool {
        let seen = self.file.as_deref().and_then(Stamp::of);
        let stands_still = mem::replace(&mut watch.last, seen) == seen;
        let is_new = stands_still && watch.judged != seen;
        if is_new {
            watch.judged = seen;
            self.fill();
        }
        is_new
    }

    /// Reads the file. The former database stays when it cannot be used, because yesterday's countries are better
    /// than none.
    fn fill(&self) {
        let Some(file) = &self.file else { return };
        match read::<T>(file) {
            Ok(database) => {
                let made_at = database.made_at().map(tracing::field::display);
                let kind = database.kind();
                tracing::info!(file = %file.display(), kind, made_at, "a database of {} is in use", T::SUBJECT);
                self.database.store(Some(Arc::new(database)));
            }
            Err(error) => self.complain(&error),
        }
    }

    fn complain(&self, error: &FileError) {
        let cause = error.source().map(tracing::field::display);
        let consequence = if self.database.load().is_some() {
            "the former one stays"
        } else {
            "what it would know is unknown"
        };
        tracing::error!(%error, cause, "no database of {}: {consequence}", T::SUBJECT);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::*;
    use crate::sample;

    const ADDRESS: &str = "203.0.113.24";

    fn countries(country: &str) -> Vec<u8> {
        sample::countries(&[("203.0.113.0/24", country)]).unwrap()
    }

    fn shelf(bytes: Option<&[u8]>) -> (TempDir, PathBuf, Shelf<Country>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("country.mmdb");
        if let Some(bytes) = bytes {
            fs::write(&file, bytes).unwrap();
        }
        let shelf = Shelf::open(Some(file.clone()));
        (folder, file, shelf)
    }

    fn country(shelf: &Shelf<Country>) -> Result<Country, Unplaced> {
        shelf.look_up(ADDRESS.parse().unwrap())
    }

    /// As tools do that renew a database: a new file takes the place of the former.
    fn replace(file: &Path, bytes: &[u8]) {
        let beside = file.with_extension("new");
        fs::write(&beside, bytes).unwrap();
        fs::rename(beside, file).unwrap();
    }

    #[test]
    fn a_renewed_file_is_taken_up_once_it_stands_still() {
        let (_folder, file, shelf) = shelf(Some(&countries("AU")));
        let mut watch = shelf.watch();
        assert!(!shelf.look(&mut watch));
        assert_eq!(country(&shelf), Country::parse("AU").map_err(|_| Unplaced::Damaged));

        replace(&file, &countries("NZ"));
        assert!(!shelf.look(&mut watch), "it may still be written");
        assert_eq!(country(&shelf).unwrap().as_str(), "AU");
        assert!(shelf.look(&mut watch));
        assert_eq!(country(&shelf).unwrap().as_str(), "NZ");
        assert!(!shelf.look(&mut watch));
    }

    /// S32: what is known is not forgotten because the next file is a bad one.
    #[test]
    fn a_broken_or_vanished_file_is_refused_once_and_the_former_stays() {
        let (_folder, file, shelf) = shelf(Some(&countries("AU")));
        let mut watch = shelf.watch();
        replace(&file, b"not a database");
        assert_eq!(
            [shelf.look(&mut watch), shelf.look(&mut watch), shelf.look(&mut watch)],
            [false, true, false]
        );
        assert_eq!(country(&shelf).unwrap().as_str(), "AU");
        fs::remove_file(&file).unwrap();
        assert_eq!(
            [shelf.look(&mut watch), shelf.look(&mut watch), shelf.look(&mut watch)],
            [false, true, false]
        );
        assert_eq!(country(&shelf).unwrap().as_str(), "AU");
        replace(&file, &countries("NZ"));
        assert_eq!([shelf.look(&mut watch), shelf.look(&mut watch)], [false, true]);
        assert_eq!(country(&shelf).unwrap().as_str(), "NZ");
    }

    /// S32: a file that is missing at the start keeps nobody out by itself; what it would know is unknown.
    #[test]
    fn a_file_that_comes_later_is_taken_up() {
        let (_folder, file, shelf) = shelf(None);
        let mut watch = shelf.watch();
        assert_eq!(country(&shelf), Err(Unplaced::NoDatabase));
        replace(&file, &countries("AU"));
        assert_eq!([shelf.look(&mut watch), shelf.look(&mut watch)], [false, true]);
        assert_eq!(country(&shelf).unwrap().as_str(), "AU");
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_node_follows_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("country.mmdb");
        fs::write(&file, countries("AU")).unwrap();
        let files = Files { countries: Some(file.clone()), autonomous_systems: None };
        let geography = Arc::new(Geography::open(files));
        let following = tokio::spawn(Arc::clone(&geography).follow(Duration::from_secs(2)));
        let place = || geography.place(ADDRESS.parse().unwrap());
        assert_eq!(place().country.unwrap().as_str(), "AU");
        assert_eq!(place().autonomous_system, Err(Unplaced::NoDatabase));

        replace(&file, &countries("NZ"));
        while place().country.unwrap().as_str() == "AU" {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(place().country.unwrap().as_str(), "NZ");
        following.abort();
    }
}
