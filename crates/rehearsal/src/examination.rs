//! Entra's examination of an answer, in Entra's order (protocol.md §0, fact 1; §9 "Mock Entra").

use chrono::{DateTime, TimeDelta, Utc};
use model::Realm;

use crate::assertion::Assertion;
use crate::certificate::{key_bits, thumbprint};
use crate::context::{Origin, Pending};
use crate::names::{IMMUTABLE_ID, MULTIPLE, UPN};
use crate::posted_form::PostedForm;
use crate::report::{Finding, Question, Report, Sheet};
use crate::tenant::{RegisteredDomain, Registrations};
use crate::{instant, response, schema, signature};

/// The clock difference that is forgiven. Entra's own is undocumented.
const SKEW: TimeDelta = TimeDelta::seconds(300);

/// The smallest RSA modulus that is accepted, in bits.
const KEY_BITS: usize = 2048;

const FORM: Question = Question {
    name: "form",
    title: "Form has the fields of a sign-in response",
    code: "AADSTS20012",
    advice: "The form that was posted is not a WS-Federation sign-in response: it carries wa, wresult and wctx, each once.",
};
const RESPONSE: Question = Question {
    name: "response",
    title: "Response holds one token",
    code: "AADSTS20012",
    advice: "The wresult is not a response of WS-Trust February 2005 with exactly one SAML 1.1 assertion in it.",
};
const CONTEXT: Question = Question {
    name: "context",
    title: "Context came back unchanged",
    code: "AADSTS20001",
    advice: "The wctx is not the one that was sent. Start the sign-in again; if that does not help, the identity provider changes it.",
};
const ISSUER: Question = Question {
    name: "issuer",
    title: "Issuer is registered",
    code: "AADSTS50107",
    advice: "No federated domain has this issuer. Compare it, letter by letter, with the issuerUri of the user’s domain.",
};
const CERTIFICATE: Question = Question {
    name: "certificate",
    title: "Signing certificate is the current or next one",
    code: "AADSTS5000811",
    advice: "The token names a certificate that is not registered for the domain. Register it as signingCertificate or nextSigningCertificate.",
};
const KEY_SIZE: Question = Question {
    name: "key_size",
    title: "Key is at least 2048 bits",
    code: "AADSTS50032",
    advice: "The signing key is too short. Make a new one of 2048 bits or more, register it, and change over.",
};
const SIGNATURE: Question = Question {
    name: "signature",
    title: "Signature covers the assertion",
    code: "AADSTS50006",
    advice: "The signature does not hold. Something changed the token after it was signed, or another key signed it.",
};
const WINDOW: Question = Question {
    name: "window",
    title: "Now is within the time window",
    code: "AADSTS500133",
    advice: "The token is too old or from the future. Compare the clocks of both machines.",
};
const AUDIENCE: Question = Question {
    name: "audience",
    title: "Audience",
    code: "AADSTS50008",
    advice: "The token is meant for another relying party.",
};
const SCHEMA: Question = Question {
    name: "schema",
    title: "Assertion follows the SAML 1.1 schema",
    code: "AADSTS50008",
    advice: "The assertion is not built as the SAML 1.1 schema and Entra want it.",
};
const REPLAY: Question = Question {
    name: "replay",
    title: "Token was not seen before",
    code: "AADSTS50013",
    advice: "The same token was handed in before. A token is good for one sign-in; start again to get another.",
};
const ANCHOR: Question = Question {
    name: "immutable_id",
    title: "Immutable ID finds a user",
    code: "AADSTS51004",
    advice: "No user in the tenant has the immutable ID that the token carries. Stamp the user’s Entra account with it, then run the rehearsal again.",
};
const DOMAIN: Question = Question {
    name: "upn_domain",
    title: "UPN is in the issuer’s domain",
    code: "AADSTS5000820",
    advice: "The user belongs to another domain than the issuer. Each domain needs the issuer that is registered for it.",
};
const MULTIFACTOR: Question = Question {
    name: "mfa",
    title: "MFA claim satisfies what was asked",
    code: "AADSTS50079",
    advice: "A second factor was asked for and the token does not say that there was one.",
};

