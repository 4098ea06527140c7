use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use maxminddb::{LookupResult, MaxMindDbError, PathElement, Reader, WithinOptions};
use model::{AutonomousSystem, Country, Unplaced};
use thiserror::Error;

/// How many networks are looked at to learn how a database spells what it lists.
const SAMPLE: usize = 10_000;

/// A database of what is known of addresses, in memory.
pub struct Database<T> {
    reader: Reader<Vec<u8>>,
    spelling: Spelling<T>,
}

/// Why bytes are no such database.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// Not in the MMDB format, or cut off, or changed.
    #[error("it is no MMDB database, or a damaged one")]
    Damaged(#[from] MaxMindDbError),
    /// A database of something else, or one that spells it in a way that is not known here.
    #[error(
        "it calls itself {kind:?} and lists no {subject}; the countries of GeoLite2, DB-IP and IPinfo can be read, \
             and the autonomous systems of the same"
    )]
    OtherSubject {
        /// What was looked for.
        subject: &'static str,
        /// The database's type by its own account.
        kind: String,
    },
}

/// How one entry of a database is read: none where the entry does not say.
type Spelling<T> = fn(&LookupResult<'_, Vec<u8>>) -> Result<Option<T>, MaxMindDbError>;

/// What a database can list.
pub trait Listed: Copy + 'static {
    /// What such things are called, in the plural.
    const SUBJECT: &'static str;
    /// The ways to read one from an entry, the commonest first.
    const SPELLINGS: &'static [Spelling<Self>];
}

/// The country that an address is used in: neither the one it is registered in nor that of its owner.
impl Listed for Country {
    const SUBJECT: &'static str = "countries";
    const SPELLINGS: &'static [Spelling<Self>] = &[
        // GeoLite2, GeoIP2 and DB-IP, whether of countries or of cities.
        |entry| country(entry, &[PathElement::Key("country"), PathElement::Key("iso_code")]),
        // IPinfo.
        |entry| country(entry, &[PathElement::Key("country_code")]),
        |entry| country(entry, &[PathElement::Key("country")]),
    ];
}

impl Listed for AutonomousSystem {
    const SUBJECT: &'static str = "autonomous systems";
    const SPELLINGS: &'static [Spelling<Self>] = &[
        // GeoLite2, GeoIP2 and DB-IP.
        |entry| {
            let number: Option<u32> = entry.decode_path(&[PathElement::Key("autonomous_system_number")])?;
            Ok(number.and_then(Self::new))
        },
        // IPinfo.
        |entry| {
            let name: Option<&str> = entry.decode_path(&[PathElement::Key("asn")])?;
            Ok(name.and_then(|name| Self::parse(name).ok()))
        },
    ];
}

fn country(
    entry: &LookupResult<'_, Vec<u8>>,
    path: &[PathElement<'_>],
) -> Result<Option<Country>, MaxMindDbError> {
    let letters: Option<&str> = entry.decode_path(path)?;
    // Letters of no country, such as EU in old databases, say nothing that a rule could rest on.
    Ok(letters.and_then(|letters| Country::parse(letters).ok()))
}

impl<T: Listed> Database<T> {
    /// Reads a whole database.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, DatabaseError> {
        let reader = Reader::from_source(bytes)?;
        let spelling = spelling(&reader)?;
        Ok(Self { reader, spelling })
    }

    /// What the database says of an address. An IPv4 address written as IPv6 is an IPv4 address.
    pub fn look_up(&self, address: IpAddr) -> Result<T, Unplaced> {
        let address = address.to_canonical();
        if address.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Err(Unplaced::NotListed);
        }
        let found = self.reader.lookup(address).and_then(|entry| (self.spelling)(&entry));
        found.map_err(|_| Unplaced::Damaged)?.ok_or(Unplaced::NotListed)
    }

    /// What the database calls itself, as in `GeoLite2-Country`.
    pub fn kind(&self) -> &str {
        &self.reader.metadata().database_type
    }

    /// When it was made; none when it does not say so in a way that makes sense.
    pub fn made_at(&self) -> Option<DateTime<Utc>> {
        let seconds = i64::try_from(self.reader.metadata().build_epoch).ok()?;
        DateTime::from_timestamp(seconds, 0)
    }
}

/// The first spelling by which an entry says something.
fn spelling<T: Listed>(reader: &Reader<Vec<u8>>) -> Result<Spelling<T>, DatabaseError> {
    // With every leaf in view, the walk is as long as the sample, whatever somebody made of the tree.
    let every_leaf = WithinOptions::default().include_aliased_networks().include_networks_without_data();
    for entry in reader.networks(every_leaf)?.take(SAMPLE) {
        let entry = entry?;
        let speaks = |spelling: &&Spelling<T>| matches!(spelling(&entry), Ok(Some(_)));
        if let Some(spelling) = T::SPELLINGS.iter().find(speaks) {
            return Ok(*spelling);
        }
    }
    let kind = reader.metadata().database_type.chars().take(64).collect();
    Err(DatabaseError::OtherSubject { subject: T::SUBJECT, kind })
}

