//! The CPU of one custom script in its worker, against one RSA operation (design.md §7).
//!
//! Numerator and denominator are CPU time by the kernel's count, the signature's in a child of its own. Five
//! interleaved pairs; the median pair and the spread are printed. `script/custom` is what a run costs in all,
//! `script/worker` the part of it that the worker spends.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::fs;
use std::process::{Command, ExitCode};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use model::OrganisationId;
use script::{Program, ScriptLimits, Scripts};
use serde_json::{Value, json};

/// The objects of token scripts: text, for this crate, and what its users really run.
const HOST: &str = include_str!("../../claims/src/host.js");

/// Ten lines as admins write them.
const SOURCE: &str = r#"
var mail = LoginUser.Get('userprincipalname');
var domain = mail.split("@")[1];
setAttribute('IssuerName', 'URN:' + domain);
var others = LoginUser.GetValues('othermails');
for (var i = 0; i < others.length; i++) {
  setAttribute('http://schemas.example/claims/mail' + i, others[i].toLowerCase());
}
if (LoginUser.FirstName == null) { trace('no first name'); }
setAttributeArray('http://schemas.example/claims/role', LoginUser.RoleNames);
"#;

const PAIRS: usize = 5;
const RUNS: u32 = 3000;
const SIGNATURES: u32 = 2000;

/// The most CPU of a script in RSA operations.
const TARGET: f64 = 0.35;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("script-worker") => return script::worker_main(),
        Some("bare-rsa") => return sign(),
        _ => {}
    }
    let measured: Vec<(Micros, f64)> = (0..PAIRS).map(|_| (script_micros(), rsa_micros())).collect();
    let json = std::env::args().any(|argument| argument == "--json");
    print("custom", &measured, |micros| micros.server + micros.worker, json);
    print("worker", &measured, |micros| micros.worker, json);
    ExitCode::SUCCESS
}

/// CPU of one run.
struct Micros {
    server: f64,
    worker: f64,
}

/// One row: the median pair, and the spread.
fn print(name: &str, measured: &[(Micros, f64)], part: impl Fn(&Micros) -> f64, json: bool) {
    let mut pairs: Vec<(f64, f64)> = measured.iter().map(|(micros, rsa)| (part(micros), *rsa)).collect();
    pairs.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let ratio = |(script, rsa): (f64, f64)| script / rsa;
    let (value, limit) = pairs[PAIRS / 2];
    let (least, most) = (ratio(pairs[0]), ratio(pairs[PAIRS - 1]));
    if json {
        let row = json!({ "name": format!("script/{name}"), "value": value, "unit": "us CPU", "limit": limit,
                          "ratio": ratio((value, limit)), "target": TARGET });
        println!("{row}");
    } else {
        println!(
            "script/{name}  {value:.1} us CPU a run, RSA-2048 {limit:.1} us: {:.2} of it ({least:.2} to {most:.2}); \
             at most {TARGET}",
            ratio((value, limit))
        );
    }
}

/// CPU of the worker and of the side that asks it, for one run.
fn script_micros() -> Micros {
    let command = (std::env::current_exe().unwrap(), "script-worker");
    // Time is what is measured, not what is limited: a busy machine is no reason to stop.
    let patience = Duration::from_secs(20);
    let limits = ScriptLimits { workers: 1, wall: patience, kill: patience, ..ScriptLimits::default() };
    let scripts = Scripts::start(limits, command);
    let program = Program::new(HOST, SOURCE);
    let input = input();
    let organisation = OrganisationId::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for _ in 0..50 {
            scripts.run(organisation, &program, &input).await.unwrap();
        }
        let (server, worker) = (std::process::id(), only_child());
        let before = (cpu_of(server), cpu_of(worker));
        for _ in 0..RUNS {
            scripts.run(organisation, &program, &input).await.unwrap();
        }
        assert_eq!(only_child(), worker);
        let for_one = |before, process| micros_since(before, process) / f64::from(RUNS);
        Micros { server: for_one(before.0, server), worker: for_one(before.1, worker) }
    })
}

/// CPU of one signature of a message as long as a SignedInfo.
fn rsa_micros() -> f64 {
    let output = Command::new(std::env::current_exe().unwrap()).arg("bare-rsa").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

fn sign() -> ExitCode {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let random = SystemRandom::new();
    let mut signature = vec![0; key.public_modulus_len()];
    let mut sign = || key.sign(&RSA_PKCS1_SHA256, &random, &[7; 600], &mut signature).unwrap();
    (0..200).for_each(|_| sign());
    let before = cpu_of(std::process::id());
    (0..SIGNATURES).for_each(|_| sign());
    println!("{}", micros_since(before, std::process::id()) / f64::from(SIGNATURES));
    ExitCode::SUCCESS
}

fn input() -> Value {
    json!({
        "user": {
            "Username": "ada@contoso.example", "FirstName": "Ada", "LastName": "Lovelace", "Email": null,
            "DisplayName": "Ada Lovelace", "Shortname": "ada", "GroupNames": [], "RoleNames": ["Staff", "Editors"],
        },
        "attributes": {
            "userprincipalname": ["ada@contoso.example"], "givenname": ["Ada"], "surname": ["Lovelace"],
            "othermails": ["Ada@x.example", "Ada@y.example"], "department": ["Engines"], "country": ["GB"],
        },
        "application": { "name": "Microsoft 365", "url": "https://login.microsoftonline.com/login.srf" },
        "issuer": "URN:contoso.example",
        "serviceUrl": "https://login.microsoftonline.com/login.srf",
        "userIdentifier": "PSwbCl9OcWCCk6S1xtfo+Q==",
    })
}

/// User and system time of all threads, by the scheduler's own count in nanoseconds.
fn cpu_of(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let counted = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap());
    counted.map(|counted| Duration::from_nanos(counted.split(' ').next().unwrap().parse().unwrap())).sum()
}

fn micros_since(before: Duration, process: u32) -> f64 {
    cpu_of(process).saturating_sub(before).as_secs_f64() * 1e6
}

fn only_child() -> u32 {
    let id = std::process::id();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    children.trim().parse().unwrap()
}
