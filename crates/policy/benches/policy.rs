//! What a decision costs: `cargo bench -p countersign-policy`, `-- --json` for programs.
//!
//! CPU time of the thread per evaluation, of a policy of 200 rules of which the last one decides, with few and with many
//! ranges of addresses; the country of the address is given. The median of several slices.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

use std::fmt::Write as _;
use std::hint::black_box;

use chrono::{DateTime, Utc};
use model::{
    Application, ApplicationId, ApplicationKind, Attributes, Country, OrganisationId, Place, Realm,
    Reference, ReplyAddress, Role, RoleId, Unplaced, Upn, User, UserId,
};
use policy::{Circumstances, Decision, Demand, Evidence, Facts, Mechanisms, Policy, Requestor, evaluate};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

/// Evaluations in a slice, and slices.
const EVALUATIONS: u32 = 20_000;
const SLICES: usize = 9;

/// Microseconds of one evaluation (design.md §7).
const BUDGET: f64 = 2.0;

const RULES: usize = 200;

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    for ranges in [100, 10_000] {
        let case = Case::new(ranges);
        let mut slices: Vec<f64> = (0..SLICES).map(|_| case.slice()).collect();
        slices.sort_by(f64::total_cmp);
        let value = slices[SLICES / 2];
        let name = format!("policy/evaluate/{RULES}-rules-{ranges}-ranges");
        if json {
            let row = json!({ "name": name, "value": value, "unit": "us CPU", "limit": BUDGET,
                              "ratio": BUDGET / value, "target": 1.0 });
            println!("{row}");
        } else {
            let (least, most) = (slices[0], slices[SLICES - 1]);
            println!("{name}  {value:.2} us CPU ({least:.2} to {most:.2}); at most {BUDGET}");
        }
    }
}

struct Case {
    policy: Policy,
    user: User,
    roles: Vec<Role>,
    application: Application,
    now: DateTime<Utc>,
}

impl Case {
    fn new(ranges: usize) -> Self {
        let organisation = OrganisationId::new();
        let role = |name: &str| Role { id: RoleId::new(), organisation, name: name.to_owned() };
        Self {
            policy: Policy::compile(1, &document(ranges), &[], None).unwrap(),
            user: User {
                id: UserId::new(),
                organisation,
                upn: Upn::parse("ada@contoso.example").unwrap(),
                immutable_id: None,
                active: true,
                attributes: Attributes::default(),
                created_at: DateTime::UNIX_EPOCH,
            },
            roles: ["Staff", "Role 7", "Sales"].map(role).into(),
            application: Application {
                id: ApplicationId::new(),
                organisation,
                kind: ApplicationKind::Microsoft365,
                name: "Office 365".to_owned(),
                realm: Realm::parse(Realm::MICROSOFT_ONLINE).unwrap(),
                reply_addresses: vec![
                    ReplyAddress::parse("https://login.microsoftonline.com/login.srf").unwrap(),
                ],
                token_lifetime: 3600,
                issuer: None,
                token_script: None,
                enabled: true,
                second_factor: false,
            },
            now: "2026-11-23T12:00:00Z".parse().unwrap(),
        }
    }

    /// Microseconds of an evaluation, over many.
    fn slice(&self) -> f64 {
        let before = cpu_nanoseconds();
        for _ in 0..EVALUATIONS {
            assert!(matches!(evaluate(black_box(&self.facts())), Decision::Permit(_)));
        }
        f64::from(u32::try_from((cpu_nanoseconds() - before) / i64::from(EVALUATIONS)).unwrap()) / 1000.0
    }

    fn facts(&self) -> Facts<'_> {
        let country = Ok(Country::parse("AU").unwrap());
        Facts {
            policy: &self.policy,
            user: Some(&self.user),
            evidence: Some(Evidence::of_password(self.now)),
            prompted: false,
            application: &self.application,
            roles: &self.roles,
            second_factors: Mechanisms::NONE,
            granted: true,
            demand: Demand::default(),
            requestor: Requestor::Passive,
            request: Reference::from_random([1; 5]),
            circumstances: Circumstances {
                place: Place { country, autonomous_system: Err(Unplaced::NotListed) },
                ..Circumstances::at(self.now, [10, 7, 3, 9].into())
            },
        }
    }
}

/// Rules as admins write them, each with two or three conditions; 100 networks share the ranges.
fn document(ranges: usize) -> String {
    let mut text = String::new();
    for network in 0..100 {
        let own = (0..ranges / 100).map(|range| {
            let number = network * (ranges / 100) + range;
            format!("'10.{}.{}.0/25'", number / 256, number % 256)
        });
        writeln!(text, "networks.n{network}.ranges = [{}]", own.collect::<Vec<_>>().join(", ")).unwrap();
    }
    text.push_str("schedules.shift = { zone = 'Australia/Sydney', hours = ['Mon-Fri 08:00-17:30'] }\n");
    text.push_str("profiles.password = { challenge-2 = [] }\n");
    for rule in 0..RULES - 1 {
        let when = match rule % 4 {
            0 => format!(
                "countries = ['AU', 'NZ'], networks = ['n{}'], roles = ['Role {rule}']",
                rule % 90 + 10
            ),
            1 => format!("roles = ['Role {rule}'], not-countries = ['DE']"),
            2 => format!("not-networks = ['n{}'], schedules = ['shift'], roles = ['Staff']", rule % 100),
            _ => "applications = ['Time sheets'], not-roles = ['Staff']".to_owned(),
        };
        writeln!(text, "[[rules]]\nname = 'rule {rule}'\nwhen = {{ {when} }}\nthen = 'deny'").unwrap();
    }
    text.push_str("[[rules]]\nname = 'everybody else'\nprofile = 'password'\n");
    text
}

fn cpu_nanoseconds() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
