//! The pages between the first factor and the second.

use axum::http::StatusCode;
use axum::response::Response;
use policy::Mechanism;
use sts::{Destination, PasskeyPrompt, SecondFactorChallenge, SignIn};

use super::{Stage, set_cookie, status_of, with_wait};
use crate::assets::PASSKEY_SCRIPT;
use crate::edge::{Ceremony, CookieName};
use crate::page::{Reach, rendered};
use crate::stop::Stop;
use crate::views::{ChoosePage, CodePage, MailCodePage, Notice, PasskeyPage, options};

/// How long a browser remembers which method was used in it, in seconds: as long as browsers keep any cookie.
const METHOD_COOKIE: u64 = 400 * 24 * 60 * 60;

impl Stage<'_> {
    /// Puts the page of an outcome in front of somebody who was asked for a second factor. What did is offered first in
    /// this browser from now on; a recovery code is for the day on which that is lost.
    pub(crate) fn answer_to(
        &self,
        kind: Mechanism,
        outcome: SignIn,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let is_done = matches!(outcome, SignIn::Issued(_) | SignIn::Entered(_));
        let mut response = self.answer(outcome, destination)?;
        if is_done && kind != Mechanism::RecoveryCode {
            let cookies = self.app.edge().cookies;
            set_cookie(&mut response, cookies.set(CookieName::Method, kind.as_str(), Some(METHOD_COOKIE)));
        }
        Ok(response)
    }

    /// Asks somebody who is half-way for a second factor: again for the one that was tried, or else for the one that was
    /// used last in this browser.
    pub(crate) fn second_factor(
        &self,
        challenge: &SecondFactorChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let tried = challenge.tried.map(|tried| tried.kind);
        let wanted = tried.or(self.arrival.method).filter(|kind| challenge.offered.has(*kind));
        match wanted.or_else(|| challenge.offered.iter().next()) {
            Some(kind) => self.second_factor_by(kind, challenge, destination),
            None => self.choose(challenge, destination),
        }
    }

    /// Asks for one kind of second factor.
    pub(crate) fn second_factor_by(
        &self,
        kind: Mechanism,
        challenge: &SecondFactorChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        match kind {
            Mechanism::Passkey => self.passkey(challenge, destination),
            Mechanism::EmailCode => self.mail_code(challenge, destination),
            _ => self.code(kind, challenge, destination),
        }
    }

    /// Shows the ways there are to go on.
    pub(crate) fn choose(
        &self,
        challenge: &SecondFactorChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let (state, binding_cookie) = self.seal(destination, Some(&challenge.half_way), None)?;
        let view = ChoosePage {
            face: &self.arrival.face,
            language: self.language,
            state: &state,
            username: &challenge.username,
            options: options(self.language, challenge, self.arrival.method),
        };
        let mut response = rendered(StatusCode::OK, &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(response)
    }

    /// Asks for a passkey of somebody who is half-way. One that was not accepted is not asked for by itself once more.
    fn passkey(
        &self,
        challenge: &SecondFactorChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let Some(PasskeyPrompt { options, challenge: question }) = self.passkey_prompt(challenge)? else {
            // The passkeys are bound to another domain than this address is in: nothing but another way is left.
            return self.choose(challenge, destination);
        };
        let ceremony = Ceremony::SignIn(question);
        let (state, binding_cookie) = self.seal(destination, Some(&challenge.half_way), Some(&ceremony))?;
        let view = PasskeyPage {
            face: &self.arrival.face,
            language: self.language,
            notice: self.notice(challenge),
            state: &state,
            username: &challenge.username,
            options: &options,
            script: &PASSKEY_SCRIPT.path,
        };
        let failure = challenge.tried.map(|tried| tried.failure);
        let mut response = rendered(status_of(failure), &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(with_wait(response, failure))
    }

    fn passkey_prompt(&self, challenge: &SecondFactorChallenge) -> Result<Option<PasskeyPrompt>, Stop> {
        let (organisation, origin) = (self.arrival.organisation.id, &self.arrival.face.origin);
        Ok(self.app.sts().passkey_prompt(organisation, origin, &challenge.passkeys, self.arrival.now)?)
    }

    /// Asks for a code of somebody who is half-way.
    fn code(
        &self,
        kind: Mechanism,
        challenge: &SecondFactorChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let (state, binding_cookie) = self.seal(destination, Some(&challenge.half_way), None)?;
        let view = CodePage {
            face: &self.arrival.face,
            language: self.language,
            notice: self.notice(challenge),
            state: &state,
            username: &challenge.username,
            offered: challenge.offered,
            wanted: kind,
        };
        let failure = challenge.tried.map(|tried| tried.failure);
        let mut response = rendered(status_of(failure), &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(with_wait(response, failure))
    }

    /// Offers to send a code by mail, or asks for the one that was sent.
    fn mail_code(
        &self,
        challenge: &SecondFactorChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let Some(mailbox) = &challenge.mailbox else {
            // There is no mailbox any more that a code could go to: nothing but another way is left.
            return self.choose(challenge, destination);
        };
        let (state, binding_cookie) = self.seal(destination, Some(&challenge.half_way), None)?;
        let view = MailCodePage {
            face: &self.arrival.face,
            language: self.language,
            notice: self.notice(challenge),
            state: &state,
            username: &challenge.username,
            mailbox,
            has_others: challenge.offered.iter().count() > 1,
        };
        let failure = challenge.tried.map(|tried| tried.failure);
        let mut response = rendered(status_of(failure), &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(with_wait(response, failure))
    }

    fn notice(&self, challenge: &SecondFactorChallenge) -> Option<Notice> {
        let reference = self.arrival.reference.to_string();
        challenge.tried.map(|tried| match tried.kind {
            Mechanism::Passkey => Notice::of_failure(self.language, tried.failure, reference),
            Mechanism::EmailCode => Notice::of_mail_code(self.language, tried.failure, reference),
            _ => Notice::of_code(self.language, tried.failure, reference),
        })
    }
}
