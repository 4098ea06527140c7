//! What a token costs beside the bare signature in it: `cargo xtask bench token`, `--json` for programs.
//!
//! All figures but those of the threads are CPU time of one pinned thread. The bare signature of the same key runs
//! interleaved with the token, a few of each in turn, because this processor's speed changes from one moment to the
//! next; only ratios of the same moment mean anything (design.md §7). A word chooses one group of rows: `issue`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

mod measure;
mod row;
mod work;

use std::alloc::System;

use measure::{Pairs, pin, wall_pairs};
use row::Row;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use work::{Bare, Hashing, Key, Page, RsaCrate, Work};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Claims of an ordinary token.
const CLAIMS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let wanted = arguments.iter().find(|argument| !argument.starts_with("--"));
    if !json {
        println!("{}", Row::heading());
    }
    let keys = token::KEY_SIZES.map(Key::new);
    // Threads first: what is pinned stays pinned.
    for group in ["threads", "issue", "outside-rsa", "rsa-crate", "claims-200"] {
        if wanted.is_some_and(|wanted| wanted != group) {
            continue;
        }
        let rows = match group {
            "threads" => wall_rates(&keys),
            "issue" => issue(&keys),
            "outside-rsa" => outside_rsa(&keys),
            "rsa-crate" => rsa_crate(&keys),
            _ => many_claims(&keys),
        };
        for row in rows {
            println!("{}", if json { row.json() } else { row.line() });
        }
    }
}

fn bits(keys: &[Key], bits: u32) -> &Key {
    keys.iter().find(|key| key.bits() == bits).unwrap()
}

/// A token of eight claims in its finished page, beside the bare signature.
fn issue(keys: &[Key]) -> Vec<Row> {
    pin();
    let row = |key: &Key| {
        let pairs = Pairs::measure(&Page::new(key.signer(), CLAIMS), &Bare::new(key), 31, key.operations());
        Row::rate(format!("token/issue/{}", key.bits()), &pairs, Some(0.98))
    };
    keys.iter().map(row).collect()
}

/// Everything but the RSA operation: the key only hashes what it is given.
fn outside_rsa(keys: &[Key]) -> Vec<Row> {
    pin();
    let key = bits(keys, 2048);
    let hashing = Hashing::new(key);
    let page = Page::new(&hashing, CLAIMS);
    let microseconds = measure::microseconds(&page, 11, 20_000);

    let real = Page::new(key.signer(), CLAIMS);
    real.run();
    let region = Region::new(ALLOCATOR);
    real.run();
    let change = region.change();
    vec![
        Row::budget("token/outside-rsa", microseconds, "µs", 4.5),
        Row::budget(
            "token/allocations",
            f64_of(change.allocations + change.reallocations),
            "allocations",
            8.0,
        ),
    ]
}

/// Why aws-lc signs: the other library on the same key.
fn rsa_crate(keys: &[Key]) -> Vec<Row> {
    pin();
    let key = bits(keys, 2048);
    let pairs = Pairs::measure(&RsaCrate::new(key), &Bare::new(key), 5, key.operations() / 4);
    vec![Row::rate("token/rsa-crate/2048".to_owned(), &pairs, None)]
}

fn many_claims(keys: &[Key]) -> Vec<Row> {
    pin();
    let key = bits(keys, 2048);
    let pairs = Pairs::measure(&Page::new(key.signer(), 200), &Bare::new(key), 9, key.operations());
    vec![Row::rate("token/claims-200".to_owned(), &pairs, None)]
}

/// Tokens by the clock on the wall, from one thread and from two that share the key, beside as many threads of bare
/// signatures.
fn wall_rates(keys: &[Key]) -> Vec<Row> {
    let key = bits(keys, 2048);
    let (page, bare) = (Page::new(key.signer(), CLAIMS), Bare::new(key));
    [1, 2]
        .into_iter()
        .map(|threads| {
            let pairs = wall_pairs(&page, &bare, 9, key.operations(), threads);
            Row::wall_rate(format!("token/threads/{threads}"), &pairs)
        })
        .collect()
}

/// A count as a figure.
fn f64_of(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
