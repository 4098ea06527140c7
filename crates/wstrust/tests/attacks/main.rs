//! S50, S51, S52, WST-06: published attacks on XML readers, each refused by name and for little: what is not read
//! costs nothing. One test, because the allocator counts for the whole process.

mod corpus;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use wstrust::{Delivery, REQUEST_LIMIT, TokenRequest, Version};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// All memory that is ever asked for while a message is refused, given back or not: a bound on the work as well.
const BUDGET: usize = 8 * REQUEST_LIMIT;

/// What is asked for when nothing is read.
const NOTHING: usize = 1024;

#[test]
fn every_attack_is_refused_by_name_and_for_little() {
    let action = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
    let delivery = Delivery {
        version: Version::Trust13,
        content_type: Some("application/soap+xml; charset=utf-8"),
        soap_action: Some(action),
        addresses: &["https://idp.contoso.example/adfs/services/trust/13/usernamemixed"],
        now: "2026-01-02T03:04:05Z".parse().unwrap(),
    };
    for attack in corpus::attacks() {
        let budget = if attack.message.len() > REQUEST_LIMIT { NOTHING } else { BUDGET };
        let region = Region::new(ALLOCATOR);
        let refused = TokenRequest::read(&attack.message, &delivery).map(drop).unwrap_err();
        let change = region.change();
        let asked = change.bytes_allocated + usize::try_from(change.bytes_reallocated.max(0)).unwrap();
        assert_eq!(refused.code(), attack.code, "{}", attack.name);
        assert!(asked <= budget, "{} asked for {asked} bytes of memory", attack.name);
    }
}
