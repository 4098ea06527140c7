use chrono::{DateTime, TimeDelta, Utc};
use model::{ApplicationId, OrganisationId, Reference, UserId};
use thiserror::Error;

use crate::{Endpoint, Evidence, RuleNumber};

/// How long a permit can be spent after it was made.
pub const PERMIT_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// Leave to issue one token to one user for one application, in answer to one request.
///
/// Only [`evaluate`](crate::evaluate) makes one; spending it consumes it. It is neither `Clone` nor serialisable,
/// so that it can be neither copied nor kept (S77; `tests/compile_fail`).
#[derive(Debug)]
#[must_use = "a permit that is not spent issues nothing"]
pub struct Permit {
    pub(crate) organisation: OrganisationId,
    pub(crate) user: UserId,
    pub(crate) application: ApplicationId,
    pub(crate) request: Reference,
    pub(crate) evidence: Evidence,
    pub(crate) endpoint: Endpoint,
    pub(crate) rule: &'static str,
    pub(crate) matched: Option<RuleNumber>,
    pub(crate) policy_version: u32,
    pub(crate) breaks_glass: bool,
    pub(crate) inside: Option<bool>,
    pub(crate) made_at: DateTime<Utc>,
}

/// A permit is a minute old and can no longer be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the permit of {made_at} has expired; ask the policy again")]
pub struct PermitExpired {
    /// When the permit was made.
    pub made_at: DateTime<Utc>,
}

/// What remains of a permit once it is spent: the record of why the token was allowed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpentPermit {
    /// The organisation whose key signs.
    pub organisation: OrganisationId,
    /// Whose token it is.
    pub user: UserId,
    /// Whom it is for.
    pub application: ApplicationId,
    /// The request it answers.
    pub request: Reference,
    /// What the user proved.
    pub evidence: Evidence,
    /// Where the token was asked for.
    pub endpoint: Endpoint,
    /// The built-in rule that allowed it.
    pub rule: &'static str,
    /// The rule of the policy's document that said with which factors; none: the built-in profile did.
    pub matched: Option<RuleNumber>,
    /// The version of the policy that was asked; 0: the built-in one.
    pub policy_version: u32,
    /// Whether it is a break-glass account's, whose every use is an alarm (S88).
    pub breaks_glass: bool,
}

impl Permit {
    /// Whose token may be issued.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Whom the token may be for.
    pub const fn application(&self) -> ApplicationId {
        self.application
    }

    /// The organisation whose key may sign.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The request that may be answered.
    pub const fn request(&self) -> Reference {
        self.request
    }

    /// What the user proved.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Where the token was asked for. A token for an active requestor says nothing of a second factor (TOK-10).
    pub const fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// Whether the token was asked for from inside the corporate network, as networks that an admin marked say; none
    /// where none is marked (TOK-11, S32).
    pub const fn inside(&self) -> Option<bool> {
        self.inside
    }

    /// Spends the permit, unless a minute has passed or the clock went back behind its making.
    pub fn spend(self, now: DateTime<Utc>) -> Result<SpentPermit, PermitExpired> {
        let age = now - self.made_at;
        if age < TimeDelta::zero() || age > PERMIT_LIFETIME {
            return Err(PermitExpired { made_at: self.made_at });
        }
        Ok(SpentPermit {
            organisation: self.organisation,
            user: self.user,
            application: self.application,
            request: self.request,
            evidence: self.evidence,
            endpoint: self.endpoint,
            rule: self.rule,
            matched: self.matched,
            breaks_glass: self.breaks_glass,
            policy_version: self.policy_version,
        })
    }
}
