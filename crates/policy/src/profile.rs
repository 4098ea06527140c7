use chrono::TimeDelta;

use crate::{Mechanism, Mechanisms};

/// What can be a first factor.
pub(crate) const FIRST_FACTORS: Mechanisms =
    Mechanisms::NONE.with(Mechanism::Password).with(Mechanism::Passkey).with(Mechanism::EmailCode);

/// What can be a second factor.
pub(crate) const SECOND_FACTORS: Mechanisms = Mechanisms::NONE
    .with(Mechanism::Passkey)
    .with(Mechanism::Totp)
    .with(Mechanism::EmailCode)
    .with(Mechanism::RecoveryCode);

/// What is a second factor where no profile says what is. A mailbox is what an attacker has first, so that a code sent
/// there counts only where a profile names it.
pub(crate) const USUAL_SECOND_FACTORS: Mechanisms =
    Mechanisms::NONE.with(Mechanism::Passkey).with(Mechanism::Totp).with(Mechanism::RecoveryCode);

/// What somebody can be asked to enrol who has no second factor.
pub(crate) const ENROLLABLE: Mechanisms = Mechanisms::NONE.with(Mechanism::Totp).with(Mechanism::Passkey);

/// With what somebody signs in: an authentication profile of the classic product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What will do as first factor: challenge 1.
    pub first: Mechanisms,
    /// What will do as second factor: challenge 2. None: no opinion, and whoever has a second factor is asked for it.
    /// Empty: nobody is asked.
    pub second: Option<Mechanisms>,
    /// How long a second factor lasts within a session; none: as long as the session.
    pub pass_through: Option<TimeDelta>,
    /// Whether one passkey, with which the person was verified, is both factors.
    pub passkey_satisfies_both: bool,
}

impl Profile {
    /// The profile of the built-in policy: any first factor, and then the second one of whoever has one.
    pub const BUILT_IN: Self =
        Self { first: FIRST_FACTORS, second: None, pass_through: None, passkey_satisfies_both: true };

    /// The profile of a break-glass account: a passkey, whatever the rules say (S88).
    pub(crate) const BREAK_GLASS: Self =
        Self { first: Mechanisms::NONE.with(Mechanism::Passkey), ..Self::BUILT_IN };

    /// Whether nobody gets in without a second factor.
    pub(crate) const fn demands_second_factor(&self) -> bool {
        matches!(self.second, Some(set) if !set.is_empty())
    }
}
