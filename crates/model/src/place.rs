use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where an address is, as far as the operator's databases say: known, or unknown for a reason (S32). Never a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The country that the address is used in.
    pub country: Result<Country, Unplaced>,
    /// The network operator that announces the address.
    pub autonomous_system: Result<AutonomousSystem, Unplaced>,
}

/// Why nobody knows where an address is.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Hash)]
pub enum Unplaced {
    /// No database is configured, or none could be read.
    #[error("no database is loaded")]
    NoDatabase,
    /// The database does not know this address: a private one, one behind a carrier's NAT, or a gap.
    #[error("the database does not list the address")]
    NotListed,
    /// What the database says of this address cannot be read.
    #[error("the database is damaged where it speaks of the address")]
    Damaged,
}

/// A country by its two letters of ISO 3166-1, `AU`; and `XK`, which databases use for Kosovo.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Country(&'static str);

/// Two letters that stand for no country, or no two letters.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no country; write the two letters of ISO 3166-1, like AU{hint}", hint = hint(.0))]
pub struct CountryError(String);

/// A network operator by its number, `AS64500`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub struct AutonomousSystem(u32);

/// No number of an autonomous system.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no autonomous system; write its number, like AS64500")]
pub struct AutonomousSystemError(String);

impl Place {
    /// Nowhere that anybody knows of, for one reason.
    pub const fn unknown(reason: Unplaced) -> Self {
        Self { country: Err(reason), autonomous_system: Err(reason) }
    }
}

impl Unplaced {
    /// The name in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoDatabase => "no_database",
            Self::NotListed => "not_listed",
            Self::Damaged => "damaged",
        }
    }
}

impl Country {
    /// Reads two letters, large or small.
    pub fn parse(text: &str) -> Result<Self, CountryError> {
        let error = || CountryError(text.chars().take(32).collect());
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| error())?;
        let letters = letters.map(|letter| letter.to_ascii_uppercase());
        let found = CODES.binary_search_by(|code| code.as_bytes().cmp(&letters));
        found.ok().and_then(|at| CODES.get(at)).map(|code| Self(code)).ok_or_else(error)
    }

    /// The two letters, in capitals.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Every country, in the order of the letters.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|code| Self(code))
    }
}

impl AutonomousSystem {
    /// The system of that number; none for 0, which RFC 7607 keeps out of use.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// Reads `AS64500` or `64500`.
    pub fn parse(text: &str) -> Result<Self, AutonomousSystemError> {
        let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
        let number =
            if digits.starts_with(|first: char| first.is_ascii_digit()) { digits.parse().ok() } else { None };
        number.and_then(Self::new).ok_or_else(|| AutonomousSystemError(text.chars().take(32).collect()))
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for AutonomousSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl fmt::Debug for AutonomousSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        Self::parse(&text)
    }
}

impl From<Country> for &'static str {
    fn from(country: Country) -> Self {
        country.0
    }
}

impl FromStr for AutonomousSystem {
    type Err = AutonomousSystemError;

    fn from_str(text: &str) -> Result<Self, AutonomousSystemError> {
        Self::parse(text)
    }
}

/// How a document may write an autonomous system.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u32),
    Text(String),
}

impl TryFrom<Written> for AutonomousSystem {
    type Error = AutonomousSystemError;

    fn try_from(written: Written) -> Result<Self, AutonomousSystemError> {
        match written {
            Written::Number(number) => {
                Self::new(number).ok_or_else(|| AutonomousSystemError(number.to_string()))
            }
            Written::Text(text) => Self::parse(&text),
        }
    }
}

impl From<AutonomousSystem> for String {
    fn from(system: AutonomousSystem) -> Self {
        system.to_string()
    }
}

/// What people write who mean a country by other letters.
fn hint(text: &str) -> &'static str {
    match text.to_ascii_uppercase().as_str() {
        "UK" => "; the United Kingdom is GB",
        "EL" => "; Greece is GR",
        "EU" => "; the European Union is no country: name its members",
        _ => "",
    }
}

/// ISO 3166-1 alpha-2 as assigned in 2026, in the order of the letters.
const CODES: [&str; 250] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA",
    "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV",
    "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU",
    "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES",
    "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM",
    "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE",
    "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM",
    "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY",
    "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT",
    "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU",
    "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA",
    "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM",
    "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL",
    "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE",
    "VG", "VI", "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_found_by_its_letters() {
        assert!(CODES.is_sorted());
        for code in CODES {
            assert_eq!(Country::parse(code).unwrap().as_str(), code);
            assert_eq!(Country::parse(&code.to_lowercase()).unwrap().as_str(), code);
        }
    }

    #[test]
    fn letters_that_stand_for_no_country_are_refused_with_what_was_meant() {
        for text in ["", "A", "AUS", "ZZ", "A1", "Ä", "\u{1F600}", " AU"] {
            assert!(Country::parse(text).is_err(), "{text}");
        }
        let error = Country::parse("UK").unwrap_err().to_string();
        assert!(error.ends_with("the United Kingdom is GB"), "{error}");
    }

    #[test]
    fn an_autonomous_system_is_a_number_with_or_without_its_letters() {
        for text in ["AS64500", "as64500", "64500"] {
            assert_eq!(AutonomousSystem::parse(text).unwrap().number(), 64_500);
        }
        for text in ["", "AS", "AS0", "AS-1", "AS+1", "ASAS1", "AS4294967296", "Example Ltd"] {
            assert!(AutonomousSystem::parse(text).is_err(), "{text}");
        }
        assert_eq!(AutonomousSystem::new(64_500).unwrap().to_string(), "AS64500");
    }

    #[test]
    fn a_document_names_places_as_people_do() {
        let systems: Vec<AutonomousSystem> = serde_json::from_str(r#"["AS64500", 64501]"#).unwrap();
        assert_eq!(serde_json::to_string(&systems).unwrap(), r#"["AS64500","AS64501"]"#);
        let countries: Vec<Country> = serde_json::from_str(r#"["AU", "nz"]"#).unwrap();
        assert_eq!(serde_json::to_string(&countries).unwrap(), r#"["AU","NZ"]"#);
        assert!(serde_json::from_str::<Country>(r#""UK""#).is_err());
    }
}
