use chrono::{DateTime, SecondsFormat, Utc};
use model::{Application, ImmutableId, IssuerUri, User};
use policy::{Evidence, Mechanism, PasswordRules, Permit};
use token::Attribute;

use crate::claim_type::{
    AUTHENTICATION_INSTANT, IMMUTABLE_ID, INSIDE_NETWORK, METHOD, METHODS, MULTIFACTOR_INSTANT,
    MULTIPLE_FACTORS, PASSWORD_ADDRESS, PASSWORD_DAYS, PASSWORD_EXPIRY, PASSWORD_REFERENCE, UPN,
};

/// The format of a NameIdentifier that carries an ImmutableID (protocol.md §2.3).
pub const UNSPECIFIED_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// SAML 1.1's name for a password sign-in (protocol.md §1.2).
pub const PASSWORD_METHOD: &str = "urn:oasis:names:tc:SAML:1.0:am:password";

/// SAML 1.1's name for a sign-in that it has no name for (core, section 7.1.11): there was no passkey in its day.
pub const UNSPECIFIED_METHOD: &str = "urn:oasis:names:tc:SAML:1.0:am:unspecified";

/// Whose token it is: the stored user, read with the roles that lead to the application.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The user who authenticated.
    pub user: &'a User,
    /// The user's anchor; a user without one gets no token (TOK-05).
    pub immutable_id: &'a ImmutableId,
    /// The names of the user's roles.
    pub roles: &'a [String],
}

/// The subject's stored password, of whose end Microsoft 365 warns its owner (TOK-11).
#[derive(Clone, Copy, Debug)]
pub struct PasswordAge<'a> {
    /// How long the organisation lets a password last.
    pub rules: &'a PasswordRules,
    /// When this one was set.
    pub changed_at: DateTime<Utc>,
    /// The present.
    pub now: DateTime<Utc>,
    /// The published address of the page where its owner changes it.
    pub change_address: &'a str,
}

/// Everything a token says of its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSet {
    /// What the token's `Issuer` says (TOK-04).
    pub issuer: IssuerUri,
    /// Whom the token is for.
    pub audience: String,
    /// The text of NameIdentifier, in both Subjects.
    pub name_identifier: String,
    /// The format of NameIdentifier.
    pub name_format: String,
    /// The method of the AuthenticationStatement: the first factor.
    pub authentication_method: &'static str,
    /// When the first factor was given, kept over single sign-on (TOK-08).
    pub authentication_instant: DateTime<Utc>,
    /// The attributes, in the order of the token; none without a value.
    pub attributes: Vec<Attribute>,
}

/// The claims that follow from the permit and the stored user alone (protocol.md §2.3, TOK-17).
///
/// `password` is the user's, if there is one; `issuer` is the registered issuer of the user's domain ([`issuer_of`](crate::issuer_of)).
pub fn base_claims(
    permit: &Permit,
    subject: &Subject<'_>,
    password: Option<&PasswordAge<'_>>,
    application: &Application,
    issuer: &IssuerUri,
) -> ClaimSet {
    let evidence = permit.evidence();
    let authentication_instant = evidence.first_factor_at;
    let mut attributes = vec![
        UPN.with(subject.user.upn.as_str()),
        IMMUTABLE_ID.with(subject.immutable_id.as_str()),
        AUTHENTICATION_INSTANT.with(written(authentication_instant)),
    ];
    // Where no page can be shown, no second factor can have been given (TOK-10).
    if !permit.endpoint().is_active() {
        attributes.extend(multifactor_claims(evidence));
    }
    // Only networks that an admin has marked tell where a browser is (S32).
    attributes.extend(permit.inside().map(|is| INSIDE_NETWORK.with(if is { "true" } else { "false" })));
    // Whoever came without the password is not bothered with it.
    if evidence.first_factor == Mechanism::Password {
        attributes.extend(password.and_then(expiry_claims).into_iter().flatten());
    }
    ClaimSet {
        issuer: issuer.clone(),
        audience: application.realm.as_str().to_owned(),
        name_identifier: subject.immutable_id.as_str().to_owned(),
        name_format: UNSPECIFIED_FORMAT.to_owned(),
        authentication_method: match evidence.first_factor {
            Mechanism::Password => PASSWORD_METHOD,
            _ => UNSPECIFIED_METHOD,
        },
        authentication_instant,
        attributes,
    }
}

/// That a second factor was given and when, in both forms that Entra reads; nothing when none was (protocol.md §2.4,
/// S24). The method of the statement stays the first factor's.
fn multifactor_claims(evidence: &Evidence) -> Vec<Attribute> {
    let Some(second_factor) = evidence.second_factor else { return Vec::new() };
    let first = (evidence.first_factor == Mechanism::Password).then_some(PASSWORD_REFERENCE);
    let methods = first.into_iter().chain([MULTIPLE_FACTORS]);
    vec![
        METHODS.with_all(methods.clone()),
        METHOD.with_all(methods),
        MULTIFACTOR_INSTANT.with(written(second_factor.given_at)),
    ]
}

/// When the password ends, for the notice in Outlook; nothing until that is near, nor where passwords last
/// (protocol.md §2.4).
fn expiry_claims(password: &PasswordAge<'_>) -> Option<[Attribute; 3]> {
    let expiry = password.rules.expiry_to_announce(password.changed_at, password.now)?;
    // Whole days: nobody is told of more time than there is.
    let days = (expiry - password.now).num_days();
    Some([
        PASSWORD_EXPIRY.with(written(expiry)),
        PASSWORD_DAYS.with(days.to_string()),
        PASSWORD_ADDRESS.with(password.change_address),
    ])
}

fn written(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
