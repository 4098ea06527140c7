use std::cmp::Ordering;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use thiserror::Error;

use crate::password::Password;

/// Passwords that are known from break-ins: a file that the operator supplies, SHA-1 in hexadecimal, one a line, sorted,
/// each followed by a colon and a count or by nothing. The well-known list comes in this form.
///
/// The file stays where it is: of thirty gigabytes, a look-up reads some thirty pieces of a few lines.
pub struct BreachedPasswords {
    file: File,
    path: PathBuf,
    length: u64,
}

/// Why the list is of no use.
#[derive(Debug, Error)]
pub enum BreachedListError {
    /// The file cannot be opened or read.
    #[error("the list of breached passwords {path} cannot be read")]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// What is in the file is no sorted list of hashes.
    #[error(
        "the list of breached passwords {path} is not a sorted list of SHA-1 hashes, one a line, at byte {offset}; \
         supply the list that is ordered by hash"
    )]
    Malformed {
        /// Where it is.
        path: PathBuf,
        /// Where in it.
        offset: u64,
    },
}

/// SHA-1 in upper-case hexadecimal.
type Hexadecimal = [u8; HASH];

/// Characters of a hash.
const HASH: usize = 40;

/// No line of a list is longer: a hash, a colon, a count, an end.
const LINE: usize = 64;

impl BreachedPasswords {
    /// Opens a list and looks at its first and its last line.
    pub fn open(path: &Path) -> Result<Self, BreachedListError> {
        let unreadable = |source| BreachedListError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let opened = Self { file, path: path.to_owned(), length };
        let first = opened.line_around(0)?;
        let last = opened.line_around(length.saturating_sub(1))?;
        if last.hash < first.hash {
            return Err(opened.malformed(last.start));
        }
        Ok(opened)
    }

    /// Whether a password is on the list. Reads the file: not for threads that others wait for.
    pub(crate) fn hold(&self, password: &Password) -> Result<bool, BreachedListError> {
        self.hold_hash(&hash_of(password))
    }

    fn hold_hash(&self, wanted: &Hexadecimal) -> Result<bool, BreachedListError> {
        // What is left to search begins and ends between lines.
        let (mut from, mut to) = (0, self.length);
        while from < to {
            let line = self.line_around(from + (to - from) / 2)?;
            match line.hash.cmp(wanted) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => from = line.end,
                Ordering::Greater => to = line.start,
            }
        }
        Ok(false)
    }

    /// The line that holds a byte.
    fn line_around(&self, offset: u64) -> Result<Line, BreachedListError> {
        let mut piece = [0; 2 * LINE];
        let begin = offset.saturating_sub(LINE as u64);
        let read = self.read(&mut piece, begin)?;
        let within = usize::try_from(offset - begin).unwrap_or_default();
        let (before, after) =
            piece.get(..read).unwrap_or_default().split_at_checked(within).unwrap_or_default();
        let start = match before.iter().rposition(|byte| *byte == b'\n') {
            Some(end_of_other) => end_of_other + 1,
            None if begin == 0 => 0,
            None => return Err(self.malformed(begin)),
        };
        let end = match after.iter().position(|byte| *byte == b'\n') {
            Some(end) => within + end + 1,
            // The last line needs no end.
            None if begin + read as u64 >= self.length => read,
            None => return Err(self.malformed(begin)),
        };
        let line = piece.get(start..end).unwrap_or_default();
        let hash = read_hash(line).ok_or_else(|| self.malformed(begin + start as u64))?;
        Ok(Line { hash, start: begin + start as u64, end: begin + end as u64 })
    }

    fn read(&self, piece: &mut [u8], begin: u64) -> Result<usize, BreachedListError> {
        let mut read = 0;
        while let Some(rest) = piece.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, begin + read as u64) {
                Ok(0) => break,
                Ok(some) => read += some,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(BreachedListError::Unreadable { path: self.path.clone(), source });
                }
            }
        }
        Ok(read)
    }

    fn malformed(&self, offset: u64) -> BreachedListError {
        BreachedListError::Malformed { path: self.path.clone(), offset }
    }
}

