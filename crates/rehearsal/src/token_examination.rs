use chrono::{DateTime, TimeDelta, Utc};

use crate::assertion::Assertion;
use crate::certificate::{key_bits, thumbprint};
use crate::examination::Examiner;
use crate::names::{IMMUTABLE_ID, MULTIPLE, UPN};
use crate::question::{
    ANCHOR, AUDIENCE, CERTIFICATE, DOMAIN, ISSUER, KEY_SIZE, MULTIFACTOR, REPLAY, SCHEMA, SIGNATURE, WINDOW,
};
use crate::report::{Claim, Finding, Sheet};
use crate::response::Response;
use crate::tenant::{RegisteredDomain, RegisteredUser};
use crate::{instant, schema, signature};

/// The clock difference that is forgiven. Entra's own is undocumented.
const SKEW: TimeDelta = TimeDelta::seconds(300);

/// The smallest RSA modulus that is accepted, in bits.
const KEY_BITS: usize = 2048;

/// The two places for certificates that a domain has at Entra.
const SLOTS: [&str; 2] = ["current", "next"];

/// The examination of one token, with what Entra finds by it.
pub(crate) struct TokenExamination<'a> {
    examiner: &'a Examiner<'a>,
    response: &'a Response,
    assertion: Assertion<'a>,
    certificate: Vec<u8>,
    name_identifier: String,
    /// The domain that the issuer stands for.
    domain: Option<&'a RegisteredDomain>,
    /// The user that the anchor finds.
    user: Option<&'a RegisteredUser>,
}

impl<'a> TokenExamination<'a> {
    pub(crate) fn new(examiner: &'a Examiner<'a>, response: &'a Response) -> Self {
        let assertion = Assertion(&response.assertion);
        let name_identifier = assertion.name_identifier().unwrap_or_default();
        Self {
            examiner,
            response,
            assertion,
            certificate: assertion.certificate().unwrap_or_default(),
            domain: examiner.registrations.with_issuer(assertion.issuer()),
            user: examiner.registrations.with_anchor(&name_identifier),
            name_identifier,
        }
    }

    pub(crate) fn claims(&self) -> Vec<Claim> {
        self.assertion.claims()
    }

