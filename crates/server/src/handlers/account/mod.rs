//! The portal: what people see of their own account, and change.

mod overview;

pub(crate) use overview::show;

use axum::response::Response;
use sts::{Destination, Owner, PortalPage, Proof, Visit};

use crate::stage::Stage;
use crate::stop::Stop;

/// The visit of somebody in front of their own account; or the page that asks them to sign in first.
async fn owner(stage: &Stage<'_>, page: PortalPage) -> Result<Result<(Visit, Owner), Response>, Stop> {
    let visit = stage.arrival.visit(stage.app, None).await?;
    match stage.app.sts().owner(&visit, page).await? {
        Ok(owner) => Ok(Ok((visit, owner))),
        Err(outcome) => stage.answer(outcome, &Destination::portal(page, Proof::Session)).map(Err),
    }
}
