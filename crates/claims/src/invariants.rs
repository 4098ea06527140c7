use model::{Application, ApplicationKind, ImmutableId, IssuerUri};
use token::Attribute;

use crate::claim_type::{
    BARE_NAMESPACE, IMMUTABLE_ID, ISSUER_ID, NAME_IDENTIFIER, Standing, UPN, speaks_of_multifactor, standing,
    uri_of,
};
use crate::effects::Effect;
use crate::{ClaimSet, Effects, InvariantError, Subject, UNSPECIFIED_FORMAT};

/// The most attributes a token carries (protocol.md §2.8 "Token script").
pub const MAXIMUM_ATTRIBUTES: usize = 100;

/// The most bytes that names and values of all attributes have together (protocol.md §2.8 "Token script").
pub const MAXIMUM_BYTES: usize = 65_536;

/// Formats that a relying party other than Microsoft 365 may be given (SAML 1.1 core §7.3).
const NAME_FORMATS: &[&str] = &[
    UNSPECIFIED_FORMAT,
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
];

/// What holds for a token whatever its script says.
#[derive(Clone, Copy, Debug)]
pub struct Invariants<'a> {
    /// What kind of relying party the token is for.
    pub kind: ApplicationKind,
    /// The stored sign-in name of the user who authenticated.
    pub upn: &'a str,
    /// The stored anchor of the user who authenticated.
    pub immutable_id: &'a ImmutableId,
    /// The registered issuer of the user's domain.
    pub issuer: &'a IssuerUri,
    /// The only audience that the application allows: its realm.
    pub audience: &'a str,
    /// The user's values of the attributes that an admin with that right allowed as anchor; usually none (S70).
    pub anchors: &'a [&'a str],
}

/// The claims with what the script asked for, or no token at all: never a part of it (S46).
pub fn decorate(
    base: ClaimSet,
    effects: Effects,
    invariants: &Invariants<'_>,
) -> Result<ClaimSet, InvariantError> {
    let mut claims = base;
    for effect in effects.steps {
        match effect {
            Effect::Issuer(asked) => invariants.issuer(&asked)?,
            Effect::Subject(asked) => invariants.subject(&mut claims, asked, "the subject")?,
            Effect::Audience(asked) => invariants.audience(&asked)?,
            Effect::NameFormat(asked) => claims.name_format = invariants.name_format(asked)?,
            Effect::Attribute(name, values) => invariants.attribute(&mut claims, &name, values)?,
            Effect::Ignored(_) => {}
        }
    }
    invariants.check(&claims)?;
    Ok(claims)
}

impl<'a> Invariants<'a> {
    /// What holds for a token of this user for this application. `issuer` is the registered issuer of the
    /// user's domain ([`issuer_of`](crate::issuer_of)).
    pub fn of(subject: &Subject<'a>, application: &'a Application, issuer: &'a IssuerUri) -> Self {
        Self {
            kind: application.kind,
            upn: subject.user.upn.as_str(),
            immutable_id: subject.immutable_id,
            issuer,
            audience: application.realm.as_str(),
            anchors: &[],
        }
    }

    fn issuer(&self, asked: &str) -> Result<(), InvariantError> {
        if asked == self.issuer.as_str() {
            return Ok(());
        }
        let registered = self.issuer.to_string();
        Err(InvariantError::ForeignIssuer { asked: shortened(asked), registered })
    }

    fn audience(&self, asked: &str) -> Result<(), InvariantError> {
        if asked == self.audience {
            return Ok(());
        }
        let allowed = self.audience.to_owned();
        Err(InvariantError::ForeignAudience { asked: shortened(asked), allowed })
    }

    fn name_format(&self, asked: String) -> Result<String, InvariantError> {
        let allowed = match self.kind {
            ApplicationKind::Microsoft365 => &NAME_FORMATS[..1],
            ApplicationKind::WsFederation => NAME_FORMATS,
            ApplicationKind::Portal => &[],
        };
        if allowed.contains(&asked.as_str()) {
            Ok(asked)
        } else {
            Err(InvariantError::NameFormat(shortened(&asked)))
        }
    }

    /// Takes the user's own anchor, an anchor allowed for this user, or the user's own name; refuses the rest.
    fn subject(
        &self,
        claims: &mut ClaimSet,
        asked: String,
        what: &'static str,
    ) -> Result<(), InvariantError> {
        if self.is_anchor(&asked) {
            if let Some(anchor) = claims.attributes.iter_mut().find(|held| IMMUTABLE_ID.is(held)) {
                anchor.values = vec![asked.clone()];
            }
            claims.name_identifier = asked;
            return Ok(());
        }
        if !asked.eq_ignore_ascii_case(self.upn) {
            return Err(InvariantError::ForeignSubject { what, asked: shortened(&asked) });
        }
        // Entra finds users by the anchor: there the user's name is accepted and changes nothing (TOK-05).
        if self.kind == ApplicationKind::WsFederation {
            self.upn.clone_into(&mut claims.name_identifier);
        }
        Ok(())
    }

    fn is_anchor(&self, text: &str) -> bool {
        text == self.immutable_id.as_str()
            || (self.anchors.contains(&text) && ImmutableId::parse(text).is_ok())
    }

