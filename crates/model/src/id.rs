use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Makes one identifier type per entity, so that a user's id cannot be passed where a role's is meant.
macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts by the time it was made (UUID version 7).
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier as a UUID, for storage.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

typed_id! {
    /// A client firm on this deployment.
    OrganisationId;
    /// A person or service account of an organisation.
    UserId;
    /// A role of ours (Entra's are *directory roles*).
    RoleId;
    /// An application: a relying party with its realm, script and permitted roles.
    ApplicationId;
    /// A signing key and its certificate.
    SigningKeyId;
    /// A session's public name; the secret in the cookie is another value.
    SessionId;
}

impl ApplicationId {
    /// Our own portal, which is an application of every organisation and registered in none.
    pub const PORTAL: Self = Self(Uuid::from_u128(1));
}
