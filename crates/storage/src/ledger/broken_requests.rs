use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use model::OrganisationId;
use serde_json::{Value, json};

use super::entry::{EntryKind, LedgerEntry};

/// How many addresses are told apart at a time; all others share one row a minute, so that nobody fills the disk.
const ADDRESSES: usize = 100;

/// Requests that were no requests, counted per address and minute.
#[derive(Default)]
pub(crate) struct BrokenRequests {
    counts: Mutex<HashMap<Bucket, BTreeMap<&'static str, u64>>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Bucket {
    /// Minutes since 1970.
    minute: i64,
    organisation: Option<OrganisationId>,
    /// None: the addresses beyond those told apart.
    address: Option<String>,
}

impl BrokenRequests {
    pub(crate) fn count(
        &self,
        organisation: Option<OrganisationId>,
        address: IpAddr,
        code: &'static str,
        now: DateTime<Utc>,
    ) {
        let minute = minute_of(now);
        let bucket = Bucket { minute, organisation, address: Some(sender_of(address)) };
        // The map is whole between any two statements here, so a panic elsewhere leaves it usable.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let told_apart = counts.len() < ADDRESSES || counts.contains_key(&bucket);
        let bucket = if told_apart { bucket } else { Bucket { minute, organisation: None, address: None } };
        *counts.entry(bucket).or_default().entry(code).or_default() += 1;
    }

    /// Takes the counts of all minutes that are over; of every minute when there is no present one.
    pub(crate) fn take(&self, present: Option<DateTime<Utc>>) -> Vec<LedgerEntry> {
        let end = present.map_or(i64::MAX, minute_of);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut over: Vec<_> = counts.extract_if(|bucket, _| bucket.minute < end).collect();
        drop(counts);
        over.sort_by(|(a, _), (b, _)| (a.minute, &a.address).cmp(&(b.minute, &b.address)));
        over.into_iter().map(|(bucket, codes)| bucket.into_entry(&codes)).collect()
    }
}

impl Bucket {
    fn into_entry(self, codes: &BTreeMap<&'static str, u64>) -> LedgerEntry {
        let at = DateTime::from_timestamp(self.minute * 60, 0).unwrap_or_default();
        LedgerEntry {
            organisation: self.organisation,
            personal: self.address.as_ref().map_or(Value::Null, |address| json!({ "address": address })),
            detail: json!({
                "count": codes.values().sum::<u64>(),
                "codes": codes,
                "several_addresses": self.address.is_none(),
            }),
            ..LedgerEntry::new(EntryKind::BrokenRequests, at)
        }
    }
}

fn minute_of(instant: DateTime<Utc>) -> i64 {
    instant.timestamp().div_euclid(60)
}

/// One sender: an IPv4 address, or the /64 network that one IPv6 subscriber commands.
fn sender_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn requests_of_one_address_and_minute_share_one_row() {
        let broken = BrokenRequests::default();
        for (second, code) in
            [(60, "realm_missing"), (61, "realm_missing"), (119, "too_large"), (120, "too_large")]
        {
            broken.count(None, Ipv4Addr::LOCALHOST.into(), code, at(second));
        }

        let rows = broken.take(Some(at(120)));

        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].at, at(60));
        assert_eq!(rows[0].personal, json!({ "address": "127.0.0.1" }));
        assert_eq!(rows[0].detail["count"], 3);
        assert_eq!(rows[0].detail["codes"], json!({ "realm_missing": 2, "too_large": 1 }));
    }

    #[test]
    fn at_the_end_every_minute_is_taken_once() {
        let broken = BrokenRequests::default();
        broken.count(None, Ipv4Addr::LOCALHOST.into(), "realm_missing", at(0));
        assert!(broken.take(Some(at(59))).is_empty());
        assert_eq!(broken.take(None).len(), 1);
        assert!(broken.take(None).is_empty());
    }

    #[test]
    fn addresses_beyond_those_told_apart_share_one_row_so_that_nobody_fills_the_disk() {
        let broken = BrokenRequests::default();
        for address in 0..10_000_u32 {
            broken.count(None, Ipv4Addr::from(address).into(), "realm_missing", at(0));
        }

        let rows = broken.take(None);

        assert_eq!(rows.len(), ADDRESSES + 1);
        let counted: u64 = rows.iter().map(|row| row.detail["count"].as_u64().unwrap()).sum();
        assert_eq!(counted, 10_000);
        let shared: Vec<_> = rows.iter().filter(|row| row.personal.is_null()).collect();
        assert_eq!(shared.len(), 1);
    }

    #[test]
    fn a_subscriber_cannot_pose_as_many_by_changing_the_low_half_of_an_ipv6_address() {
        let broken = BrokenRequests::default();
        for low in 0..1000 {
            let address = Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 3, 4, 5, low);
            broken.count(None, address.into(), "realm_missing", at(0));
        }
        let rows = broken.take(None);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].personal, json!({ "address": "2001:db8:1:2::/64" }));
    }
}
