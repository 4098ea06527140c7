//! Every branch, one by one.

use std::collections::HashSet;

use model::{ActiveRoad, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior};
use policy::active::{DoorClosed, EntraGap, Passage, PersonRefused, PolicyDemand};
use policy::{Challenge, Decision, Denial, Endpoint};
use uuid::Uuid;

use crate::case::{Case, ENFORCED, STAFF, ada, collected, entra, network, noon, password_clients};

/// WST-10: where nothing more is demanded, a person who has nothing more gets a token.
#[test]
fn a_password_is_enough_where_nothing_more_is_demanded() {
    assert_eq!(ada().rule(), Some(Passage::PasswordSuffices.rule()));
}

/// WST-11: off is the default, and answers as if nothing were there.
#[test]
fn nobody_comes_by_a_road_that_is_off() {
    Case { road: ActiveRoad::default(), ..collected() }.assert_closed(DoorClosed::RoadOff);
    assert!(DoorClosed::RoadOff.is_hidden());
    let behind_it = Case { road: ActiveRoad::Off, application_enabled: false, ..ada() };
    behind_it.assert_closed(DoorClosed::RoadOff);
}

/// S71: a domain does nothing until its ownership is proven.
#[test]
fn a_name_of_no_proven_domain_of_the_organisation_finds_no_door() {
    Case { domain_known: false, ..ada() }.assert_closed(DoorClosed::NoDomain);
    Case { domain_proven: false, ..ada() }.assert_closed(DoorClosed::NoDomain);
    Case { domain_organisation: Uuid::from_u128(9), ..ada() }.assert_closed(DoorClosed::NoDomain);
    assert!(DoorClosed::NoDomain.is_hidden(), "or the answer would tell which domains are ours");
}

#[test]
fn password_clients_are_answered_on_the_named_networks_only() {
    let road = password_clients(&["office", "vpn"], &[]);
    let inside = Case { road, networks: vec![network("guests"), network("vpn")], ..ada() };
    assert_eq!(inside.rule(), Some(Passage::PasswordSuffices.rule()));
    for networks in [vec![], vec![network("guests")]] {
        Case { networks, ..inside.clone() }.assert_closed(DoorClosed::Network);
    }
    assert!(!DoorClosed::Network.is_hidden());
}

/// Which roles a person has is nobody's business: it is decided after the password.
#[test]
fn password_clients_are_answered_for_members_of_the_named_roles_only() {
    let member = Case { road: password_clients(&[], &[STAFF]), roles: vec![STAFF.into()], ..ada() };
    assert_eq!(member.rule(), Some(Passage::PasswordSuffices.rule()));
    Case { roles: vec![Uuid::from_u128(3).into()], ..member.clone() }.assert_refused(PersonRefused::Role);
    Case { roles: vec![], ..member }.assert_refused(PersonRefused::Role);
}

#[test]
fn where_networks_and_roles_are_named_both_have_to_fit() {
    let road = password_clients(&["office"], &[STAFF]);
    let fits = Case { road, networks: vec![network("office")], roles: vec![STAFF.into()], ..ada() };
    assert!(fits.permit().is_some());
    Case { networks: vec![], ..fits.clone() }.assert_closed(DoorClosed::Network);
    Case { roles: vec![], ..fits }.assert_refused(PersonRefused::Role);
}

/// WST-10: (a), (b) and (c) of protocol.md §4.8.
#[test]
fn a_demanded_second_factor_is_left_to_entra_when_entra_collects_it_here() {
    assert_eq!(collected().rule(), Some(Passage::EntraCollects.rule()));
    let of_her = Case {
        demand_of_all: PolicyDemand::Password,
        demand_of_person: PolicyDemand::SecondFactor,
        ..collected()
    };
    assert_eq!(of_her.rule(), Some(Passage::EntraCollects.rule()));
}

/// What Entra ID does not do, or is not known to do, by itself.
fn gaps() -> [(EntraFacts, EntraGap); 6] {
    use EntraMfaDemand::{No, NotKnown, Yes};
    use FederatedIdpMfaBehavior::{
        AcceptIfMfaDoneByFederatedIdp, EnforceMfaByFederatedIdp, RejectMfaByFederatedIdp,
    };
    [
        (entra(NotKnown, None), EntraGap::DemandNotKnown),
        (entra(NotKnown, Some(EnforceMfaByFederatedIdp)), EntraGap::DemandNotKnown),
        (entra(No, Some(EnforceMfaByFederatedIdp)), EntraGap::NotDemanded),
        (entra(Yes, None), EntraGap::BehaviorNotKnown),
        (entra(Yes, Some(AcceptIfMfaDoneByFederatedIdp)), EntraGap::NotEnforced),
        (entra(Yes, Some(RejectMfaByFederatedIdp)), EntraGap::NotEnforced),
    ]
}