impl fmt::Debug for BreachedPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BreachedPasswords").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A line, and where it stands in the file, its end included.
struct Line {
    hash: Hexadecimal,
    start: u64,
    end: u64,
}

/// The hash that a line begins with, whatever the case of its letters.
fn read_hash(line: &[u8]) -> Option<Hexadecimal> {
    let (hash, rest) = line.split_first_chunk::<HASH>()?;
    let ends = rest.first().is_none_or(|byte| b":\r\n".contains(byte));
    (ends && hash.iter().all(u8::is_ascii_hexdigit)).then(|| hash.map(|byte| byte.to_ascii_uppercase()))
}

/// SHA-1, because the list is of that: it finds a password there and protects nothing.
fn hash_of(password: &Password) -> Hexadecimal {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let mut hexadecimal = [0; HASH];
    for (pair, byte) in hexadecimal.chunks_exact_mut(2).zip(digest.as_ref()) {
        let digit =
            |half: u8| char::from_digit(half.into(), 16).map_or(0, |digit| digit.to_ascii_uppercase() as u8);
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    hexadecimal
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;

    use proptest::prelude::*;
    use tempfile::NamedTempFile;

    use super::*;

    fn list(text: &str) -> Result<(BreachedPasswords, NamedTempFile), BreachedListError> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        BreachedPasswords::open(file.path()).map(|list| (list, file))
    }

    fn password(text: &str) -> Password {
        Password::parse(text.to_owned()).unwrap()
    }

    /// `printf password | sha1sum`, and the like.
    const PASSWORD: &str = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
    const P_4_SSW_0_RD: &str = "21BD12DC183F740EE76F27B78EB39C8AD972A757";

    #[test]
    fn a_password_on_the_list_is_found_by_its_sha_1() {
        for end in ["\r\n", "\n"] {
            let text = format!("{P_4_SSW_0_RD}:52{end}{PASSWORD}:9659365{end}");
            let (list, _file) = list(&text).unwrap();
            assert!(list.hold(&password("password")).unwrap());
            assert!(list.hold(&password("P@ssw0rd")).unwrap());
            assert!(!list.hold(&password("Password")).unwrap());
        }
    }

    #[test]
    fn a_missing_an_empty_and_another_file_are_no_lists() {
        let missing = BreachedPasswords::open(Path::new("/nowhere/list.txt")).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/list.txt"));
        let descending = format!("{PASSWORD}:1\n{P_4_SSW_0_RD}:1\n");
        for text in ["", "password\n123456\n", "\n", &descending, &"A".repeat(500), &format!("{PASSWORD}x\n")]
        {
            assert!(matches!(list(text), Err(BreachedListError::Malformed { .. })), "{text:?}");
        }
    }

    #[test]
    fn damage_in_the_middle_is_said_when_it_is_met() {
        let text = format!("{P_4_SSW_0_RD}:1\n{}\n{PASSWORD}:1\n", "?".repeat(300));
        let (list, _file) = list(&text).unwrap();
        assert!(matches!(list.hold(&password("x")), Err(BreachedListError::Malformed { .. })));
    }

    proptest! {
        /// The search in the file against a set in memory, with counts of all lengths.
        #[test]
        fn exactly_what_is_in_the_file_is_found(
            hashes in proptest::collection::btree_map("[0-9A-F]{40}", 1..10_000_000_000_u64, 1..200),
            others in proptest::collection::vec("[0-9A-F]{40}", 50),
            ends in proptest::bool::ANY,
        ) {
            let lines: Vec<_> = hashes.iter().map(|(hash, count)| format!("{hash}:{count}")).collect();
            let (list, _file) = list(&(lines.join("\r\n") + if ends { "\r\n" } else { "" })).unwrap();
            let known: BTreeSet<_> = hashes.keys().collect();
            for hash in hashes.keys().chain(&others) {
                let wanted: Hexadecimal = hash.as_bytes().try_into().unwrap();
                prop_assert_eq!(list.hold_hash(&wanted).unwrap(), known.contains(hash));
            }
        }
    }
}
