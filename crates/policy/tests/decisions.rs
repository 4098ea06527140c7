//! The decisions of the built-in policy, as an admin would state them.

#![expect(clippy::unwrap_used, reason = "a test states what must be")]

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Application, ApplicationId, ApplicationKind, Attributes, OrganisationId, Realm, Reference, ReplyAddress,
    Upn, User, UserId,
};
use policy::{Challenge, Decision, Demand, Denial, Endpoint, Evidence, Factor, Facts, Requestor, evaluate};

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

struct Case {
    user: User,
    application: Application,
    evidence: Option<Evidence>,
    granted: bool,
    prompted: bool,
    demand: Demand,
    now: DateTime<Utc>,
}

/// Ada, who gave her password at instant 0 and is granted the application; it is now instant 600.
fn ada() -> Case {
    let organisation = OrganisationId::new();
    Case {
        user: User {
            id: UserId::new(),
            organisation,
            upn: Upn::parse("ada@contoso.example").unwrap(),
            immutable_id: None,
            active: true,
            attributes: Attributes::default(),
            created_at: instant(-1),
        },
        application: Application {
            id: ApplicationId::new(),
            organisation,
            kind: ApplicationKind::Microsoft365,
            name: "Microsoft 365".to_owned(),
            realm: Realm::parse(Realm::MICROSOFT_ONLINE).unwrap(),
            reply_addresses: vec![
                ReplyAddress::parse("https://login.microsoftonline.com/login.srf").unwrap(),
            ],
            token_lifetime: 3600,
            issuer: None,
            token_script: None,
            enabled: true,
        },
        evidence: Some(Evidence { first_factor: Factor::Password, first_factor_at: instant(0) }),
        granted: true,
        prompted: false,
        demand: Demand::default(),
        now: instant(600),
    }
}

impl Case {
    fn decide(&self) -> Decision {
        evaluate(&Facts {
            user: self.evidence.is_some().then_some(&self.user),
            evidence: self.evidence,
            prompted: self.prompted,
            application: &self.application,
            granted: self.granted,
            demand: self.demand,
            requestor: Requestor::Passive,
            request: Reference::from_random([1; 5]),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            now: self.now,
        })
    }

    fn denial(&self) -> Option<Denial> {
        match self.decide() {
            Decision::Deny(denial) => Some(denial),
            Decision::Permit(_) | Decision::Challenge(_) => None,
        }
    }

    fn challenge(&self) -> Option<Challenge> {
        match self.decide() {
            Decision::Challenge(challenge) => Some(challenge),
            Decision::Permit(_) | Decision::Deny(_) => None,
        }
    }

    fn permits(&self) -> bool {
        matches!(self.decide(), Decision::Permit(_))
    }
}

#[test]
fn an_active_user_with_a_session_and_a_granted_role_is_permitted() {
    assert!(ada().permits());
}

#[test]
fn nobody_is_permitted_without_evidence() {
    assert_eq!(Case { evidence: None, ..ada() }.challenge(), Some(Challenge::SignIn));
}

#[test]
fn disabled_users_and_applications_and_missing_grants_are_denied() {
    let mut disabled = ada();
    disabled.user.active = false;
    assert_eq!(disabled.denial(), Some(Denial::UserDisabled));

    let mut off = ada();
    off.application.enabled = false;
    off.evidence = None;
    assert_eq!(off.denial(), Some(Denial::ApplicationDisabled), "decided before anybody types a password");

    assert_eq!(Case { granted: false, ..ada() }.denial(), Some(Denial::NotGranted));
}

/// S73: a session of one organisation opens nothing of another's.
#[test]
fn a_user_of_another_organisation_is_denied() {
    let mut foreign = ada();
    foreign.user.organisation = OrganisationId::new();
    assert_eq!(foreign.denial(), Some(Denial::ForeignUser));
}

/// WSF-06, S26.
#[test]
fn freshness_is_measured_at_its_boundary() {
    let within = |minutes| Demand { fresh_within: Some(TimeDelta::minutes(minutes)), multifactor: false };
    assert!(Case { demand: within(10), ..ada() }.permits());
    assert_eq!(Case { demand: within(10), now: instant(601), ..ada() }.challenge(), Some(Challenge::Fresh));
    assert_eq!(Case { demand: within(0), now: instant(0), ..ada() }.challenge(), Some(Challenge::Fresh));
    assert!(Case { demand: within(0), prompted: true, ..ada() }.permits());
    assert_eq!(
        Case { now: instant(-1), ..ada() }.challenge(),
        Some(Challenge::Fresh),
        "evidence from the future"
    );
}

/// WSF-07 until factors exist: a demand for a second factor is refused, never met by a password.
#[test]
fn a_demand_for_a_second_factor_is_denied_before_any_password() {
    let demand = Demand { multifactor: true, fresh_within: None };
    assert_eq!(Case { demand, ..ada() }.denial(), Some(Denial::MultifactorUnavailable));
    assert_eq!(Case { demand, evidence: None, ..ada() }.denial(), Some(Denial::MultifactorUnavailable));
}

/// S77: a permit names what it was made for and lives sixty seconds.
#[test]
fn a_permit_is_bound_and_short_lived() {
    let case = ada();
    let permit = || match case.decide() {
        Decision::Permit(permit) => permit,
        other => panic!("{other:?}"),
    };
    let spent = permit().spend(case.now + TimeDelta::seconds(60)).unwrap();
    assert_eq!((spent.user, spent.application), (case.user.id, case.application.id));
    assert_eq!(spent.organisation, case.user.organisation);
    assert_eq!((spent.endpoint, spent.rule), (Endpoint::Passive, "granted-by-role"));
    assert!(permit().spend(case.now + TimeDelta::milliseconds(60_001)).is_err());
    assert!(permit().spend(case.now - TimeDelta::milliseconds(1)).is_err());
}
