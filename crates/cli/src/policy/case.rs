//! A sign-in as somebody supposes it, or as the ledger recorded it, put before a policy.

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::{Application, Place, Reference};
use policy::{
    Challenge, Circumstances, ClientKind, Decision, Demand, Denial, Endpoint, Evidence, Facts, Mechanism,
    Mechanisms, Policy, Requestor, RuleNumber, Signal, Signals, Trace, evaluate,
};
use storage::Account;

/// One sign-in.
#[derive(Clone)]
pub struct Case<'a> {
    /// Who; nobody: before anybody has proved anything.
    pub account: Option<&'a Account>,
    pub application: &'a Application,
    /// Whether the person has a role that is granted the application.
    pub granted: bool,
    pub endpoint: Endpoint,
    pub address: IpAddr,
    pub place: Place,
    pub user_agent: &'a str,
    pub client: ClientKind,
    pub known_device: Option<bool>,
    /// What was suspicious beside a new device.
    pub signals: Signals,
    pub at: DateTime<Utc>,
    pub first_factor: Mechanism,
    pub second_factor: Option<Mechanism>,
}

/// What a policy makes of a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Let in.
    Allowed,
    /// Let in once one of these is given.
    Asked(String),
    /// Not let in, and why.
    Refused(String),
}

impl<'a> Case<'a> {
    pub fn facts(&'a self, policy: &'a Policy) -> Facts<'a> {
        let evidence = Evidence { first_factor: self.first_factor, ..Evidence::of_password(self.at) };
        let evidence = match self.second_factor {
            Some(second) => evidence.with_second_factor(second, self.at),
            None => evidence,
        };
        let is_new = self.known_device == Some(false);
        Facts {
            policy,
            user: self.account.map(|account| &account.user),
            evidence: self.account.map(|_| evidence),
            prompted: self.account.is_some(),
            application: self.application,
            roles: self.account.map_or(&[], |account| account.roles.as_slice()),
            second_factors: self.account.map_or(Mechanisms::NONE, Account::second_factors),
            granted: self.granted,
            demand: Demand::default(),
            requestor: Requestor::at(self.endpoint),
            request: Reference::from_random([0; 5]),
            circumstances: Circumstances {
                now: self.at,
                address: self.address,
                place: self.place,
                user_agent: self.user_agent,
                client: self.client,
                known_device: self.known_device,
                signals: if is_new { self.signals.with(Signal::NewDevice) } else { self.signals },
            },
        }
    }

    /// What a policy makes of it. Of a program, what its rules say: whether its road is open at all is the domain's
    /// business, and not looked at.
    pub fn outcome(&self, policy: &Policy) -> Outcome {
        let facts = self.facts(policy);
        let facts =
            if self.endpoint.is_active() { Facts { requestor: Requestor::Passive, ..facts } } else { facts };
        if self.endpoint.is_active()
            && let Some(rule) = self.trace(policy).rules.into_iter().find(policy::Tried::decides)
            && rule.denies
        {
            return Outcome::Refused(format!("rule \u{201c}{}\u{201d}", rule.name));
        }
        match evaluate(&facts) {
            Decision::Permit(_) => Outcome::Allowed,
            Decision::Challenge(Challenge::SecondFactor(offered)) => Outcome::Asked(spelled(offered)),
            Decision::Challenge(Challenge::SignIn | Challenge::Fresh) if self.account.is_none() => {
                Outcome::Asked("name and password".to_owned())
            }
            Decision::Challenge(_) => Outcome::Asked("another first factor".to_owned()),
            Decision::Deny(denial) => Outcome::Refused(reason(policy, denial)),
        }
    }

    pub fn trace(&self, policy: &Policy) -> Trace {
        policy.trace(&self.facts(policy))
    }
}

impl Outcome {
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed => f.write_str("let in"),
            Self::Asked(what) => write!(f, "asked for {what}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
        }
    }
}

fn reason(policy: &Policy, denial: Denial) -> String {
    let name = |rule: RuleNumber| policy.rule(rule).map(|rule| rule.name.as_str()).unwrap_or_default();
    match denial {
        Denial::Rule { rule, .. } => format!("rule \u{201c}{}\u{201d}", name(rule)),
        Denial::SecondFactorNotEnrolled(which) => {
            format!("a second factor is demanded and none is enrolled that will do ({})", spelled(which))
        }
        Denial::NotGranted => "no role of the user is granted the application".to_owned(),
        Denial::UserDisabled => "the user is disabled".to_owned(),
        other => other.code().to_owned(),
    }
}

fn spelled(mechanisms: Mechanisms) -> String {
    mechanisms.iter().map(Mechanism::as_str).collect::<Vec<_>>().join(" or ")
}
