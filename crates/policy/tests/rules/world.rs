//! A request under a policy, with everything that a rule can look at.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::{
    Application, ApplicationId, ApplicationKind, Attributes, AutonomousSystem, Country, OrganisationId,
    Place, Realm, Reference, ReplyAddress, Role, RoleId, Unplaced, Upn, User, UserId,
};
use policy::{
    Challenge, Circumstances, ClientKind, Decision, Demand, Denial, Evidence, Facts, Mechanism, Mechanisms,
    NamedNetwork, Policy, Requestor, Signals, Trace, TrialResult, evaluate,
};

/// Ada's request, by default with the right password, from nowhere special, for Microsoft 365.
pub struct World {
    pub policy: Policy,
    pub user: User,
    pub roles: Vec<Role>,
    pub application: Application,
    pub evidence: Option<Evidence>,
    pub enrolled: Mechanisms,
    pub prompted: bool,
    pub granted: bool,
    pub demand: Demand,
    pub address: IpAddr,
    pub place: Place,
    pub user_agent: &'static str,
    pub client: ClientKind,
    pub known_device: Option<bool>,
    pub signals: Signals,
    pub now: DateTime<Utc>,
}

pub const TOTP: Mechanisms = Mechanisms::NONE.with(Mechanism::Totp).with(Mechanism::RecoveryCode);
pub const PASSKEY: Mechanisms = Mechanisms::NONE.with(Mechanism::Passkey);

/// Monday, 23 November 2026, 12:00 UTC.
pub fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A policy that has to compile.
pub fn policy(document: &str) -> Policy {
    Policy::compile(1, document, &[], None).unwrap_or_else(|error| panic!("{error}"))
}

/// Networks of an installation.
pub fn installed(name: &str, ranges: &[&str]) -> NamedNetwork {
    let ranges = ranges.iter().map(|range| range.parse().unwrap()).collect();
    NamedNetwork::new(name.parse().unwrap(), ranges)
}

impl World {
    pub fn under(document: &str) -> Self {
        let organisation = OrganisationId::new();
        Self {
            policy: policy(document),
            user: User {
                id: UserId::new(),
                organisation,
                upn: Upn::parse("ada@contoso.example").unwrap(),
                immutable_id: None,
                active: true,
                attributes: Attributes::default(),
                created_at: DateTime::UNIX_EPOCH,
            },
            roles: Vec::new(),
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
            evidence: Some(Evidence::of_password(noon())),
            enrolled: Mechanisms::NONE,
            prompted: true,
            granted: true,
            demand: Demand::default(),
            address: "203.0.113.7".parse().unwrap(),
            place: Place::unknown(Unplaced::NotListed),
            user_agent: "",
            client: ClientKind::Browser,
            known_device: None,
            signals: Signals::NONE,
            now: noon(),
        }
    }

    pub fn from(self, address: &str) -> Self {
        Self { address: address.parse().unwrap(), ..self }
    }

    pub fn in_country(mut self, country: &str) -> Self {
        self.place.country = Ok(Country::parse(country).unwrap());
        self
    }

    pub fn by_system(mut self, number: u32) -> Self {
        self.place.autonomous_system = Ok(AutonomousSystem::new(number).unwrap());
        self
    }

    pub fn at(self, now: &str) -> Self {
        Self { now: now.parse().unwrap(), ..self }
    }

    pub fn with_role(mut self, name: &str) -> Self {
        let organisation = self.user.organisation;
        self.roles.push(Role { id: RoleId::new(), organisation, name: name.to_owned() });
        self
    }

    /// For another application than Microsoft 365.
    pub fn to(mut self, application: &str) -> Self {
        application.clone_into(&mut self.application.name);
        self.application.kind = ApplicationKind::WsFederation;
        self
    }

    pub fn called(mut self, upn: &str) -> Self {
        self.user.upn = Upn::parse(upn).unwrap();
        self
    }

    /// In a session that began at noon.
    pub fn in_session(self) -> Self {
        Self { prompted: false, ..self }
    }

    pub fn gave(mut self, first: Mechanism, second: Option<Mechanism>) -> Self {
        let evidence = Evidence { first_factor: first, ..Evidence::of_password(self.now) };
        self.evidence = Some(match second {
            Some(second) => evidence.with_second_factor(second, self.now),
            None => evidence,
        });
        self
    }

    /// Before anybody proved anything.
    pub fn at_the_door(self) -> Self {
        Self { evidence: None, prompted: false, ..self }
    }

    pub fn facts(&self) -> Facts<'_> {
        self.facts_by(Requestor::Passive)
    }

    pub fn facts_by<'a>(&'a self, requestor: Requestor<'a>) -> Facts<'a> {
        Facts {
            policy: &self.policy,
            user: self.evidence.is_some().then_some(&self.user),
            evidence: self.evidence,
            prompted: self.prompted,
            application: &self.application,
            roles: if self.evidence.is_some() { &self.roles } else { &[] },
            second_factors: self.enrolled,
            granted: self.granted,
            demand: self.demand,
            requestor,
            request: Reference::from_random([1; 5]),
            circumstances: Circumstances {
                now: self.now,
                address: self.address,
                place: self.place,
                user_agent: self.user_agent,
                client: self.client,
                known_device: self.known_device,
                signals: self.signals,
            },
        }
    }

    pub fn decide(&self) -> Decision {
        evaluate(&self.facts())
    }

    pub fn denial(&self) -> Option<Denial> {
        match self.decide() {
            Decision::Deny(denial) => Some(denial),
            Decision::Permit(_) | Decision::Challenge(_) => None,
        }
    }

    pub fn challenge(&self) -> Option<Challenge> {
        match self.decide() {
            Decision::Challenge(challenge) => Some(challenge),
            Decision::Permit(_) | Decision::Deny(_) => None,
        }
    }

    pub fn permits(&self) -> bool {
        matches!(self.decide(), Decision::Permit(_))
    }

    /// The name of the rule that refuses.
    pub fn refused_by(&self) -> Option<&str> {
        match self.denial()? {
            Denial::Rule { rule, .. } => self.policy.rule(rule).map(|rule| rule.name.as_str()),
            other => panic!("refused otherwise: {other:?}"),
        }
    }

    /// The name of the rule that said with which factors.
    pub fn matched(&self) -> Option<String> {
        match self.decide() {
            Decision::Permit(permit) => {
                let matched = permit.spend(self.now).unwrap().matched?;
                self.policy.rule(matched).map(|rule| rule.name.clone())
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn trace(&self) -> Trace {
        self.policy.trace(&self.facts())
    }

    /// What came of each rule.
    pub fn results(&self) -> Vec<TrialResult> {
        self.trace().rules.iter().map(|tried| tried.result).collect()
    }
}
