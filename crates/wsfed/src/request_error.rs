use thiserror::Error;

/// Why a request is no WS-Federation message. Each is the sender's fault and answered with 400 and no token.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// The whole query string or form is longer than [`crate::REQUEST_LIMIT`].
    #[error("the request is too long")]
    RequestTooLong,
    /// One parameter is longer than its limit.
    #[error("the parameter {0} is too long")]
    ParameterTooLong(&'static str),
    /// A parameter that we read stands there twice, so that two parsers could read two requests (S06).
    #[error("the parameter {0} is given twice")]
    ParameterRepeated(&'static str),
    /// The name of a parameter that we read is spelled with escapes, which some parsers see through and others
    /// do not (S06).
    #[error("the name of the parameter {0} is spelled with escapes")]
    ParameterNameEscaped(&'static str),
    /// A value is not UTF-8.
    #[error("the parameter {0} is not UTF-8")]
    ParameterNotUtf8(&'static str),
    /// A value holds CR, LF or NUL, which no browser form carries back unchanged (WSF-04).
    #[error("the parameter {0} holds a line break or a NUL")]
    ParameterHostile(&'static str),
    /// No `wa`, or an empty one (WSF-02).
    #[error("the request does not say what it wants: wa is missing")]
    ActionMissing,
    /// A `wa` that is neither sign-in, sign-out nor clean-up (WSF-02).
    #[error("the request asks for an action that is not known here")]
    ActionUnknown,
    /// A sign-in without `wtrealm`, or with an empty one (WSF-02).
    #[error("the request does not name its relying party: wtrealm is missing")]
    RealmMissing,
    /// A sign-in whose `wtrealm` is no URI, so that no relying party can have it.
    #[error("the realm of the request is not a URI")]
    RealmMalformed,
    /// A `wauth` that names no authentication method we know (WSF-09).
    #[error("the request asks for an authentication method that is not known here")]
    MethodUnknown,
}

impl RequestError {
    /// The stable code used in page, ledger, log and metric.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RequestTooLong => "request_too_long",
            Self::ParameterTooLong(_) => "parameter_too_long",
            Self::ParameterRepeated(_) => "parameter_repeated",
            Self::ParameterNameEscaped(_) => "parameter_name_escaped",
            Self::ParameterNotUtf8(_) => "parameter_not_utf8",
            Self::ParameterHostile(_) => "parameter_hostile",
            Self::ActionMissing => "action_missing",
            Self::ActionUnknown => "action_unknown",
            Self::RealmMissing => "realm_missing",
            Self::RealmMalformed => "realm_malformed",
            Self::MethodUnknown => "method_unknown",
        }
    }
}
