use thiserror::Error;

use crate::{MAXIMUM_ATTRIBUTES, MAXIMUM_BYTES};

/// Why a script's wishes give no token. The messages are for the admin who wrote the script.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvariantError {
    /// The script would have made the token somebody else's (S70).
    #[error(
        "the script set {what} to {asked:?}, which is not the stored value of the user who signed in; \
         a script decorates a token, it never chooses whose it is"
    )]
    ForeignSubject {
        /// The part of the token.
        what: &'static str,
        /// What the script asked for.
        asked: String,
    },
    /// Entra would refuse the token, or take it for another domain's (S40, TOK-04, TOK-16).
    #[error(
        "the script set the issuer to {asked:?}; the issuer registered for the user's domain is {registered:?}"
    )]
    ForeignIssuer {
        /// What the script asked for.
        asked: String,
        /// What Entra holds.
        registered: String,
    },
    /// The application allows no other audience than its realm.
    #[error("the script set the audience to {asked:?}; this application allows {allowed:?} only")]
    ForeignAudience {
        /// What the script asked for.
        asked: String,
        /// The application's realm.
        allowed: String,
    },
    /// A format that the application does not allow.
    #[error("the script set the name format to {0:?}, which this application does not allow")]
    NameFormat(String),
    /// The script would have claimed an authentication that did not happen (S24).
    #[error(
        "the script added {0:?}: how a user authenticated comes from the sign-in and can only be taken away"
    )]
    ForgedAuthentication(String),
    /// A claim about device, network or session, which only the server derives (S32, S46).
    #[error("the script set {0:?}, a claim that only the server may make")]
    Reserved(String),
    /// No name that a SAML 1.1 attribute can have.
    #[error("{0:?} is no claim name; use a word, or an address like http://schemas.example/claims/team")]
    Name(String),
    /// A character that XML does not carry (TOK-13).
    #[error("a value of {0:?} holds a control character")]
    HostileCharacter(String),
    /// More than [`MAXIMUM_ATTRIBUTES`].
    #[error("a token has at most {MAXIMUM_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// More than [`MAXIMUM_BYTES`].
    #[error("the attributes of a token have at most {MAXIMUM_BYTES} bytes together")]
    TooLarge,
}

impl InvariantError {
    /// The stable code used in page, ledger, metric and documentation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ForeignSubject { .. } => "script_foreign_subject",
            Self::ForeignIssuer { .. } => "script_foreign_issuer",
            Self::ForeignAudience { .. } => "script_foreign_audience",
            Self::NameFormat(_) => "script_name_format",
            Self::ForgedAuthentication(_) => "script_forged_authentication",
            Self::Reserved(_) => "script_reserved_claim",
            Self::Name(_) => "script_claim_name",
            Self::HostileCharacter(_) => "script_hostile_character",
            Self::TooManyAttributes => "script_too_many_attributes",
            Self::TooLarge => "script_too_large",
        }
    }

    /// Whether the attempt itself is worth an alarm: the script tried to impersonate or to forge (S70, S24).
    pub const fn is_alarming(&self) -> bool {
        matches!(self, Self::ForeignSubject { .. } | Self::ForgedAuthentication(_))
    }
}
