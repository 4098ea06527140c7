use authn::{NewPasswordRules, Password, PasswordRefused, known_words};
use mail::Notice;
use policy::{Decision, Evidence, Mechanism, PasswordRules};
use storage::{Account, LedgerEntry};

use crate::asking::Person;
use crate::issue::Beginning;
use crate::second_factor::HalfWay;
use crate::sign_in::Passive;
use crate::{Destination, RefusalCode, SecurityTokenService, SignIn, StsError, Visit};

/// What the page for a new password has to ask, and why.
#[derive(Debug)]
pub struct NewPasswordChallenge {
    /// Who gave every other factor, by sign-in name.
    pub username: String,
    /// Why a new password is asked for.
    pub reason: NewPasswordReason,
    /// What was wrong with the one that was typed.
    pub failure: Option<NewPasswordFailure>,
    /// The fewest characters of a new one.
    pub minimum_length: u8,
    /// What the new password has to come back with.
    pub half_way: HalfWay,
}

/// Why somebody is asked for a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordReason {
    /// An administrator wants it, or the owner did.
    Demanded,
    /// The present one is older than the organisation allows.
    Expired,
}

/// Why a new password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordFailure {
    /// The two that were typed are not the same.
    Differ,
    /// It has too few characters.
    TooShort,
    /// It has more than 128 characters.
    TooLong,
    /// It holds the user's name, the organisation's, or a word that the organisation forbids.
    HoldsKnownWord,
    /// It is known from a break-in elsewhere.
    Breached,
    /// It is the present one or one of the last.
    UsedBefore,
    /// Nobody can tell at this moment whether it is known from a break-in.
    CannotBeChecked,
}

/// A new password as somebody typed it, twice. None: nothing, or more than can be anybody's password.
#[derive(Debug)]
pub struct TypedPassword {
    /// The first time.
    pub new: Option<Password>,
    /// The second time.
    pub again: Option<Password>,
    /// Whether the first was empty rather than too long.
    pub is_empty: bool,
}

/// Why somebody who gave a password has to choose another; none: the present one will do.
pub(crate) fn reason(
    rules: &PasswordRules,
    account: &Account,
    evidence: &Evidence,
    visit: &Visit,
) -> Option<NewPasswordReason> {
    let password = account.password.as_ref().filter(|_| evidence.first_factor == Mechanism::Password)?;
    if password.must_change {
        Some(NewPasswordReason::Demanded)
    } else if rules.has_expired(password.changed_at, visit.now) {
        Some(NewPasswordReason::Expired)
    } else {
        None
    }
}

impl Passive<'_> {
    /// The page that stands between somebody who proved everything and what they came for, when their password has to be
    /// another. Nothing has begun yet: no session, no token.
    pub(crate) fn new_password(
        &self,
        account: &Account,
        evidence: &Evidence,
        keep: bool,
    ) -> Option<NewPasswordChallenge> {
        let rules = self.asking.view.policy.passwords();
        let reason = reason(rules, account, evidence, self.asking.visit)?;
        let half_way = HalfWay::before_new_password(self.asking.visit, account, *evidence, keep);
        Some(self.ask_new_password(account, reason, None, half_way))
    }

    fn ask_new_password(
        &self,
        account: &Account,
        reason: NewPasswordReason,
        failure: Option<NewPasswordFailure>,
        half_way: HalfWay,
    ) -> NewPasswordChallenge {
        NewPasswordChallenge {
            username: account.user.upn.to_string(),
            reason,
            failure,
            minimum_length: self.asking.view.policy.passwords().minimum_length,
            half_way,
        }
    }
}

