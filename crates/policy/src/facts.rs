use chrono::TimeDelta;
use model::{Application, Reference, Role, User};

use crate::{Circumstances, Evidence, Mechanisms, Policy, Requestor};

/// What the relying party asked of the authentication itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// The oldest acceptable first factor (`wfresh` in minutes, WSF-06). `Some(zero)`: given for this request.
    pub fresh_within: Option<TimeDelta>,
    /// A second factor in this session (`wauth=multipleauthn`, WSF-07).
    pub multifactor: bool,
    /// The oldest acceptable second factor, where one is given at all (`mfa_max_age`, WSF-08).
    pub multifactor_within: Option<TimeDelta>,
    /// Whether the person has days left to enrol a second factor that rules or the application demand. What the request
    /// itself demands waits for nobody.
    pub enrolment_may_wait: bool,
}

/// Everything a decision is made from. What is not here cannot matter.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The policy of the organisation.
    pub policy: &'a Policy,
    /// Who asks for a token; none while nobody has signed in.
    pub user: Option<&'a User>,
    /// What the person proved, when and how.
    pub evidence: Option<Evidence>,
    /// Whether the evidence was given to answer this very request.
    pub prompted: bool,
    /// Whom the token is for.
    pub application: &'a Application,
    /// The user's roles.
    pub roles: &'a [Role],
    /// The second factors that the user has enrolled.
    pub second_factors: Mechanisms,
    /// Whether one of the user's roles is granted the application.
    pub granted: bool,
    /// What the relying party asked for.
    pub demand: Demand,
    /// How the token is asked for.
    pub requestor: Requestor<'a>,
    /// The sign-in's public name.
    pub request: Reference,
    /// Where, when and with what.
    pub circumstances: Circumstances<'a>,
}