    fn attribute(
        &self,
        claims: &mut ClaimSet,
        name: &str,
        mut values: Vec<String>,
    ) -> Result<(), InvariantError> {
        values.retain(|value| !value.is_empty());
        let mut attribute = named(name)?;
        let uri = uri_of(&attribute);
        if values.iter().any(|value| value.chars().any(is_hostile)) {
            return Err(InvariantError::HostileCharacter(uri));
        }
        if UPN.is(&attribute) {
            return match values.as_slice() {
                [upn] if upn.eq_ignore_ascii_case(self.upn) => Ok(()),
                _ => Err(foreign("the UPN", &values)),
            };
        }
        if IMMUTABLE_ID.is(&attribute) {
            return match <[String; 1]>::try_from(values) {
                Ok([anchor]) if self.is_anchor(&anchor) => self.subject(claims, anchor, "the ImmutableID"),
                Ok(values) => Err(foreign("the ImmutableID", &values)),
                Err(values) => Err(foreign("the ImmutableID", &values)),
            };
        }
        if uri.eq_ignore_ascii_case(NAME_IDENTIFIER) {
            return self.subject(claims, values.concat(), "the name identifier");
        }
        if uri.eq_ignore_ascii_case(ISSUER_ID) {
            return self.issuer(&values.concat());
        }
        let held = claims.attributes.iter().position(|held| uri_of(held).eq_ignore_ascii_case(&uri));
        let known = held.and_then(|at| claims.attributes.get(at)).map_or(&[][..], |held| &held.values);
        match standing(&uri) {
            Standing::Authentication if values.iter().all(|value| known.contains(value)) => {}
            Standing::Authentication => return Err(InvariantError::ForgedAuthentication(uri)),
            Standing::Reserved => return Err(InvariantError::Reserved(uri)),
            Standing::Free if values.iter().any(|value| speaks_of_multifactor(value)) => {
                return Err(InvariantError::ForgedAuthentication(uri));
            }
            Standing::Free => {}
        }
        attribute.values = values;
        place(&mut claims.attributes, held, attribute);
        Ok(())
    }

    /// What every token must satisfy, looked at once more on the finished claims: the rules above are many, this
    /// is what they are for (S40, S70, TOK-05).
    fn check(&self, claims: &ClaimSet) -> Result<(), InvariantError> {
        self.issuer(claims.issuer.as_str())?;
        self.audience(&claims.audience)?;
        let anchor = only_value(claims, |held| IMMUTABLE_ID.is(held));
        let Some(anchor) = anchor.filter(|anchor| self.is_anchor(anchor)) else {
            return Err(foreign("the ImmutableID", &[]));
        };
        if only_value(claims, |held| UPN.is(held)) != Some(self.upn) {
            return Err(foreign("the UPN", &[]));
        }
        let own_name = self.kind == ApplicationKind::WsFederation && claims.name_identifier == self.upn;
        if claims.name_identifier != anchor && !own_name {
            return Err(foreign("the name identifier", std::slice::from_ref(&claims.name_identifier)));
        }
        if claims.attributes.len() > MAXIMUM_ATTRIBUTES {
            return Err(InvariantError::TooManyAttributes);
        }
        let size = |held: &Attribute| {
            held.namespace.len() + held.name.len() + held.values.iter().map(String::len).sum::<usize>()
        };
        if claims.attributes.iter().map(size).sum::<usize>() > MAXIMUM_BYTES {
            return Err(InvariantError::TooLarge);
        }
        Ok(())
    }
}

/// The attribute a script means by a name: split at the last `/`, or a bare word (protocol.md §2.2, §2.8).
fn named(name: &str) -> Result<Attribute, InvariantError> {
    let (namespace, word) = name.rsplit_once('/').unwrap_or((BARE_NAMESPACE, name));
    let hostile = |c: char| c.is_whitespace() || is_hostile(c);
    if namespace.is_empty() || word.is_empty() || name.len() > 1024 || name.chars().any(hostile) {
        return Err(InvariantError::Name(shortened(name)));
    }
    Ok(Attribute { namespace: namespace.to_owned(), name: word.to_owned(), values: Vec::new() })
}

/// Puts an attribute where its namesake stands, or last; one without values goes.
fn place(attributes: &mut Vec<Attribute>, held: Option<usize>, attribute: Attribute) {
    match held.and_then(|at| attributes.get_mut(at)) {
        Some(namesake) => *namesake = attribute,
        None => attributes.push(attribute),
    }
    attributes.retain(|held| !held.values.is_empty());
}

fn only_value(claims: &ClaimSet, is_meant: impl Fn(&Attribute) -> bool) -> Option<&str> {
    let mut meant = claims.attributes.iter().filter(|held| is_meant(held));
    match (meant.next().map(|held| held.values.as_slice()), meant.next()) {
        (Some([value]), None) => Some(value),
        _ => None,
    }
}

/// Characters that XML 1.0 does not carry, and control characters no claim needs (TOK-13).
fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn foreign(what: &'static str, asked: &[String]) -> InvariantError {
    InvariantError::ForeignSubject { what, asked: shortened(&asked.join(", ")) }
}

/// Enough of a hostile text to recognise it in a message.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
