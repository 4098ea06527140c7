use chrono::{DateTime, Utc};
use model::SessionId;
use serde_json::Value;
use storage::{CallerCheck, EntryKind};

use crate::device_label::device_label;
use crate::service::entry;
use crate::{Owner, ProvenOwner, SecurityTokenService, StsError, Visit};

/// A session of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Its public name.
    pub id: SessionId,
    /// Whether it is the one that shows the list.
    pub is_this: bool,
    /// What the browser is called: `Edge, Windows`; none when the ledger has forgotten it.
    pub device: Option<String>,
    /// The address that it began from.
    pub address: Option<String>,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used, give or take a minute.
    pub seen_at: DateTime<Utc>,
}

impl SecurityTokenService {
    /// Where somebody is signed in, this browser first, then the latest.
    pub async fn own_sessions(&self, visit: &Visit, owner: &Owner) -> Result<Vec<OwnSession>, StsError> {
        let (organisation, user) = owner.ids();
        let open = self.store.sessions_of_user(organisation, user, visit.now).await?;
        let text = |client: &Value, name: &str| client[name].as_str().map(str::to_owned);
        let mut sessions: Vec<_> = open
            .into_iter()
            .map(|session| OwnSession {
                id: session.id,
                is_this: session.id == owner.session(),
                device: text(&session.client, "user_agent").map(|name| device_label(&name)),
                address: text(&session.client, "address"),
                began_at: session.created_at,
                seen_at: session.last_seen_at,
            })
            .collect();
        sessions.sort_by_key(|session| !session.is_this);
        Ok(sessions)
    }

    /// Ends one of somebody's own sessions; nothing happens when it has ended already.
    pub async fn end_own_session(
        &self,
        visit: &Visit,
        owner: &Owner,
        session: SessionId,
    ) -> Result<(), StsError> {
        let (organisation, user) = owner.ids();
        let mut change = self.store.begin().await?;
        if !change.end_session_of_user(organisation, user, session).await? {
            return Ok(());
        }
        change.record(&owner.changed(visit, "session ended")).await?;
        change.commit().await?;
        self.forget(owner);
        Ok(())
    }

    /// What a help desk and somebody on the telephone know each other by, while that is asked.
    pub async fn caller_check(&self, visit: &Visit, owner: &Owner) -> Result<Option<CallerCheck>, StsError> {
        let (organisation, user) = owner.ids();
        Ok(self.store.caller_check(organisation, user, visit.now).await?)
    }

    /// Somebody else was at this account: all other sessions end, the next sign-in asks for another password, and an alarm
    /// stands in the ledger.
    pub async fn report_stranger(&self, visit: &Visit, owner: &ProvenOwner) -> Result<(), StsError> {
        let owner = owner.owner();
        let (organisation, user) = owner.ids();
        let mut change = self.store.begin().await?;
        change.end_other_sessions_of_user(organisation, user, owner.session()).await?;
        if owner.account.password.is_some() {
            change.require_new_password(organisation, user).await?;
        }
        change.record(&owner.changed(visit, "stranger reported")).await?;
        let mut alarm = entry(visit, EntryKind::Alarm);
        alarm.user = Some(user);
        alarm.detail["code"] = "stranger_reported".into();
        alarm.personal["upn"] = owner.account.user.upn.as_str().into();
        change.record(&alarm).await?;
        change.commit().await?;
        self.forget(owner);
        tracing::warn!(reference = %visit.reference, user = %user, "somebody reports a stranger at their account");
        Ok(())
    }

    /// Ends all of somebody's sessions but this one.
    pub async fn end_other_sessions(&self, visit: &Visit, owner: &Owner) -> Result<(), StsError> {
        let (organisation, user) = owner.ids();
        let mut change = self.store.begin().await?;
        let ended = change.end_other_sessions_of_user(organisation, user, owner.session()).await?;
        let mut row = owner.changed(visit, "other sessions ended");
        row.detail["sessions"] = ended.into();
        change.record(&row).await?;
        change.commit().await?;
        self.forget(owner);
        Ok(())
    }
}