    pub(crate) fn user(&self) -> Option<&'a RegisteredUser> {
        self.user
    }

    /// Asks everything that Entra asks of a token, in its order.
    pub(crate) fn ask_all(
        &self,
        sheet: &mut Sheet,
        wresult: &str,
        needs: impl FnOnce(&RegisteredDomain) -> bool,
        remember: impl FnOnce(&str, DateTime<Utc>) -> bool,
    ) {
        let realm = self.examiner.realm.as_str();
        let home = self.domain.map(|domain| domain.name.as_str()).unwrap_or_default();
        let multifactor = self.domain.is_some_and(needs);
        let factor = if multifactor { "multipleauthn" } else { "not asked" };
        sheet.ask(ISSUER, self.expected_issuer(), || self.check_issuer());
        sheet.ask(CERTIFICATE, self.expected_certificates(), || self.check_certificate());
        sheet.ask(KEY_SIZE, format!("{KEY_BITS} or more"), || self.check_key_size());
        sheet.ask(SIGNATURE, "RSA-SHA256, exclusive", || self.check_signature(wresult));
        sheet.ask(WINDOW, format!("±{} s", SKEW.num_seconds()), || self.check_window());
        sheet.ask(AUDIENCE, realm, || self.check_audience(realm));
        sheet.ask(SCHEMA, "valid", || schema::check(self.assertion.0).map(|()| "valid".to_owned()));
        sheet.ask(REPLAY, "an AssertionID of its own", || self.check_replay(remember));
        sheet.ask(ANCHOR, self.expected_user(), || self.check_anchor());
        sheet.ask(DOMAIN, home, || self.check_domain(home));
        sheet.ask(MULTIFACTOR, factor, || self.check_factors(multifactor));
    }

    /// The issuer of the domain that was found, or every one that there is.
    fn expected_issuer(&self) -> String {
        let all = self.examiner.registrations.domains.iter();
        let issuers: Vec<&str> = all
            .filter(|known| self.domain.is_none_or(|found| found.name == known.name))
            .map(|domain| domain.issuer.as_str())
            .collect();
        issuers.join(" or ")
    }

    fn check_issuer(&self) -> Finding {
        let issuer = self.assertion.issuer().to_owned();
        if self.domain.is_some() { Ok(issuer) } else { Err(issuer) }
    }

    /// The certificates that Entra accepts, each with its place.
    fn accepted_certificates(&self) -> impl Iterator<Item = (&'a Vec<u8>, &'static str)> {
        self.domain.into_iter().flat_map(|domain| domain.certificates.iter().zip(SLOTS))
    }

    fn expected_certificates(&self) -> String {
        let thumbprints: Vec<String> =
            self.accepted_certificates().map(|(certificate, _)| thumbprint(certificate)).collect();
        thumbprints.join(" or ")
    }

    fn check_certificate(&self) -> Finding {
        if self.certificate.is_empty() {
            return Err("none".to_owned());
        }
        let received = thumbprint(&self.certificate);
        let place = self.accepted_certificates().find(|(known, _)| **known == self.certificate);
        place.map(|(_, place)| format!("{received} ({place})")).ok_or(received)
    }

    fn check_key_size(&self) -> Finding {
        match key_bits(&self.certificate) {
            Some(bits) if bits >= KEY_BITS => Ok(bits.to_string()),
            Some(bits) => Err(bits.to_string()),
            None => Err("no RSA key".to_owned()),
        }
    }

    fn check_signature(&self, wresult: &str) -> Finding {
        signature::check(self.response, wresult, &self.certificate)?;
        Ok("valid, in the response and alone".to_owned())
    }

    /// The window is open, and neither the token nor the authentication it tells of is from the future. An
    /// instant that cannot be read is the schema's business.
    fn check_window(&self) -> Finding {
        let Some((start, end)) = self.assertion.window() else {
            return Err("no window".to_owned());
        };
        let now = self.examiner.now;
        let is_past = |instant: DateTime<Utc>| instant <= now + SKEW;
        let told = self.assertion.issue_instant().into_iter().chain(self.assertion.authentication_instant());
        if !told.into_iter().all(is_past) {
            return Err("issued or authenticated in the future".to_owned());
        }
        let received = format!("{} to {}", instant::in_words(start), instant::in_words(end));
        if is_past(start) && now < end + SKEW { Ok(received) } else { Err(received) }
    }

    fn check_audience(&self, realm: &str) -> Finding {
        let audience = self.assertion.audience().unwrap_or_else(|| "none".to_owned());
        if audience == realm { Ok(audience) } else { Err(audience) }
    }

    fn check_replay(&self, remember: impl FnOnce(&str, DateTime<Utc>) -> bool) -> Finding {
        let id = self.assertion.id();
        let end = self.assertion.window().map_or(self.examiner.now, |(_, end)| end + SKEW);
        if remember(id, end) { Ok("new".to_owned()) } else { Err(format!("{id}, seen before")) }
    }

    fn expected_user(&self) -> &str {
        self.user.map_or("a user of the tenant", |user| user.display_name.as_str())
    }

    /// TOK-05: one anchor, in the name identifier and in the claim.
    fn check_anchor(&self) -> Finding {
        let claimed = self.assertion.values(IMMUTABLE_ID);
        if claimed != [self.name_identifier.as_str()] {
            return Err(format!("{}, but the claim says {}", self.name_identifier, claimed.join(", ")));
        }
        let found = self.name_identifier.clone();
        if self.user.is_some() { Ok(found) } else { Err(found) }
    }

    /// The UPN of the user that was found decides. Entra does not read the UPN claim, but there has to be one.
    fn check_domain(&self, home: &str) -> Finding {
        let claims = self.assertion.values(UPN).len();
        if claims != 1 {
            return Err(format!("{claims} UPN claims"));
        }
        let Some(user) = self.user else {
            return Err("no user".to_owned());
        };
        let found = self.examiner.registrations.home_of(user.upn.domain());
        let is_at_home = found.is_some_and(|domain| domain.name.as_str() == home);
        if is_at_home { Ok(user.upn.to_string()) } else { Err(user.upn.to_string()) }
    }

    fn check_factors(&self, multifactor: bool) -> Finding {
        let methods = self.assertion.methods();
        let names: Vec<&str> =
            methods.iter().map(|method| method.rsplit(['/', ':']).next().unwrap_or_default()).collect();
        let received = names.join(", ");
        if multifactor && !methods.iter().any(|method| method == MULTIPLE) {
            return Err(received);
        }
        Ok(received)
    }
}