impl SecurityTokenService {
    /// Answers a request with a new password, of somebody who proved everything else for it. Whoever lacks a factor is
    /// asked for that first, and changes nothing (S23).
    pub async fn sign_in_with_new_password(
        &self,
        visit: &Visit,
        destination: &Destination,
        half_way: HalfWay,
        typed: TypedPassword,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let account = self.store.account_by_id(visit.organisation, half_way.user()).await?;
        let Some(account) = account.filter(|account| half_way.stands(visit, account)) else {
            return Ok(SignIn::Challenge(passive.challenge(None, None)));
        };
        let familiarity = self.familiarity(visit, &account.user.upn).await?;
        passive.asking.recognise(&familiarity);
        let (evidence, prompted) = (half_way.evidence(), half_way.is_prompted());
        let permit = match passive.decide(Some(&Person { account: &account, evidence, prompted })) {
            Decision::Permit(permit) => permit,
            Decision::Challenge(policy::Challenge::SecondFactor(offered)) => {
                return self.ask_second_factor(half_way, &account, offered, None).await;
            }
            Decision::Challenge(_) => {
                return Ok(SignIn::Challenge(passive.challenge(Some(&account), None)));
            }
            Decision::Deny(denial) => {
                let refused = self.refuse(&passive.asking, Some(&account), RefusalCode::Policy(denial));
                return refused.await.map(SignIn::Refused);
            }
        };
        let rules = passive.asking.view.policy.passwords();
        let Some(reason) = reason(rules, &account, &evidence, visit) else {
            return Ok(SignIn::Challenge(passive.challenge(Some(&account), None)));
        };
        let mut row = crate::service::entry(visit, storage::EntryKind::AccountChanged);
        row.user = Some(account.user.id);
        row.detail["by"] = "owner".into();
        row.detail["change"] = "password".into();
        row.detail["why"] = reason.as_str().into();
        row.personal["upn"] = account.user.upn.as_str().into();
        if let Err(failure) = self.set_password(visit, &account, rules, typed, &row).await? {
            let challenge = passive.ask_new_password(&account, reason, Some(failure), half_way);
            return Ok(SignIn::NewPassword(Box::new(challenge)));
        }
        self.sessions.end_all_of_user(visit.organisation, account.user.id).await?;
        let Some(account) = self.store.account_by_id(visit.organisation, account.user.id).await? else {
            return Ok(SignIn::Challenge(passive.challenge(None, None)));
        };
        let beginning = Beginning { keep: half_way.keep(), familiarity };
        self.issue_to_browser(&passive, &account, permit, Some(beginning)).await
    }

    /// Makes a password somebody's, if it keeps the rules: one transaction with its ledger row, which ends every session.
    /// The owner is told outside the mailbox that the account opens.
    pub(crate) async fn set_password(
        &self,
        visit: &Visit,
        account: &Account,
        rules: &PasswordRules,
        typed: TypedPassword,
        row: &LedgerEntry,
    ) -> Result<Result<(), NewPasswordFailure>, StsError> {
        let new = match typed.agreed() {
            Ok(new) => new,
            Err(failure) => return Ok(Err(failure)),
        };
        let (organisation, user) = (visit.organisation, account.user.id);
        let name = self.organisation(organisation).map(|organisation| organisation.name.clone());
        let rules = NewPasswordRules {
            rules: rules.clone(),
            known_words: known_words(&account.user, name.as_deref().unwrap_or_default()),
            former: self.store.passwords_so_far(organisation, user, rules.history).await?,
        };
        let kept = rules.rules.history;
        let hash = match self.passwords.accept(new, rules).await {
            Ok(hash) => hash,
            Err(refused) => return failure_of(refused).map(Err),
        };
        let mut change = self.store.begin().await?;
        change.remember_password(organisation, user, kept, visit.now).await?;
        change.set_password(organisation, user, &hash, visit.now).await?;
        change.end_sessions_of_user(organisation, user).await?;
        change.record(row).await?;
        change.commit().await?;
        self.directory.forget(user);
        self.notify(visit, &account.user, Notice::PasswordChanged).await;
        Ok(Ok(()))
    }
}

impl NewPasswordReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Demanded => "demanded",
            Self::Expired => "expired",
        }
    }
}

impl TypedPassword {
    /// What was typed twice, if it was the same.
    fn agreed(self) -> Result<Password, NewPasswordFailure> {
        match (self.new, self.again) {
            (Some(new), Some(again)) if new.is_same_as(&again) => Ok(new),
            (None, _) if self.is_empty => Err(NewPasswordFailure::TooShort),
            (None, _) => Err(NewPasswordFailure::TooLong),
            (Some(_), _) => Err(NewPasswordFailure::Differ),
        }
    }
}

/// What a person is told of a refused password; what is nobody's fault is an error.
fn failure_of(refused: PasswordRefused) -> Result<NewPasswordFailure, StsError> {
    match refused {
        PasswordRefused::TooShort { .. } => Ok(NewPasswordFailure::TooShort),
        PasswordRefused::HoldsKnownWord => Ok(NewPasswordFailure::HoldsKnownWord),
        PasswordRefused::Breached => Ok(NewPasswordFailure::Breached),
        PasswordRefused::UsedBefore => Ok(NewPasswordFailure::UsedBefore),
        PasswordRefused::ListUnreadable(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "nobody can choose a new password");
            Ok(NewPasswordFailure::CannotBeChecked)
        }
        PasswordRefused::Busy(busy) => Err(busy.into()),
        PasswordRefused::Failed(why) => Err(StsError::Unavailable(why)),
    }
}
