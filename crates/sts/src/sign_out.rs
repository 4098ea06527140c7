use storage::EntryKind;
use wsfed::{SignOutRequest, clean_up_address};

use crate::organisation_view::OrganisationView;
use crate::service::entry;
use crate::{SecurityTokenService, SignedOut, SignedOutOf, StsError, Visit};
use model::ReplyAddress;

impl SecurityTokenService {
    /// Ends the visit's session and says which applications have to hear of it (WSF-12). Without a session it does
    /// the same for nothing (S11). No address that the client names is ever fetched (S12).
    pub async fn sign_out(&self, visit: &Visit, request: &SignOutRequest) -> Result<SignedOut, StsError> {
        let view = self.directory.view(visit.organisation).await?;
        let redirect = registered_reply(&view, request).cloned();
        let Some(session) = &visit.session else {
            return Ok(SignedOut { applications: Vec::new(), redirect });
        };
        let visited = session.relying_parties();
        self.sessions.end(session).await?;
        let mut row = entry(visit, EntryKind::SignedOut);
        row.user = Some(session.user);
        self.journal.record(&row).await?;

        let applications = view.relying_parties().map(|relying_party| &relying_party.application);
        let applications = applications.filter(|application| visited.contains(&application.id));
        let signed_out_of = applications.map(|application| SignedOutOf {
            name: application.name.clone(),
            clean_ups: application.reply_addresses.iter().map(clean_up_address).collect(),
        });
        Ok(SignedOut { applications: signed_out_of.collect(), redirect })
    }

    /// Ends the visit's session without a word (WSF-13).
    pub async fn clean_up(&self, visit: &Visit) -> Result<(), StsError> {
        if let Some(session) = &visit.session {
            self.sessions.end(session).await?;
            let mut row = entry(visit, EntryKind::SignedOut);
            row.user = Some(session.user);
            self.journal.record(&row).await?;
        }
        Ok(())
    }
}

/// The registered address that was asked for: of the relying party named, or of any when none is (WSF-05).
fn registered_reply<'a>(view: &'a OrganisationView, request: &SignOutRequest) -> Option<&'a ReplyAddress> {
    let asked = request.reply.as_deref()?;
    view.relying_parties()
        .map(|relying_party| &relying_party.application)
        .filter(|application| request.realm.as_ref().is_none_or(|realm| *realm == application.realm))
        .find_map(|application| application.reply_address(Some(asked)))
}
