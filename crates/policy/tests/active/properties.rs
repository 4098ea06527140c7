//! What holds whatever the facts are.

use model::{ActiveRoad, EntraFacts, EntraMfaDemand, FederatedIdpMfaBehavior};
use policy::Denial;
use policy::active::PolicyDemand;
use proptest::prelude::*;
use uuid::Uuid;

use crate::case::{Case, STAFF, ada, entra, network, password_clients};

fn any_case() -> impl Strategy<Value = Case> {
    let road = prop_oneof![
        Just(ActiveRoad::Off),
        Just(ActiveRoad::Windows),
        Just(password_clients(&["office"], &[])),
        Just(password_clients(&[], &[STAFF])),
        Just(password_clients(&["office"], &[STAFF])),
    ];
    let demand = || {
        prop_oneof![
            Just(PolicyDemand::Password),
            Just(PolicyDemand::SecondFactor),
            Just(PolicyDemand::UserInterface),
        ]
    };
    let mfa_demand =
        prop_oneof![Just(EntraMfaDemand::NotKnown), Just(EntraMfaDemand::No), Just(EntraMfaDemand::Yes),];
    let mfa_behavior = prop_oneof![
        Just(None),
        Just(Some(FederatedIdpMfaBehavior::AcceptIfMfaDoneByFederatedIdp)),
        Just(Some(FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp)),
        Just(Some(FederatedIdpMfaBehavior::RejectMfaByFederatedIdp)),
    ];
    // Mostly true, so that enough cases get far.
    let likely = || prop::bool::weighted(0.9);
    let flags = (likely(), likely(), likely(), likely(), likely(), likely(), likely());
    let entra = (mfa_demand, mfa_behavior).prop_map(|(demand, behavior)| entra(demand, behavior));
    let person = (any::<bool>(), any::<bool>(), any::<bool>());
    (road, demand(), demand(), entra, flags, person).prop_map(
        |(road, demand_of_all, demand_of_person, entra, flags, (office, staff, second_factor))| {
            let (domain_known, domain_proven, password_given, prompted, active, granted, application_enabled) =
                flags;
            Case {
                road,
                domain_known,
                domain_proven,
                networks: if office { vec![network("office")] } else { vec![] },
                demand_of_all,
                entra,
                password_given,
                prompted,
                roles: if staff { vec![STAFF.into()] } else { vec![] },
                second_factor,
                demand_of_person,
                active,
                granted,
                application_enabled,
                ..ada()
            }
        },
    )
}

/// The same request with one fact more that speaks against it. A second factor is none of them: where one is demanded,
/// having it helps; where none is, having it forbids the password alone.
fn forbidding(case: &Case) -> Vec<Case> {
    let case = || case.clone();
    let mut worse = vec![
        Case { road: ActiveRoad::Off, ..case() },
        Case { domain_known: false, ..case() },
        Case { domain_proven: false, ..case() },
        Case { domain_organisation: Uuid::from_u128(9), ..case() },
        Case { networks: vec![], ..case() },
        Case { roles: vec![], ..case() },
        Case { demand_of_all: PolicyDemand::UserInterface, ..case() },
        Case { demand_of_all: case().demand_of_all.max(PolicyDemand::SecondFactor), ..case() },
        Case { demand_of_person: PolicyDemand::UserInterface, ..case() },
        Case { demand_of_person: case().demand_of_person.max(PolicyDemand::SecondFactor), ..case() },
        Case { password_given: false, ..case() },
        Case { prompted: false, ..case() },
        Case { active: false, ..case() },
        Case { granted: false, ..case() },
        Case { upn: "eve@fabrikam.example", ..case() },
        Case { application_enabled: false, ..case() },
    ];
    let behavior = case().entra.mfa_behavior;
    for demand in [EntraMfaDemand::No, EntraMfaDemand::NotKnown] {
        worse.push(Case { entra: entra(demand, behavior), ..case() });
    }
    for behavior in [None, Some(FederatedIdpMfaBehavior::RejectMfaByFederatedIdp)] {
        worse.push(Case { entra: entra(case().entra.mfa_demand, behavior), ..case() });
    }
    if let ActiveRoad::Windows = case().road {
        worse.push(Case { road: password_clients(&["office"], &[STAFF]), ..case() });
    }
    worse
}

proptest! {
    /// What is not known counts as no: it opens nothing that needs a second factor.
    #[test]
    fn not_known_never_opens(case in any_case()) {
        let unknown = case.entra.mfa_demand == EntraMfaDemand::NotKnown || case.entra.mfa_behavior.is_none();
        let needs_more = case.second_factor
            || case.demand_of_all.max(case.demand_of_person) > PolicyDemand::Password;
        if unknown && needs_more {
            prop_assert!(case.permit().is_none(), "{case:?}");
        }
        // To learn that something is not known is to know less, and never helps.
        for forgot in [
            entra(EntraMfaDemand::NotKnown, case.entra.mfa_behavior),
            entra(case.entra.mfa_demand, None),
            EntraFacts::default(),
        ] {
            if (Case { entra: forgot, ..case.clone() }).permit().is_some() {
                prop_assert!(case.permit().is_some(), "{case:?}");
            }
        }
    }

    /// Adding a fact that forbids never permits.
    #[test]
    fn a_fact_that_forbids_never_permits(case in any_case()) {
        for worse in forbidding(&case) {
            if worse.permit().is_some() {
                prop_assert!(case.permit().is_some(), "{case:?}\npermitted as\n{worse:?}");
            }
        }
    }

    /// S54: before the password nothing of the person counts, so that every name of a domain is answered alike.
    #[test]
    fn nothing_of_the_person_opens_or_closes_the_door(case in any_case(), other in any_case()) {
        let unasked = Case { password_given: false, prompted: false, ..case.clone() };
        let of_another = Case {
            roles: other.roles,
            second_factor: other.second_factor,
            demand_of_person: other.demand_of_person,
            active: other.active,
            ..unasked.clone()
        };
        prop_assert_eq!(unasked.denial(), of_another.denial());
        if let Some(denial @ Denial::Door(_)) = case.denial() {
            prop_assert_eq!(Some(denial), unasked.denial());
        }
    }
}
