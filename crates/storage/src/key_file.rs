//! The master key's file: mode 0600, in a folder of its own, never beside the data it protects (S47, S91).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

/// 256 random bits.
pub(crate) type MasterKey = Zeroizing<[u8; 32]>;

/// What every line starts with; the rest is the key in base64. The first line seals, the others only open.
const PREFIX: &str = "countersign-key-1:";

/// Why the master key is not to be had.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// There is no such file.
    #[error("there is no key file {0}; restore it from its backup, or check the setting `key_file`")]
    Missing(PathBuf),
    /// The group or everybody may read it.
    #[error("the key file {path} may be read by others (mode {mode:03o}); run chmod 600 on it")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A line is no key, or there is none.
    #[error("line {line} of the key file {path} is no key; restore the file from its backup")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The file system refused.
    #[error("the key file {path} cannot be read or made; check the permissions of its folder")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The cryptographic library failed, most likely for want of randomness.
    #[error("the cryptographic library failed")]
    Library,
}

/// Reads every key of the file, the sealing one first.
pub(crate) fn read(path: &Path) -> Result<Vec<MasterKey>, KeyFileError> {
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
        _ => KeyFileError::Io { path: path.to_owned(), source },
    };
    // The permissions are those of the file that is read, not of whatever the path names a moment later.
    let file = File::open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
    }
    let text = Zeroizing::new(io::read_to_string(file).map_err(io)?);
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Vec<MasterKey>, KeyFileError> {
    let malformed = |line| KeyFileError::Malformed { path: path.to_owned(), line };
    let keys = text
        .lines()
        .enumerate()
        .map(|(index, line)| key_of_line(line).ok_or_else(|| malformed(index + 1)))
        .collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err(malformed(1)) } else { Ok(keys) }
}

fn key_of_line(line: &str) -> Option<MasterKey> {
    let mut key = MasterKey::default();
    let written = BASE64_STANDARD.decode_slice(line.strip_prefix(PREFIX)?, key.as_mut_slice()).ok()?;
    (written == key.len()).then_some(key)
}

/// Reads the file, or makes it with one new key.
pub(crate) fn read_or_create(path: &Path) -> Result<Vec<MasterKey>, KeyFileError> {
    match read(path) {
        Err(KeyFileError::Missing(_)) => {}
        present_or_broken => return present_or_broken,
    }
    create(path, &[new_key()?])?;
    // Somebody else may have been first: what counts is what the file holds.
    read(path)
}

pub(crate) fn new_key() -> Result<MasterKey, KeyFileError> {
    let mut key = MasterKey::default();
    rand::fill(key.as_mut_slice()).map_err(|_| KeyFileError::Library)?;
    Ok(key)
}

/// Makes the file whole or not at all, and never over one that exists.
fn create(path: &Path, keys: &[MasterKey]) -> Result<(), KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io)?;

    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = write_draft(&draft, keys).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let removed = fs::remove_file(&draft);
    written.and(removed).and_then(|()| File::open(folder)?.sync_all()).map_err(io)
}

fn write_draft(draft: &Path, keys: &[MasterKey]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    for key in keys {
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(key.as_slice()));
        writeln!(file, "{PREFIX}{}", encoded.as_str())?;
    }
    file.sync_all()
}
