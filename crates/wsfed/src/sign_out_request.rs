use model::Realm;

use crate::Parameters;

/// The browser's session is to end, here and at every relying party it visited (WS-Federation 1.2 §13.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOutRequest {
    /// Who asks (`wtrealm`), when it says so. Sign-out works for anybody (S11).
    pub realm: Option<Realm>,
    /// Where the browser is wanted afterwards (`wreply`), as sent; followed only if registered (WSF-05).
    pub reply: Option<String>,
    /// Entra's id of the request (`client-request-id`, WSF-15).
    pub correlation: Option<String>,
    /// Language tags, most wanted first (WSF-15).
    pub languages: Vec<String>,
}

impl SignOutRequest {
    /// Reads what a sign-out may carry. None of it is needed, so none of it can keep a session alive.
    pub(crate) fn parse(parameters: &Parameters) -> Self {
        Self {
            realm: parameters.filled("wtrealm").and_then(|realm| Realm::parse(realm).ok()),
            reply: parameters.sent("wreply").map(str::to_owned),
            correlation: parameters.correlation(),
            languages: parameters.languages(),
        }
    }
}
