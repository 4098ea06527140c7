//! The decisions of the built-in policy, as an admin would state them.

#![expect(clippy::unwrap_used, reason = "a test states what must be")]

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Application, ApplicationId, ApplicationKind, Attributes, OrganisationId, Realm, Reference, ReplyAddress,
    Upn, User, UserId,
};
use policy::{
    Challenge, Circumstances, Decision, Demand, Denial, Endpoint, Evidence, Facts, Mechanism, Mechanisms,
    Policy, Requestor, evaluate,
};

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

const APP: Mechanisms = Mechanisms::NONE.with(Mechanism::Totp);
const ENROLLABLE: Mechanisms = APP.with(Mechanism::Passkey);

struct Case {
    user: User,
    application: Application,
    evidence: Option<Evidence>,
    enrolled: bool,
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
            second_factor: false,
        },
        evidence: Some(Evidence::of_password(instant(0))),
        enrolled: false,
        granted: true,
        prompted: false,
        demand: Demand::default(),
        now: instant(600),
    }
}

impl Case {
    fn decide(&self) -> Decision {
        evaluate(&Facts {
            policy: &Policy::default(),
            user: self.evidence.is_some().then_some(&self.user),
            evidence: self.evidence,
            prompted: self.prompted,
            application: &self.application,
            roles: &[],
            second_factors: if self.enrolled { APP } else { Mechanisms::NONE },
            granted: self.granted,
            demand: self.demand,
            requestor: Requestor::Passive,
            request: Reference::from_random([1; 5]),
            circumstances: Circumstances::at(self.now, IpAddr::V4(Ipv4Addr::LOCALHOST)),
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
    let within = |minutes| Demand { fresh_within: Some(TimeDelta::minutes(minutes)), ..Demand::default() };
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

/// Ada with an authenticator app, whose code she gave at instant 300.
fn ada_with_both() -> Case {
    let evidence = Evidence::of_password(instant(0)).with_second_factor(Mechanism::Totp, instant(300));
    Case { enrolled: true, evidence: Some(evidence), ..ada() }
}

const MULTIFACTOR: Demand =
    Demand { multifactor: true, fresh_within: None, multifactor_within: None, enrolment_may_wait: false };

/// WSF-07, S25: a demand for a second factor is never met by a password.
#[test]
fn a_demanded_second_factor_is_asked_for_or_refused() {
    let demand = MULTIFACTOR;
    assert_eq!(Case { demand, evidence: None, ..ada() }.challenge(), Some(Challenge::SignIn));
    assert_eq!(Case { demand, ..ada() }.denial(), Some(Denial::SecondFactorNotEnrolled(ENROLLABLE)));
    assert_eq!(Case { demand, enrolled: true, ..ada() }.challenge(), Some(Challenge::SecondFactor(APP)));
    assert!(Case { demand, ..ada_with_both() }.permits());

    let mut of_application = ada();
    of_application.application.second_factor = true;
    assert_eq!(of_application.denial(), Some(Denial::SecondFactorNotEnrolled(ENROLLABLE)));
    of_application.enrolled = true;
    assert_eq!(of_application.challenge(), Some(Challenge::SecondFactor(APP)));
    of_application.evidence = ada_with_both().evidence;
    assert!(of_application.permits());
}

#[test]
fn whoever_has_a_second_factor_is_asked_for_it_undemanded() {
    assert_eq!(Case { enrolled: true, ..ada() }.challenge(), Some(Challenge::SecondFactor(APP)));
    assert!(ada_with_both().permits());
}

/// WSF-08, S24.
#[test]
fn the_age_of_a_second_factor_is_measured_at_its_boundary() {
    let within = |seconds| Demand { multifactor_within: Some(TimeDelta::seconds(seconds)), ..MULTIFACTOR };
    assert!(Case { demand: within(300), ..ada_with_both() }.permits());
    assert_eq!(
        Case { demand: within(299), ..ada_with_both() }.challenge(),
        Some(Challenge::SecondFactor(APP)),
        "a code, and no second password"
    );
    let asked_alone = Demand { multifactor: false, ..within(299) };
    assert_eq!(
        Case { demand: asked_alone, ..ada_with_both() }.challenge(),
        Some(Challenge::SecondFactor(APP))
    );
    assert_eq!(
        Case { now: instant(299), ..ada_with_both() }.challenge(),
        Some(Challenge::SecondFactor(APP)),
        "a code from the future"
    );
}

/// S25: one pass answers both demands, the password first.
#[test]
fn a_fresh_sign_in_comes_before_the_second_factor() {
    let demand = Demand { fresh_within: Some(TimeDelta::zero()), ..MULTIFACTOR };
    assert_eq!(Case { demand, ..ada_with_both() }.challenge(), Some(Challenge::Fresh));
    let evidence = Some(Evidence::of_password(instant(600)));
    let prompted = Case { demand, evidence, prompted: true, ..ada_with_both() };
    assert_eq!(prompted.challenge(), Some(Challenge::SecondFactor(APP)));
}

/// TOK-10: a second factor that did not count is no evidence for a claim.
#[test]
fn a_permit_holds_the_second_factor_only_when_it_counted() {
    let evidence_of = |case: &Case| match case.decide() {
        Decision::Permit(permit) => *permit.evidence(),
        other => panic!("{other:?}"),
    };
    let both = ada_with_both();
    assert_eq!(Some(evidence_of(&both)), both.evidence);
    let too_old = Demand { multifactor_within: Some(TimeDelta::seconds(1)), ..Demand::default() };
    let removed = Case { enrolled: false, demand: too_old, ..ada_with_both() };
    assert_eq!(evidence_of(&removed), Evidence::of_password(instant(0)));
}

/// Nobody learns of grants, or is sent to enrol, before giving every factor they have.
#[test]
fn a_missing_grant_is_told_after_the_second_factor_and_before_enrolment() {
    let demand = MULTIFACTOR;
    assert_eq!(
        Case { granted: false, enrolled: true, ..ada() }.challenge(),
        Some(Challenge::SecondFactor(APP))
    );
    assert_eq!(Case { granted: false, ..ada_with_both() }.denial(), Some(Denial::NotGranted));
    assert_eq!(Case { granted: false, demand, ..ada() }.denial(), Some(Denial::NotGranted));
}

/// The form of before this version: a session that has no second factor still opens.
#[test]
fn evidence_of_a_former_version_is_read() {
    let former = r#"{"first_factor":"password","first_factor_at":"2027-01-15T08:00:00Z"}"#;
    let evidence: Evidence = serde_json::from_str(former).unwrap();
    assert_eq!(evidence, Evidence::of_password(instant(0)));
    let written = serde_json::to_string(&ada_with_both().evidence.unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Evidence>(&written).unwrap(), ada_with_both().evidence.unwrap());
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

/// WSF-07: whoever has days left to enrol gets in without a second factor that the firm demands; what the request itself
/// demands waits for nobody, and whoever has a second factor is asked for it.
#[test]
fn a_demand_of_the_firm_may_wait_for_enrolment_and_one_of_the_request_not() {
    let mut case = ada();
    case.application.second_factor = true;
    assert_eq!(case.denial(), Some(Denial::SecondFactorNotEnrolled(ENROLLABLE)));
    case.demand.enrolment_may_wait = true;
    assert!(matches!(case.decide(), Decision::Permit(permit) if permit.evidence().second_factor.is_none()));
    case.demand.multifactor = true;
    assert_eq!(case.denial(), Some(Denial::SecondFactorNotEnrolled(ENROLLABLE)));
    case.demand.multifactor = false;
    case.enrolled = true;
    assert!(matches!(case.decide(), Decision::Challenge(Challenge::SecondFactor(_))));
}
