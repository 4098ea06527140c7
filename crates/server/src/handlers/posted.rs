use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::edge::{Arrival, Opened, SealedRequest};
use crate::stage::Stage;
use crate::stop::Stop;

/// What a page of a sign-in sends: the sealed request that it was made for, beside what was typed.
pub(crate) trait SealedForm: DeserializeOwned {
    /// The hidden field.
    fn state(&self) -> &str;
}

/// A form of a page of a sign-in, opened; otherwise the page that says why it was not.
pub(crate) struct Posted<F> {
    pub(super) arrival: Arrival,
    pub(super) opened: Opened,
    pub(super) form: F,
}

impl<F: SealedForm> FromRequest<Arc<App>> for Posted<F> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let mut arrival = Arrival::from_request_parts(&mut parts, app).await?;
        let form = Form::<F>::from_request(Request::from_parts(parts, body), app).await;
        let opened = form.map_err(|_| Stop::BODY_UNREADABLE).and_then(|Form(form)| {
            let opened = open(app, &mut arrival, form.state())?;
            Ok((opened, form))
        });
        match opened {
            Ok((opened, form)) => Ok(Self { arrival, opened, form }),
            Err(stop) => Err(Stage::new(app, &arrival, &[], None).stopped(&stop)),
        }
    }
}

/// The request that a form was made for, unless another site sent the form or somebody changed it (S21). What is written
/// down of this arrival from now on says whether its sign-in began on another network.
fn open(app: &App, arrival: &mut Arrival, state: &str) -> Result<Opened, Stop> {
    if !arrival.may_be_ours {
        return Err(Stop::ORIGIN_FOREIGN);
    }
    let binding = arrival.binding.as_ref();
    let opened = SealedRequest::open(app.sealer(), arrival.organisation.id, binding, state, arrival.now)
        .map_err(|_| Stop::FORM_BROKEN)?;
    arrival.began_from = opened.began_from;
    Ok(opened)
}
