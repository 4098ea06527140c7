use token::Attribute;

/// The user's sign-in name (protocol.md §2.3).
pub const UPN: ClaimType = ClaimType { namespace: "http://schemas.xmlsoap.org/claims", name: "UPN" };

/// The anchor by which Entra finds the user (protocol.md §2.3).
pub const IMMUTABLE_ID: ClaimType =
    ClaimType { namespace: "http://schemas.microsoft.com/LiveID/Federation/2008/05", name: "ImmutableID" };

/// When the first factor was given; Entra's sign-in frequency reads it (TOK-17).
pub const AUTHENTICATION_INSTANT: ClaimType = ClaimType {
    namespace: "http://schemas.microsoft.com/ws/2008/06/identity/claims",
    name: "authenticationinstant",
};

/// How the user authenticated, the form that AD FS uses (protocol.md §2.4).
pub const METHODS: ClaimType =
    ClaimType { namespace: "http://schemas.microsoft.com/claims", name: "authnmethodsreferences" };

/// The same in the form that Entra documents for SAML 1.1 (protocol.md §2.4).
pub const METHOD: ClaimType = ClaimType {
    namespace: "http://schemas.microsoft.com/ws/2008/06/identity/claims",
    name: "authenticationmethod",
};

/// When the second factor was given (protocol.md §2.4).
pub const MULTIFACTOR_INSTANT: ClaimType = ClaimType {
    namespace: "http://schemas.microsoft.com/ws/2017/04/identity/claims",
    name: "multifactorauthenticationinstant",
};

/// Whether the request came from inside the corporate network (protocol.md §2.4, TOK-11).
pub const INSIDE_NETWORK: ClaimType =
    ClaimType { namespace: "http://schemas.microsoft.com/ws/2012/01", name: "insidecorporatenetwork" };

/// When the password ends (protocol.md §2.4, TOK-11).
pub const PASSWORD_EXPIRY: ClaimType =
    ClaimType { namespace: "http://schemas.microsoft.com/ws/2012/01", name: "passwordexpirationtime" };

/// How many whole days are left until then.
pub const PASSWORD_DAYS: ClaimType =
    ClaimType { namespace: "http://schemas.microsoft.com/ws/2012/01", name: "passwordexpirationdays" };

/// Where the owner changes it.
pub const PASSWORD_ADDRESS: ClaimType =
    ClaimType { namespace: "http://schemas.microsoft.com/ws/2012/01", name: "passwordchangeurl" };

/// The method that says that more than one factor was given.
pub const MULTIPLE_FACTORS: &str = "http://schemas.microsoft.com/claims/multipleauthn";

/// The first factor's method in the lists of methods (protocol.md §2.4); the statement calls it otherwise.
pub const PASSWORD_REFERENCE: &str =
    "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";

/// The namespace of a claim that a script names without one (protocol.md §2.8 "Token script").
pub const BARE_NAMESPACE: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

/// AD FS's own claims that become parts of the assertion instead of attributes (protocol.md §2.4).
pub const NAME_IDENTIFIER: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
/// See [`NAME_IDENTIFIER`].
pub const ISSUER_ID: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/issuerid";

/// How the user authenticated. A script may take values away, never add one (S24, S46).
const AUTHENTICATION: &[&str] = &[
    "http://schemas.microsoft.com/claims/authnmethodsreferences",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
    "http://schemas.microsoft.com/ws/2017/04/identity/claims/multifactorauthenticationinstant",
];

/// What Entra believes about device, network and session, and the time of the sign-in (TOK-17). Only the server
/// derives these (S32), so a script that names one gets no token. Any other namespace is open to scripts.
const RESERVED: &[&str] = &[
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant",
    "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork",
    "http://schemas.microsoft.com/ws/2012/01/accounttype",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid",
    "http://schemas.microsoft.com/identity/claims/onpremobjectguid",
];

/// Like [`RESERVED`], for everything that starts so.
const RESERVED_PREFIXES: &[&str] = &[
    "http://schemas.microsoft.com/claims/",
    "http://schemas.microsoft.com/2012/01/devicecontext/",
    "http://schemas.microsoft.com/2012/01/requestcontext/",
    "http://schemas.microsoft.com/2014/",
    "http://schemas.microsoft.com/ws/2017/04/identity/claims/",
];

/// Values by which Entra recognises a multi-factor sign-in, whatever claim carries them (protocol.md §2.4).
const MULTIFACTOR_VALUES: &[&str] =
    &[MULTIPLE_FACTORS, "http://schemas.microsoft.com/claims/wiaormultiauthn"];

/// A claim type as SAML 1.1 carries it.
#[derive(Clone, Copy, Debug)]
pub struct ClaimType {
    /// The attribute's namespace.
    pub namespace: &'static str,
    /// The attribute's name.
    pub name: &'static str,
}

/// What a script may do with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Anything.
    Free,
    /// Only take values away.
    Authentication,
    /// Nothing.
    Reserved,
}

impl ClaimType {
    /// Whether the attribute carries this claim. Letter case is ignored: no spelling may slip past a rule.
    pub fn is(self, attribute: &Attribute) -> bool {
        attribute.name.eq_ignore_ascii_case(self.name)
            && attribute.namespace.eq_ignore_ascii_case(self.namespace)
    }

    /// The claim with one value.
    pub fn with(self, value: impl Into<String>) -> Attribute {
        Attribute {
            namespace: self.namespace.to_owned(),
            name: self.name.to_owned(),
            values: vec![value.into()],
        }
    }

    /// The claim with several values.
    pub fn with_all<'v>(self, values: impl IntoIterator<Item = &'v str>) -> Attribute {
        Attribute {
            namespace: self.namespace.to_owned(),
            name: self.name.to_owned(),
            values: values.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// The claim type of an attribute as one URI.
pub fn uri_of(attribute: &Attribute) -> String {
    format!("{}/{}", attribute.namespace, attribute.name)
}

/// What a script may do with the claim of this URI.
pub fn standing(uri: &str) -> Standing {
    let starts_with =
        |prefix: &&str| uri.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if AUTHENTICATION.iter().any(|known| known.eq_ignore_ascii_case(uri)) {
        Standing::Authentication
    } else if RESERVED.iter().any(|known| known.eq_ignore_ascii_case(uri))
        || RESERVED_PREFIXES.iter().any(starts_with)
    {
        Standing::Reserved
    } else {
        Standing::Free
    }
}

/// Whether a value would speak of a second factor (S24: nowhere in a token of a password-only sign-in).
pub fn speaks_of_multifactor(value: &str) -> bool {
    MULTIFACTOR_VALUES.iter().any(|known| known.eq_ignore_ascii_case(value.trim()))
}
