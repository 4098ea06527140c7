use serde::{Deserialize, Serialize};
use wsfed::SignInRequest;

/// Where a person is on the way to: what a sign-in has to end with, and what it has to prove.
///
/// It travels sealed with the pages of a sign-in (S21), so that nobody is led anywhere else on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// A relying party, which asked for a token.
    #[serde(rename = "w")]
    RelyingParty(SignInRequest),
    /// A page of our own portal: a session is enough, and no token is ever made for it (S07).
    #[serde(rename = "p")]
    Portal(PortalRequest),
}

/// Somebody wants to see, or change, how they sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalRequest {
    /// Where they go.
    #[serde(rename = "g")]
    pub page: PortalPage,
    /// What they have to have proved.
    #[serde(rename = "d")]
    pub proof: Proof,
}

/// The pages of the portal: a list of our own and no text, so that a sealed one leads nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PortalPage {
    /// Methods, sessions and activity.
    #[serde(rename = "a")]
    Account,
    /// All that happened with the account.
    #[serde(rename = "l")]
    Activity,
    /// Sets up or replaces the authenticator app.
    #[serde(rename = "t")]
    AuthenticatorApp,
    /// Makes new recovery codes.
    #[serde(rename = "r")]
    RecoveryCodes,
    /// Passkeys and security keys.
    #[serde(rename = "k")]
    Passkeys,
    /// "This was not me".
    #[serde(rename = "n")]
    NotMe,
    /// Changes the password.
    #[serde(rename = "w")]
    Password,
}

/// How recently a visitor of the portal has to have signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// A live session will do: to look, and to sign out.
    #[serde(rename = "s")]
    Session,
    /// Every factor within [`PROOF_LIFETIME`](crate::PROOF_LIFETIME): to change how somebody signs in.
    #[serde(rename = "f")]
    Fresh,
}

impl Destination {
    /// A page of the portal.
    pub const fn portal(page: PortalPage, proof: Proof) -> Self {
        Self::Portal(PortalRequest { page, proof })
    }

    /// The languages that the request asks for, most wanted first (WSF-15).
    pub fn languages(&self) -> &[String] {
        match self {
            Self::RelyingParty(request) => &request.languages,
            Self::Portal(_) => &[],
        }
    }

    /// Entra's id of the request (WSF-15).
    pub fn correlation(&self) -> Option<&str> {
        match self {
            Self::RelyingParty(request) => request.correlation.as_deref(),
            Self::Portal(_) => None,
        }
    }
}

impl From<SignInRequest> for Destination {
    fn from(request: SignInRequest) -> Self {
        Self::RelyingParty(request)
    }
}
