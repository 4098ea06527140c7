use chrono::{DateTime, Utc};
use model::Realm;

use crate::context::{Origin, Pending};
use crate::posted_form::PostedForm;
use crate::question::{BEARER, CONTEXT, FORM, OF_THE_TOKEN, RESPONSE};
use crate::report::{Report, Sheet};
use crate::response::{self, Response};
use crate::tenant::{RegisteredDomain, Registrations};
use crate::token_examination::TokenExamination;

/// Entra when an answer comes in: what it knows, and what time it is.
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

        let Ok(response) = response else {
            for question in OF_THE_TOKEN {
                sheet.leave_out(question);
            }
            return sheet.finish();
        };
        let multifactor = matches!(&origin, Origin::Asked(pending) if pending.multifactor);
        let needs = |home: &RegisteredDomain| multifactor || home.sends_for_second_factor();
        let report = self.examine_token(sheet, &response, wresult, needs, remember);
        Report { came_from: origin.came_from(), target: origin.target(), ..report }
    }

    /// Examines an assertion that a native client hands in, by the same questions.
    pub(crate) fn examine_bearer(
        &self,
        assertion: &str,
        remember: impl FnOnce(&str, DateTime<Utc>) -> bool,
    ) -> Report {
        let response = response::read_alone(assertion);
        let mut sheet = Sheet::default();
        sheet.ask(BEARER, "one SAML 1.1 assertion", || match &response {
            Ok(_) => Ok("one".to_owned()),
            Err(objection) => Err(objection.clone()),
        });
        match &response {
            Ok(response) => self.examine_token(
                sheet,
                response,
                assertion,
                RegisteredDomain::demands_second_factor,
                remember,
            ),
            Err(_) => sheet.finish(),
        }
    }

    /// `document` is what the assertion came in; `needs` says whether it has to tell of a second factor.
    fn examine_token(
        &self,
        mut sheet: Sheet,
        response: &Response,
        document: &str,
        needs: impl FnOnce(&RegisteredDomain) -> bool,
        remember: impl FnOnce(&str, DateTime<Utc>) -> bool,
    ) -> Report {
        let token = TokenExamination::new(self, response);
        token.ask_all(&mut sheet, document, needs, remember);
        Report {
            claims: token.claims(),
            user: token.user().map(|user| user.upn.to_string()),
            token: response.text.clone(),
            ..sheet.finish()
        }
    }
}
