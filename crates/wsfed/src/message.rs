use crate::{Parameters, RequestError, SignInRequest, SignOutRequest};

/// What a browser can bring to the passive endpoint (WS-Federation 1.2 §13.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// `wa=wsignin1.0`
    SignIn(SignInRequest),
    /// `wa=wsignout1.0`
    SignOut(SignOutRequest),
    /// `wa=wsignoutcleanup1.0`: end the local session quietly. Whatever else it carries is not looked at, so
    /// that it can never redirect (S11).
    CleanUp,
}

impl Message {
    /// Reads the message that the parameters make up.
    pub fn parse(parameters: &Parameters) -> Result<Self, RequestError> {
        match parameters.filled("wa") {
            Some("wsignin1.0") => SignInRequest::parse(parameters).map(Self::SignIn),
            Some("wsignout1.0") => Ok(Self::SignOut(SignOutRequest::parse(parameters))),
            Some(CLEAN_UP) => Ok(Self::CleanUp),
            Some(_) => Err(RequestError::ActionUnknown),
            None => Err(RequestError::ActionMissing),
        }
    }
}

/// The action that tells a party to end its local session.
const CLEAN_UP: &str = "wsignoutcleanup1.0";

/// Where a relying party ends its session: its reply address with `wa=wsignoutcleanup1.0` (protocol.md §1.4).
pub fn clean_up_address(reply: &model::ReplyAddress) -> String {
    let separator = if reply.as_str().contains('?') { '&' } else { '?' };
    format!("{reply}{separator}wa={CLEAN_UP}")
}