impl<T: Listed> fmt::Debug for Database<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("subject", &T::SUBJECT)
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use maxminddb_writer::metadata::IpVersion;
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    fn countries() -> Database<Country> {
        let file = sample::countries(&[
            ("203.0.113.0/24", "AU"),
            ("203.0.113.128/25", "NZ"),
            ("198.51.100.0/24", "EU"),
            ("2001:db8:61::/48", "AU"),
        ]);
        Database::parse(file.unwrap()).unwrap()
    }

    fn country(address: &str) -> Result<&'static str, Unplaced> {
        countries().look_up(address.parse().unwrap()).map(Country::as_str)
    }

    #[test]
    fn an_address_of_either_version_is_in_the_country_of_its_smallest_network() {
        assert_eq!(country("203.0.113.24"), Ok("AU"));
        assert_eq!(country("203.0.113.200"), Ok("NZ"));
        assert_eq!(country("2001:db8:61::1"), Ok("AU"));
    }

    /// CAF-02: one address has one place, however it is written.
    #[test]
    fn an_ipv4_address_written_as_ipv6_is_the_same_address() {
        assert_eq!(country("::ffff:203.0.113.24"), Ok("AU"));
        assert_eq!(country("::ffff:203.0.113.200"), Ok("NZ"));
    }

    /// S32: private networks, a carrier's NAT, this machine, gaps, and letters of no country.
    #[test]
    fn an_address_that_nobody_knows_is_unknown() {
        for address in [
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "192.0.2.1",
            "198.51.100.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "2001:db8:62::1",
            "::ffff:100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
        ] {
            assert_eq!(country(address), Err(Unplaced::NotListed), "{address}");
        }
    }

    #[test]
    fn a_database_of_ipv4_addresses_alone_knows_no_others() {
        let entry = BTreeMap::from([("country_code", "AU")]);
        let file = sample::write("of IPv4", IpVersion::V4, [("203.0.113.0/24", entry)]).unwrap();
        let database = Database::<Country>::parse(file).unwrap();
        let country = |address: &str| database.look_up(address.parse().unwrap());
        assert_eq!(country("203.0.113.1").unwrap().as_str(), "AU");
        assert_eq!(country("::ffff:203.0.113.1").unwrap().as_str(), "AU");
        assert_eq!(country("2001:db8::1"), Err(Unplaced::NotListed));
    }

    #[test]
    fn both_ways_to_spell_an_autonomous_system_are_read() {
        let numbers = sample::autonomous_systems(&[("203.0.113.0/24", 64_500)]).unwrap();
        let flat = BTreeMap::from([("asn", "AS64500"), ("country_code", "AU")]);
        let flat = sample::write("ipinfo_lite", IpVersion::V6, [("203.0.113.0/24", flat)]).unwrap();
        for file in [numbers, flat.clone()] {
            let database = Database::<AutonomousSystem>::parse(file).unwrap();
            assert_eq!(database.look_up("203.0.113.1".parse().unwrap()).unwrap().number(), 64_500);
        }
        let database = Database::<Country>::parse(flat).unwrap();
        assert_eq!(database.look_up("203.0.113.1".parse().unwrap()).unwrap().as_str(), "AU");
    }

    #[test]
    fn a_database_says_what_it_is_and_when_it_was_made() {
        let database = countries();
        assert_eq!(database.kind(), "Countersign-Sample-Country");
        assert_eq!(database.made_at().unwrap().timestamp(), i64::from(sample::MADE_AT));
    }

    #[test]
    fn a_database_of_something_else_is_refused_by_its_name() {
        let file = sample::autonomous_systems(&[("203.0.113.0/24", 64_500)]).unwrap();
        let error = Database::<Country>::parse(file).unwrap_err().to_string();
        assert!(error.contains("\"Countersign-Sample-ASN\" and lists no countries"), "{error}");
        let file = sample::countries(&[("203.0.113.0/24", "AU")]).unwrap();
        assert!(matches!(Database::<AutonomousSystem>::parse(file), Err(DatabaseError::OtherSubject { .. })));
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let whole = sample::countries(&[("203.0.113.0/24", "AU")]).unwrap();
        let half = whole.get(..whole.len() / 2).unwrap().to_vec();
        for bytes in [Vec::new(), b"not a database".to_vec(), half] {
            assert!(matches!(Database::<Country>::parse(bytes), Err(DatabaseError::Damaged(_))));
        }
    }

    proptest! {
        /// S32: whatever became of a file, reading it ends, and ends without harm.
        #[test]
        fn a_changed_file_is_refused_or_read_and_never_more(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            four: [u8; 4],
            six: [u8; 16],
        ) {
            let mut bytes = sample::countries(&[("203.0.113.0/24", "AU"), ("2001:db8:61::/48", "NZ")]).unwrap();
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Ok(database) = Database::<Country>::parse(bytes) {
                let _ = database.look_up(four.into());
                let _ = database.look_up(six.into());
                let _ = (database.kind(), database.made_at());
            }
        }
    }
}
