use std::time::Duration;

use authn::{Password, SessionSecret};
use model::{Realm, ReplyAddress};
use policy::{Denial, Mechanism, Mechanisms};
use storage::PasskeyRecord;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Enrolled, EnrolmentChallenge, Entrance, HalfWay, Mailbox, NewPasswordChallenge};

/// How a request for a token ended. A refusal is an outcome, not an error.
#[derive(Debug)]
pub enum SignIn {
    /// The token is made, and its ledger row is durable.
    Issued(Answer),
    /// The portal is open; there is a session and no token.
    Entered(Box<Entrance>),
    /// The person has to sign in first.
    Challenge(Challenge),
    /// The person is half-way: the first factor is proved, a second one is asked for.
    SecondFactor(SecondFactorChallenge),
    /// The person proved everything, with a password that has to be another before anything begins.
    NewPassword(Box<NewPasswordChallenge>),
    /// The same, and there is none yet: one may be set up now.
    Enrolment(Box<EnrolmentChallenge>),
    /// It is set up; the person reads the recovery codes and goes on.
    Enrolled(Box<Enrolled>),
    /// No token.
    Refused(Refusal),
}

/// A signed response, ready to be posted to the relying party.
#[derive(Debug)]
pub struct Answer {
    /// Where to: a registered address of the relying party.
    pub reply: ReplyAddress,
    /// The request's `wctx`, byte for byte (WSF-04).
    pub context: Option<String>,
    /// The RequestSecurityTokenResponse, escaped for a double-quoted HTML attribute.
    pub response_html: Vec<u8>,
    /// The application's name, for people.
    pub application: String,
    /// The relying party.
    pub realm: Realm,
    /// The session begun by this sign-in, if a password was given for it.
    pub new_session: Option<NewSession>,
    /// Whether the person was asked for something: then no loop is under way.
    pub prompted: bool,
}

/// A session whose cookie the answer has to set.
#[derive(Debug)]
pub struct NewSession {
    /// The cookie's value.
    pub secret: SessionSecret,
    /// Whether the cookie outlives the browser ("keep me signed in").
    pub persistent: bool,
}

/// What the sign-in page has to ask, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The application the person is on the way to.
    pub application: String,
    /// The name to put into the form.
    pub username: Option<String>,
    /// Why the person is asked.
    pub reason: ChallengeReason,
    /// What went wrong with the last try.
    pub failure: Option<Failure>,
}

/// What the pages for a second factor have to ask.
#[derive(Debug)]
pub struct SecondFactorChallenge {
    /// Who is half-way, by sign-in name.
    pub username: String,
    /// What will do, and the person has.
    pub offered: Mechanisms,
    /// The person's passkeys, where one will do.
    pub passkeys: Vec<PasskeyRecord>,
    /// Where a code goes, where one by mail will do.
    pub mailbox: Option<Mailbox>,
    /// What was tried and did not work.
    pub tried: Option<Tried>,
    /// What the answer has to come back with.
    pub half_way: HalfWay,
}

/// A second factor that was tried, and did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What it was.
    pub kind: Mechanism,
    /// What went wrong.
    pub failure: Failure,
}

/// What a person typed to prove a second factor.
#[derive(Debug)]
pub enum Code {
    /// A code of an authenticator app, as typed.
    Totp(Zeroizing<String>),
    /// A code that came by mail, as typed.
    Email(Zeroizing<String>),
    /// A recovery code, as typed.
    Recovery(Zeroizing<String>),
}

/// Why a person is asked to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeReason {
    /// Nobody is signed in in this browser.
    SignIn,
    /// The application wants a fresh sign-in although there is a session (WSF-06).
    Fresh,
}