/// WST-10: (a) and (b) are decided before the password, alike for all.
#[test]
fn where_everybody_needs_a_second_factor_the_door_is_closed_unless_entra_collects_it() {
    for (entra, gap) in gaps() {
        Case { entra, ..collected() }.assert_closed(DoorClosed::Entra(gap));
    }
}

/// S54: that this person in particular needs a second factor is not told.
#[test]
fn a_person_who_needs_a_second_factor_is_refused_unless_entra_collects_it() {
    for (entra, gap) in gaps() {
        let enrolled = Case { entra, second_factor: true, ..ada() };
        enrolled.assert_refused(PersonRefused::Entra(gap));
        let demanded = Case { entra, demand_of_person: PolicyDemand::SecondFactor, ..ada() };
        demanded.assert_refused(PersonRefused::Entra(gap));
    }
}

/// WST-10: (c). Entra ID could send the person here in vain.
#[test]
fn a_person_who_needs_a_second_factor_and_has_none_is_refused() {
    Case { second_factor: false, ..collected() }.assert_refused(PersonRefused::NoSecondFactor);
    let demand_of_person = PolicyDemand::SecondFactor;
    Case { demand_of_person, entra: ENFORCED, ..ada() }.assert_refused(PersonRefused::NoSecondFactor);
}

/// WST-10: whatever else needs a page denies.
#[test]
fn what_only_a_page_can_ask_for_is_denied() {
    let demand_of_all = PolicyDemand::UserInterface;
    Case { demand_of_all, ..collected() }.assert_closed(DoorClosed::UserInterface);
    let demand_of_person = PolicyDemand::UserInterface;
    Case { demand_of_person, ..collected() }.assert_refused(PersonRefused::UserInterface);
}

/// S54: all that depends on the person is personal, and said after the password only.
#[test]
fn disabled_users_and_missing_grants_are_personal() {
    for (case, denial) in [
        (Case { active: false, ..ada() }, Denial::UserDisabled),
        (Case { granted: false, ..ada() }, Denial::NotGranted),
        (Case { upn: "eve@fabrikam.example", ..ada() }, Denial::Person(PersonRefused::OtherDomain)),
        (Case { upn: "eve@evilcontoso.example", ..ada() }, Denial::Person(PersonRefused::OtherDomain)),
    ] {
        assert_eq!(case.denial(), Some(denial));
        assert!(denial.is_personal());
    }
    let off = Case { application_enabled: false, password_given: false, ..ada() };
    assert_eq!(off.denial(), Some(Denial::ApplicationDisabled));
    assert!(!Denial::ApplicationDisabled.is_personal());
}

/// A user of a subdomain follows the domain above it (TOK-16).
#[test]
fn a_user_of_a_subdomain_comes_by_the_road_of_the_domain_above() {
    assert!(Case { upn: "ada@sales.contoso.example", ..ada() }.permit().is_some());
}

/// A cookie buys no active token: every request brings its password.
#[test]
fn a_session_opens_no_active_door() {
    let with_session = Case { prompted: false, ..collected() };
    assert!(matches!(with_session.decide(), Decision::Challenge(Challenge::SignIn)));
}

/// TOK-10: whoever issues knows that no second factor can have been given.
#[test]
fn a_permit_names_the_endpoint_it_was_asked_for_at() {
    let endpoint = |endpoint| match collected().decide_at(endpoint) {
        Decision::Permit(permit) => permit.endpoint(),
        other => unreachable!("{other:?}"),
    };
    assert_eq!(endpoint(Endpoint::Active2005), Endpoint::Active2005);
    assert_eq!(endpoint(Endpoint::Active13), Endpoint::Active13);
    assert!(Endpoint::Active2005.is_active() && Endpoint::Active13.is_active());
    assert!(!Endpoint::Passive.is_active());
    assert_eq!(collected().permit().unwrap().spend(noon()).unwrap().endpoint, Endpoint::Active13);
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_a_reason() {
    let gaps =
        [EntraGap::DemandNotKnown, EntraGap::NotDemanded, EntraGap::BehaviorNotKnown, EntraGap::NotEnforced];
    let mut said: Vec<_> = gaps.map(|gap| (gap.code(), gap.reason())).to_vec();
    for closed in [DoorClosed::NoDomain, DoorClosed::RoadOff, DoorClosed::Network, DoorClosed::UserInterface]
    {
        said.push((closed.code(), closed.reason()));
    }
    for refused in [PersonRefused::OtherDomain, PersonRefused::Role, PersonRefused::NoSecondFactor] {
        said.push((refused.code(), refused.reason()));
    }
    assert_eq!(PersonRefused::UserInterface.code(), DoorClosed::UserInterface.code());
    for gap in gaps {
        assert_eq!(PersonRefused::Entra(gap).code(), DoorClosed::Entra(gap).code());
    }
    let codes: HashSet<_> = said.iter().map(|(code, _)| code).collect();
    assert_eq!(codes.len(), said.len());
    assert!(said.iter().all(|(code, reason)| !code.is_empty() && !reason.is_empty()));
}
