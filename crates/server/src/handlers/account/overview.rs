use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use sts::PortalPage;

use super::{ActForm, act_of, button, owner, sent, shown};
use crate::app::App;
use crate::edge::{Act, Arrival};
use crate::page::see_other;
use crate::routes::path_of;
use crate::stage::Stage;
use crate::stop::Stop;
use crate::views::{AccountPage, ActivityPage, SessionLine, Who, happenings, methods};

/// Happenings on the first page of the account.
const RECENT: u32 = 6;
/// Happenings on a page of all of them.
const PER_PAGE: u32 = 50;

/// Which page of the activity is asked for.
#[derive(Default, Deserialize)]
pub(crate) struct Page {
    #[serde(default)]
    page: u32,
}

/// Shows how somebody signs in, where they are signed in, and what happened lately.
pub(crate) async fn show(State(app): State<Arc<App>>, arrival: Arrival) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    account(&stage).await.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn account(stage: &Stage<'_>) -> Result<Response, Stop> {
    let (visit, owner) = match owner(stage, PortalPage::Account).await? {
        Ok(found) => found,
        Err(sign_in) => return Ok(sign_in),
    };
    let (sts, language) = (stage.app.sts(), stage.language());
    let mut sessions = Vec::new();
    for session in sts.own_sessions(&visit, &owner).await? {
        let end =
            if session.is_this { None } else { Some(button(stage, &owner, Act::EndSession(session.id))?) };
        sessions.push(SessionLine::of(language, &session, end));
    }
    let end_others =
        if sessions.len() > 1 { Some(button(stage, &owner, Act::EndOtherSessions)?) } else { None };
    Ok(shown(&AccountPage {
        face: &stage.arrival.face,
        language,
        who: Who::of(&owner),
        caller_check: sts.caller_check(&visit, &owner).await?,
        methods: methods(language, &sts.methods(&owner).await?),
        sessions,
        end_others,
        happenings: happenings(language, &sts.activity(&owner, 0, RECENT).await?),
    }))
}

/// Shows all that happened with somebody's account, a page at a time.
pub(crate) async fn activity(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    query: Result<Query<Page>, QueryRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let page = query.map(|Query(page)| page).unwrap_or_default();
    all_activity(&stage, page.page).await.unwrap_or_else(|stop| stage.stopped(&stop))
}

async fn all_activity(stage: &Stage<'_>, page: u32) -> Result<Response, Stop> {
    let (_, owner) = match owner(stage, PortalPage::Activity).await? {
        Ok(found) => found,
        Err(sign_in) => return Ok(sign_in),
    };
    let activity = stage.app.sts().activity(&owner, page, PER_PAGE).await?;
    Ok(shown(&ActivityPage {
        face: &stage.arrival.face,
        language: stage.language(),
        who: Who::of(&owner),
        happenings: happenings(stage.language(), &activity),
        newer: page.checked_sub(1),
        older: activity.is_more.then(|| page.saturating_add(1)),
    }))
}

/// Ends a session of one's own, or all others.
pub(crate) async fn end_session(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    form: Result<Form<ActForm>, FormRejection>,
) -> Response {
    let stage = Stage::new(&app, &arrival, &[], None);
    let ended = async {
        let form = sent(&stage, form)?;
        let (visit, owner) = match owner(&stage, PortalPage::Account).await? {
            Ok(found) => found,
            Err(sign_in) => return Ok(sign_in),
        };
        match act_of(&stage, &owner, &form.act)? {
            Some(Act::EndSession(session)) => app.sts().end_own_session(&visit, &owner, session).await?,
            Some(Act::EndOtherSessions) => app.sts().end_other_sessions(&visit, &owner).await?,
            // A page of yesterday, or of another session: it is shown as it stands now.
            _ => {}
        }
        Ok(see_other(path_of(PortalPage::Account)))
    };
    ended.await.unwrap_or_else(|stop: Stop| stage.stopped(&stop))
}
