//! The page for a new password, between everything proved and what a person came for.

use axum::http::StatusCode;
use axum::response::Response;
use sts::{Destination, NewPasswordChallenge};

use super::{Stage, set_cookie};
use crate::page::{Reach, rendered};
use crate::stop::Stop;
use crate::views::{NewPasswordPage, Notice};

impl Stage<'_> {
    /// Asks for a new password before anything begins.
    pub(crate) fn new_password(
        &self,
        challenge: &NewPasswordChallenge,
        destination: &Destination,
    ) -> Result<Response, Stop> {
        let minimum = challenge.minimum_length.into();
        let reference = self.arrival.reference.to_string();
        let notice = challenge
            .failure
            .map(|failure| Notice::of_new_password(self.language, failure, minimum, reference));
        let status = if notice.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let (state, binding_cookie) = self.seal(destination, Some(&challenge.half_way), None)?;
        let view = NewPasswordPage {
            face: &self.arrival.face,
            language: self.language,
            notice,
            state: &state,
            username: &challenge.username,
            reason: challenge.reason,
            minimum,
        };
        let mut response = rendered(status, &Reach::OwnForms, &view);
        set_cookie(&mut response, binding_cookie);
        Ok(response)
    }
}
