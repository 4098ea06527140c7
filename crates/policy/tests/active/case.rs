//! One active request with all its facts.

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, Utc};
use model::{
    ActiveRoad, Application, ApplicationId, ApplicationKind, Attributes, Domain, DomainName, EntraFacts,
    EntraMfaDemand, FederatedIdpMfaBehavior, IssuerUri, NetworkName, OrganisationId, PasswordClients, Realm,
    Reference, ReplyAddress, RoleId, Upn, User, UserId,
};
use policy::active::{DoorClosed, DoorFacts, PersonFacts, PersonRefused, PolicyDemand};
use policy::{
    ActiveFacts, Challenge, Circumstances, Decision, Demand, Denial, Endpoint, Evidence, Facts, Mechanism,
    Mechanisms, Permit, Policy, Requestor, evaluate,
};
use uuid::Uuid;

pub const ORGANISATION: Uuid = Uuid::from_u128(1);
pub const STAFF: Uuid = Uuid::from_u128(2);

/// An active request, by default one that nothing speaks against: Ada's, with the right password and nothing else.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact, and each is varied by itself")]
pub struct Case {
    pub road: ActiveRoad,
    pub domain_known: bool,
    pub domain_proven: bool,
    pub networks: Vec<NetworkName>,
    pub demand_of_all: PolicyDemand,
    pub entra: EntraFacts,
    pub password_given: bool,
    pub prompted: bool,
    pub roles: Vec<RoleId>,
    pub second_factor: bool,
    pub demand_of_person: PolicyDemand,
    pub active: bool,
    pub granted: bool,
    pub upn: &'static str,
    pub application_enabled: bool,
    pub domain_organisation: Uuid,
}

pub fn ada() -> Case {
    Case {
        road: ActiveRoad::Windows,
        domain_known: true,
        domain_proven: true,
        networks: Vec::new(),
        demand_of_all: PolicyDemand::Password,
        entra: EntraFacts::default(),
        password_given: true,
        prompted: true,
        roles: Vec::new(),
        second_factor: false,
        demand_of_person: PolicyDemand::Password,
        active: true,
        granted: true,
        upn: "ada@contoso.example",
        application_enabled: true,
        domain_organisation: ORGANISATION,
    }
}

/// Ada where everybody needs a second factor, Entra ID demands it by itself and collects it here, and she has one.
pub fn collected() -> Case {
    Case { demand_of_all: PolicyDemand::SecondFactor, entra: ENFORCED, second_factor: true, ..ada() }
}

pub const ENFORCED: EntraFacts = EntraFacts {
    mfa_demand: EntraMfaDemand::Yes,
    mfa_behavior: Some(FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp),
};

pub fn entra(mfa_demand: EntraMfaDemand, mfa_behavior: Option<FederatedIdpMfaBehavior>) -> EntraFacts {
    EntraFacts { mfa_demand, mfa_behavior }
}

pub fn network(name: &str) -> NetworkName {
    NetworkName::parse(name).unwrap()
}

pub fn password_clients(networks: &[&str], roles: &[Uuid]) -> ActiveRoad {
    let networks = networks.iter().map(|name| network(name));
    let roles = roles.iter().map(|id| RoleId::from(*id));
    ActiveRoad::PasswordClients(PasswordClients::new(networks, roles).unwrap())
}

pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

impl Case {
    pub fn decide(&self) -> Decision {
        self.decide_at(Endpoint::Active13)
    }

    pub fn decide_at(&self, endpoint: Endpoint) -> Decision {
        let organisation = OrganisationId::from(ORGANISATION);
        let name = DomainName::parse("contoso.example").unwrap();
        let domain = Domain {
            organisation: self.domain_organisation.into(),
            issuer: IssuerUri::of_domain(&name),
            name,
            proven: self.domain_proven,
            active_road: self.road.clone(),
        };
        let user = User {
            id: UserId::new(),
            organisation,
            upn: Upn::parse(self.upn).unwrap(),
            immutable_id: None,
            active: self.active,
            attributes: Attributes::default(),
            created_at: noon(),
        };
        let application = Application {
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
            enabled: self.application_enabled,
            second_factor: false,
        };
        let evidence = Evidence::of_password(noon());
        let asked = ActiveFacts {
            door: DoorFacts {
                domain: self.domain_known.then_some(&domain),
                networks: &self.networks,
                demand: self.demand_of_all,
                entra: self.entra,
            },
            person: self.password_given.then_some(PersonFacts {
                roles: &self.roles,
                second_factor_enrolled: self.second_factor,
                demand: self.demand_of_person,
            }),
        };
        evaluate(&Facts {
            policy: &Policy::default(),
            user: self.password_given.then_some(&user),
            evidence: self.password_given.then_some(evidence),
            prompted: self.prompted,
            application: &application,
            roles: &[],
            second_factors: if self.second_factor {
                Mechanisms::NONE.with(Mechanism::Totp)
            } else {
                Mechanisms::NONE
            },
            granted: self.granted,
            demand: Demand::default(),
            requestor: match endpoint {
                Endpoint::Passive => Requestor::Passive,
                Endpoint::Active2005 => Requestor::Active2005(asked),
                Endpoint::Active13 => Requestor::Active13(asked),
            },
            request: Reference::from_random([1; 5]),
            circumstances: Circumstances::at(noon(), IpAddr::V4(Ipv4Addr::LOCALHOST)),
        })
    }

    pub fn permit(&self) -> Option<Permit> {
        match self.decide() {
            Decision::Permit(permit) => Some(permit),
            Decision::Challenge(_) | Decision::Deny(_) => None,
        }
    }

    pub fn denial(&self) -> Option<Denial> {
        match self.decide() {
            Decision::Deny(denial) => Some(denial),
            Decision::Permit(_) | Decision::Challenge(_) => None,
        }
    }

    /// The rule by which the request is permitted.
    pub fn rule(&self) -> Option<&'static str> {
        self.permit().map(|permit| permit.spend(noon()).unwrap().rule)
    }

    /// Refused before the password is looked at, and so with whatever password and whatever person.
    pub fn assert_closed(&self, closed: DoorClosed) {
        assert_eq!(self.denial(), Some(Denial::Door(closed)), "{self:?}");
        let unasked = Self { password_given: false, prompted: false, ..self.clone() };
        assert_eq!(unasked.denial(), Some(Denial::Door(closed)), "before the password: {unasked:?}");
        assert!(!Denial::Door(closed).is_personal());
    }

    /// Refused for the person: before the password the door is open.
    pub fn assert_refused(&self, refused: PersonRefused) {
        assert_eq!(self.denial(), Some(Denial::Person(refused)), "{self:?}");
        let unasked = Self { password_given: false, prompted: false, ..self.clone() };
        assert!(matches!(unasked.decide(), Decision::Challenge(Challenge::SignIn)), "{unasked:?}");
        assert!(Denial::Person(refused).is_personal());
    }
}
