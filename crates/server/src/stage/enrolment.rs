use axum::http::StatusCode;
use axum::response::Response;
use sts::{Destination, Enrolled, EnrolmentChallenge};

use super::{Stage, set_cookie};
use crate::page::{Reach, rendered};
use crate::stop::Stop;
use crate::views::{EnrolPage, EnrolledPage, QrCode};

impl Stage<'_> {
    /// Asks somebody who is half-way to set up a second factor.
    pub(super) fn enrolment(
        &self,
        challenge: EnrolmentChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let (state, binding_cookie) = self.seal(destination, Some(&challenge.half_way), None)?;
        let view = EnrolPage {
            face: &self.arrival.face,
            language: self.language,
            state: &state,
            username: &challenge.username,
            picture: QrCode::of(&challenge.app.uri)?,
            uri: challenge.app.uri,
            secret: challenge.app.secret,
            days_left: challenge.days_left,
            is_wrong: challenge.is_wrong,
        };
        let status = if challenge.is_wrong { StatusCode::FORBIDDEN } else { StatusCode::OK };
        let mut response = rendered(status, &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(response)
    }

    /// Shows the recovery codes of somebody who has just set up a second factor.
    pub(super) fn enrolled(&self, enrolled: Enrolled, destination: &Destination) -> Result<Response, Stop> {
        let (state, binding_cookie) = self.seal(destination, Some(&enrolled.half_way), None)?;
        let view = EnrolledPage {
            face: &self.arrival.face,
            language: self.language,
            state: &state,
            username: &enrolled.username,
            codes: enrolled.codes,
        };
        let mut response = rendered(StatusCode::OK, &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(response)
    }
}