/// Why a try did not work, in the only words a person gets (S30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Unknown name, wrong password or disabled user: alike. Or a code that is wrong, or was used before.
    Credentials,
    /// A passkey that is unknown here, another person's or taken away, or an answer that does not hold: alike.
    Passkey,
    /// The page had stood open for too long when the passkey came; nothing was looked at.
    Late,
    /// A code was to be sent, and cannot be.
    Unsent,
    /// Too many failures, or too many codes sent; the try was not looked at.
    Wait {
        /// Seconds until the next try is looked at.
        seconds: u64,
    },
}

/// What a person typed into the sign-in form.
#[derive(Debug)]
pub struct Credentials {
    /// The name as typed.
    pub username: String,
    /// The password; None when what was typed cannot be anybody's (empty, or too long), which is a wrong password.
    pub password: Option<Password>,
    /// "Keep me signed in on this device".
    pub keep: bool,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub code: RefusalCode,
    /// The application's name, when the realm is a known one.
    pub application: Option<String>,
    /// What the organisation says to whom one of its rules refuses, where they may be told (S97).
    pub message: Option<String>,
}

/// The reasons for a refusal; their names are stable in page, ledger, log and documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// No application has this realm.
    RealmUnknown,
    /// The reply address is not one of the application's (WSF-05, S01-S03).
    ReplyAddressNotRegistered,
    /// The application demands a way to sign in that is not offered.
    MethodUnavailable,
    /// The policy's own reasons.
    Policy(Denial),
    /// The user has no immutable ID (TOK-05).
    ImmutableIdMissing,
    /// The domain of the user's name is none of the organisation's, or not proven (TOK-15, S71).
    DomainNotRegistered,
    /// The token script failed (TOK-14).
    ScriptFailed,
    /// The token script asked for what no script may change (S40, S70).
    ScriptRefused,
    /// A value of a claim cannot be carried by XML (TOK-13).
    ClaimUnwritable,
    /// The browser came back too often without being asked for anything.
    Loop,
    /// The password was right and has to be changed, which an active requestor cannot do.
    NewPasswordNeeded,
    /// The same message got a token before (S53).
    MessageRepeated,
}

impl RefusalCode {
    /// What an admin has to know of it beside the name.
    pub(crate) const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Policy(Denial::Door(closed)) => Some(closed.reason()),
            Self::Policy(Denial::Person(refused)) => Some(refused.reason()),
            _ => None,
        }
    }

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RealmUnknown => "realm_unknown",
            Self::ReplyAddressNotRegistered => "reply_address_not_registered",
            Self::MethodUnavailable => "method_unavailable",
            Self::Policy(denial) => denial.code(),
            Self::ImmutableIdMissing => "immutable_id_missing",
            Self::DomainNotRegistered => "domain_not_registered",
            Self::ScriptFailed => "token_script_failed",
            Self::ScriptRefused => "token_script_refused",
            Self::ClaimUnwritable => "claim_unwritable",
            Self::Loop => "sign_in_loop",
            Self::NewPasswordNeeded => "new_password_needed",
            Self::MessageRepeated => "message_repeated",
        }
    }
}

/// A session that has ended, and what else has to end with it.
#[derive(Debug)]
pub struct SignedOut {
    /// The applications visited in the session.
    pub applications: Vec<SignedOutOf>,
    /// Where to go afterwards, when a registered address was asked for (WSF-05, S11).
    pub redirect: Option<ReplyAddress>,
}

/// An application visited in a session that has ended.
#[derive(Debug)]
pub struct SignedOutOf {
    /// Its name.
    pub name: String,
    /// The addresses that end its own session, one for each place its answers may go (WSF-12).
    pub clean_ups: Vec<String>,
}

/// Why a request could not be answered at all. Nothing was issued.
#[derive(Debug, Error)]
pub enum StsError {
    /// A lane is full: come back later.
    #[error("too much to do at this moment")]
    Busy {
        /// When to come back.
        retry_after: Duration,
    },
    /// Something this service needs is missing or broken; the text is for the log.
    #[error("{0}")]
    Unavailable(String),
}
