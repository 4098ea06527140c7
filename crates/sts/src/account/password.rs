use crate::new_password::{NewPasswordFailure, TypedPassword};
use crate::{NewSession, ProvenOwner, SecurityTokenService, StsError, Visit};

/// What became of a new password.
#[derive(Debug)]
pub enum PasswordChange {
    /// It was not taken; nothing changed.
    Refused(NewPasswordFailure),
    /// It is the password now. Every session has ended, and this is the one that goes on.
    Changed(NewSession),
}

impl SecurityTokenService {
    /// The fewest characters of a new password of somebody.
    pub async fn minimum_password_length(&self, owner: &ProvenOwner) -> Result<u8, StsError> {
        let (organisation, _) = owner.owner().ids();
        Ok(self.directory.view(organisation).await?.policy.passwords().minimum_length)
    }

    /// Changes the password of somebody who gave every factor a moment ago: the present one needs no second time.
    pub async fn change_password(
        &self,
        visit: &Visit,
        owner: &ProvenOwner,
        typed: TypedPassword,
    ) -> Result<PasswordChange, StsError> {
        let owner = owner.owner();
        let view = self.directory.view(visit.organisation).await?;
        let row = owner.changed(visit, "password");
        let set = self.set_password(visit, &owner.account, view.policy.passwords(), typed, &row).await?;
        if let Err(failure) = set {
            return Ok(PasswordChange::Refused(failure));
        }
        let (organisation, user) = owner.ids();
        self.sessions.end_all_of_user(organisation, user).await?;
        let session = self.renew(visit, owner, owner.session.evidence).await?;
        Ok(PasswordChange::Changed(session))
    }
}
