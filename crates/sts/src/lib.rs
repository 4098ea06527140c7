//! The security token service: from a request and a person to a signed response.
//!
//! Every protocol enters at [`SecurityTokenService`], browsers at `sign_in.rs` and programs at `active.rs`; both lead to
//! `issue.rs`, and there is no second way to a signature (design.md §1). The signing keys live here and nowhere else.
//! This crate knows no HTTP and no page.

mod account;
mod active;
mod asking;
mod attempt;
mod destination;
mod device_label;
mod directory;
mod email_code;
mod enrolment;
mod failures;
mod issue;
mod key_ring;
mod lane;
mod mailbox;
mod metadata;
mod new_password;
mod notices;
mod organisation_view;
mod outcome;
mod passkey;
mod password_check;
mod portal;
mod second_factor;
mod service;
mod sign_in;
mod sign_in_loop;
mod sign_out;
mod visit;

pub use account::{
    Activity, AppConfirmation, AppSetUp, Happening, Methods, OwnSession, PasskeyConfirmation, PasskeySetUp,
    PasswordChange, RecoveryCodes, Removal, What,
};
pub use active::{ActiveAddresses, ActiveParts, ActiveSignIn, EntraKnowledge};
pub use destination::{Destination, PortalPage, PortalRequest, Proof};
pub use email_code::Mailbox;
pub use enrolment::{Enrolled, EnrolmentChallenge};
pub use lane::{LaneError, SigningLane};
pub use mailbox::{MAILBOX_ATTRIBUTE, NoMailbox, private_mailbox};
pub use metadata::Document;
pub use new_password::{NewPasswordChallenge, NewPasswordFailure, NewPasswordReason, TypedPassword};
pub use notices::notice;
pub use outcome::{
    Answer, Challenge, ChallengeReason, Code, Credentials, Failure, NewSession, Refusal, RefusalCode,
    SecondFactorChallenge, SignIn, SignedOut, SignedOutOf, StsError, Tried,
};
pub use passkey::{PasskeyCredentials, PasskeyPrompt};
pub use portal::{Entrance, Owner, PROOF_LIFETIME, ProvenOwner, application as portal_application};
pub use second_factor::HalfWay;
pub use service::{Parts, SecurityTokenService};
pub use sign_in_loop::LoopCause;
pub use visit::Visit;