/// What Entra knows when an answer comes in.
pub(crate) struct Examiner<'a> {
    pub(crate) registrations: &'a Registrations,
    pub(crate) realm: &'a Realm,
    pub(crate) now: DateTime<Utc>,
}

impl Examiner<'_> {
    /// Examines an answer. `recall` finds a pending sign-in by its state; `remember` notes an assertion until its
    /// end and says whether it is new.
    pub(crate) fn examine(
        &self,
        form: &PostedForm,
        recall: impl FnOnce(&str) -> Option<Pending>,
        remember: impl FnOnce(&str, DateTime<Utc>) -> bool,
    ) -> Report {
        let wresult = form.field("wresult").unwrap_or_default();
        let response = response::read(wresult);
        let origin = Origin::of(form.field("wctx"), recall);
        let mut sheet = Sheet::default();
        sheet.ask(FORM, "wa, wresult, wctx", || form.check());
        sheet.ask(RESPONSE, "one SAML 1.1 assertion", || match &response {
            Ok(_) => Ok("one".to_owned()),
            Err(objection) => Err(objection.clone()),
        });
        sheet.ask(CONTEXT, "byte for byte", || match &origin {
            Origin::Asked(_) => Ok("unchanged".to_owned()),
            Origin::Unasked(_) => Ok("unsolicited".to_owned()),
            Origin::Foreign(objection) => Err((*objection).to_owned()),
        });

        let assertion = response.as_ref().ok().map(|response| Assertion(&response.assertion));
        let domain = assertion.and_then(|assertion| self.registrations.with_issuer(assertion.issuer()));
        sheet.ask(ISSUER, self.expected_issuer(domain), || {
            let issuer = assertion.map(Assertion::issuer).unwrap_or_default().to_owned();
            if domain.is_some() { Ok(issuer) } else { Err(issuer) }
        });
        let certificate = assertion.and_then(Assertion::certificate);
        sheet.ask(CERTIFICATE, domain.map(certificates).unwrap_or_default(), || {
            find_certificate(domain, certificate.as_deref())
        });
        let certificate = certificate.unwrap_or_default();
        sheet.ask(KEY_SIZE, format!("{KEY_BITS} or more"), || match key_bits(&certificate) {
            Some(bits) if bits >= KEY_BITS => Ok(bits.to_string()),
            Some(bits) => Err(bits.to_string()),
            None => Err("no RSA key".to_owned()),
        });
        sheet.ask(SIGNATURE, "RSA-SHA256, exclusive", || match &response {
            Ok(response) => signature::check(response, wresult, &certificate)
                .map(|()| "valid, in the response and alone".to_owned()),
            Err(objection) => Err(objection.clone()),
        });
        sheet.ask(WINDOW, format!("±{} s", SKEW.num_seconds()), || self.check_window(assertion));
        sheet.ask(AUDIENCE, self.realm.as_str(), || match assertion.and_then(Assertion::audience) {
            Some(audience) if audience == self.realm.as_str() => Ok(audience),
            other => Err(other.unwrap_or_else(|| "none".to_owned())),
        });
        sheet.ask(SCHEMA, "valid", || match assertion.map(|assertion| schema::check(assertion.0)) {
            Some(Ok(())) => Ok("valid".to_owned()),
            Some(Err(objection)) => Err(objection),
            None => Err("none".to_owned()),
        });
        sheet.ask(REPLAY, "an AssertionID of its own", || {
            let id = assertion.map(Assertion::id).unwrap_or_default();
            let end = assertion.and_then(Assertion::window).map_or(self.now, |(_, end)| end + SKEW);
            if remember(id, end) { Ok("new".to_owned()) } else { Err(format!("{id}, seen before")) }
        });

        let name_identifier = assertion.and_then(Assertion::name_identifier).unwrap_or_default();
        let user = self.registrations.with_anchor(&name_identifier);
        let expected =
            user.map_or_else(|| "a user of the tenant".to_owned(), |user| user.display_name.clone());
        sheet.ask(ANCHOR, expected, || match assertion.map(|assertion| assertion.values(IMMUTABLE_ID)) {
            Some(claimed) if user.is_some() && claimed == [name_identifier.as_str()] => {
                Ok(name_identifier.clone())
            }
            Some(claimed) if user.is_some() => {
                Err(format!("{name_identifier}, but the claim says {}", claimed.join(", ")))
            }
            _ => Err(name_identifier.clone()),
        });
        let home = domain.map(|domain| domain.name.to_string()).unwrap_or_default();
        sheet.ask(DOMAIN, home.clone(), || {
            let upn = user.map(|user| user.upn.clone());
            let upn_home = upn.as_ref().and_then(|upn| self.registrations.home_of(upn.domain()));
            let is_at_home = upn_home.is_some_and(|found| found.name.as_str() == home);
            match (upn, assertion.map(|assertion| assertion.values(UPN))) {
                (Some(_), Some(claims)) if claims.len() != 1 => Err(format!("{} UPN claims", claims.len())),
                (Some(upn), Some(_)) if is_at_home => Ok(upn.to_string()),
                (upn, _) => Err(upn.map(|upn| upn.to_string()).unwrap_or_default()),
            }
        });
        let asked = matches!(&origin, Origin::Asked(pending) if pending.multifactor);
        let expected = if asked { "multipleauthn" } else { "not asked" };
        sheet.ask(MULTIFACTOR, expected, || check_multifactor(asked, assertion));

        let upn = user.map(|user| user.upn.to_string());
        let target = match origin {
            Origin::Asked(pending) => pending.target,
            Origin::Unasked(target) => target,
            Origin::Foreign(_) => None,
        };
        let claims = assertion.map(Assertion::claims).unwrap_or_default();
        sheet.finish(claims, upn, target, response.map(|response| response.text).unwrap_or_default())
    }

    /// The issuer of the domain that was found, or every one that there is.
    fn expected_issuer(&self, domain: Option<&RegisteredDomain>) -> String {
        let all = self.registrations.domains.iter();
        let issuers: Vec<&str> = all
            .filter(|known| domain.is_none_or(|found| found.name == known.name))
            .map(|domain| domain.issuer.as_str())
            .collect();
        issuers.join(" or ")
    }

    /// The window is open, and neither the token nor the authentication it tells of is from the future. An
    /// instant that cannot be read is the schema's business.
    fn check_window(&self, assertion: Option<Assertion<'_>>) -> Finding {
        let Some((start, end)) = assertion.and_then(Assertion::window) else {
            return Err("no window".to_owned());
        };
        let issued = assertion.and_then(Assertion::issue_instant);
        let authenticated = assertion.and_then(Assertion::authentication_instant);
        let is_past = |instant: DateTime<Utc>| instant <= self.now + SKEW;
        if !issued.into_iter().chain(authenticated).all(is_past) {
            return Err("issued or authenticated in the future".to_owned());
        }
        let received = format!("{} to {}", instant::in_words(start), instant::in_words(end));
        if is_past(start) && self.now < end + SKEW { Ok(received) } else { Err(received) }
    }
}

