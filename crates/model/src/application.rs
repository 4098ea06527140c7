use serde::{Deserialize, Serialize};

use crate::{ApplicationId, IssuerUri, OrganisationId, Realm, ReplyAddress};

/// How long a token is valid unless the admin says otherwise, in seconds (AD FS's default).
pub const DEFAULT_TOKEN_LIFETIME: u32 = 3600;

/// The shortest and longest token lifetime an admin may choose, in seconds (protocol.md §2.5).
pub const TOKEN_LIFETIME_LIMITS: std::ops::RangeInclusive<u32> = 300..=28_800;

/// What kind of relying party an application is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationKind {
    /// Microsoft 365 through Entra ID: the issuer is that of the user's domain, and its invariants hold (S40).
    #[serde(rename = "microsoft-365")]
    Microsoft365,
    /// Any other WS-Federation relying party: one issuer for all its users.
    WsFederation,
    /// Our own portal: nobody registers it, and no token is ever made for it (S07).
    Portal,
}

impl ApplicationKind {
    /// The name used in storage and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Microsoft365 => "microsoft-365",
            Self::WsFederation => "ws-federation",
            Self::Portal => "portal",
        }
    }

    /// Reads the name used in storage and on the command line, of a kind that can be registered.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Microsoft365, Self::WsFederation].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A relying party of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Stable for life.
    pub id: ApplicationId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// What kind of relying party it is.
    pub kind: ApplicationKind,
    /// The name people see.
    pub name: String,
    /// Its realm, unique in the organisation; the audience of its tokens.
    pub realm: Realm,
    /// Where answers may be posted; the first is the default. Never empty.
    pub reply_addresses: Vec<ReplyAddress>,
    /// How long its tokens are valid, in seconds, within [`TOKEN_LIFETIME_LIMITS`].
    pub token_lifetime: u32,
    /// The issuer of its tokens. None: for Microsoft 365 the user's domain's, else the organisation's first
    /// domain's (protocol.md §3).
    pub issuer: Option<IssuerUri>,
    /// The token script, JavaScript. None: the default script.
    pub token_script: Option<String>,
    /// Whether it gets tokens at all.
    pub enabled: bool,
    /// Whether it demands a second factor of everybody, whatever it asks for in a request.
    pub second_factor: bool,
}

impl Application {
    /// The registered address equal to what was asked for, or the default when nothing was (WSF-05, S04).
    pub fn reply_address(&self, asked: Option<&str>) -> Option<&ReplyAddress> {
        match asked {
            None => self.reply_addresses.first(),
            Some(asked) => self.reply_addresses.iter().find(|known| known.as_str() == asked),
        }
    }
}
