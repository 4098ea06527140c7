use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::database::{Database, DatabaseError, Listed};

/// The largest file that is read, in bytes: eight times the largest database known to its authors.
const FILE_LIMIT: u64 = 1 << 30;

/// Why a file gives no database.
#[derive(Debug, Error)]
pub enum FileError {
    /// A file that is not there, or not for the server's account to read.
    #[error("{} cannot be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder, a device, or more than fits.
    #[error("{} is no file of at most 1 GiB", .0.display())]
    NoSuchFile(PathBuf),
    /// A file with something else in it.
    #[error("{} cannot be used", file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: DatabaseError,
    },
}

/// Reads the database in a file whole.
pub fn read<T: Listed>(file: &Path) -> Result<Database<T>, FileError> {
    let unreadable = |source| FileError::Unreadable { file: file.to_owned(), source };
    let mut open = File::open(file).map_err(unreadable)?;
    let about = open.metadata().map_err(unreadable)?;
    if !about.is_file() || about.len() > FILE_LIMIT {
        return Err(FileError::NoSuchFile(file.to_owned()));
    }
    let mut bytes = Vec::new();
    open.read_to_end(&mut bytes).map_err(unreadable)?;
    Database::parse(bytes).map_err(|source| FileError::Unusable { file: file.to_owned(), source })
}

/// What shows that a file is another than before, without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The file's number, which a file that takes its place does not share.
    inode: u64,
    length: u64,
    changed_at: (i64, i64),
}

impl Stamp {
    /// None for a file that is not there.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        let about = fs::metadata(file).ok()?;
        Some(Self {
            inode: about.ino(),
            length: about.len(),
            changed_at: (about.ctime(), about.ctime_nsec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use model::Country;

    use super::*;
    use crate::sample;

    #[test]
    fn a_file_that_gives_no_database_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("country.mmdb");
        let error = |file: &Path| read::<Country>(file).unwrap_err();
        assert!(error(&file).to_string().ends_with("country.mmdb cannot be read"));
        assert!(matches!(error(folder.path()), FileError::NoSuchFile(_)));
        assert!(matches!(error(Path::new("/dev/zero")), FileError::NoSuchFile(_)));
        fs::write(&file, "no database").unwrap();
        assert!(error(&file).to_string().ends_with("country.mmdb cannot be used"));
        fs::write(&file, sample::countries(&[("203.0.113.0/24", "AU")]).unwrap()).unwrap();
        assert!(read::<Country>(&file).is_ok());
    }
}