/// The two places for certificates that a domain has at Entra.
const SLOTS: [&str; 2] = ["current", "next"];

/// The thumbprints of a domain's certificates, for people.
fn certificates(domain: &RegisteredDomain) -> String {
    let accepted = domain.certificates.iter().zip(SLOTS);
    let thumbprints: Vec<String> = accepted.map(|(certificate, _)| thumbprint(certificate)).collect();
    thumbprints.join(" or ")
}

fn find_certificate(domain: Option<&RegisteredDomain>, certificate: Option<&[u8]>) -> Finding {
    let (Some(domain), Some(certificate)) = (domain, certificate) else {
        return Err("none".to_owned());
    };
    let slot = domain.certificates.iter().zip(SLOTS).find(|(known, _)| *known == certificate);
    let thumbprint = thumbprint(certificate);
    slot.map(|(_, slot)| format!("{thumbprint} ({slot})")).ok_or(thumbprint)
}

fn check_multifactor(asked: bool, assertion: Option<Assertion<'_>>) -> Finding {
    let methods = assertion.map(Assertion::methods).unwrap_or_default();
    let names: Vec<&str> =
        methods.iter().map(|method| method.rsplit(['/', ':']).next().unwrap_or_default()).collect();
    let received = names.join(", ");
    if asked && !methods.iter().any(|method| method == MULTIPLE) { Err(received) } else { Ok(received) }
}
