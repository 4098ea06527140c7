use std::sync::Arc;

use authn::Session;
use chrono::TimeDelta;
use model::{
    Application, ApplicationId, ApplicationKind, DEFAULT_TOKEN_LIFETIME, OrganisationId, Realm, SessionId,
};
use policy::{Demand, Permit, SpentPermit};
use storage::{Account, EntryKind};

use crate::destination::{Destination, PortalPage, PortalRequest, Proof};
use crate::issue::Beginning;
use crate::service::entry;
use crate::sign_in::Passive;
use crate::{NewSession, SecurityTokenService, SignIn, StsError, Visit};

/// How long a person may change how they sign in after they gave every factor they have.
pub const PROOF_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Leave to use the portal: what a sign-in for it ends with.
#[derive(Debug)]
pub struct Entrance {
    /// Who came in.
    pub owner: Owner,
    /// Where they wanted to go.
    pub page: PortalPage,
    /// The session begun by this sign-in, if the person was asked for anything.
    pub new_session: Option<NewSession>,
}

/// Somebody in front of their own account, by a session that the policy let in a moment ago.
///
/// Only a spent permit makes one, and every function about the account asks for one.
#[derive(Clone, Debug)]
pub struct Owner {
    pub(crate) account: Arc<Account>,
    pub(crate) session: Arc<Session>,
}

/// The same, who gave every factor they have within [`PROOF_LIFETIME`]: what changes how somebody signs in asks for it.
#[derive(Clone, Debug)]
pub struct ProvenOwner(pub(crate) Owner);

impl Owner {
    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The session that brought the person here, by its public name.
    pub fn session(&self) -> SessionId {
        self.session.id
    }
}

impl ProvenOwner {
    /// The same person, without more than a look.
    pub const fn owner(&self) -> &Owner {
        &self.0
    }
}

impl SecurityTokenService {
    /// Lets somebody look at their own account, or says what they have to prove first.
    pub async fn owner(&self, visit: &Visit, page: PortalPage) -> Result<Result<Owner, SignIn>, StsError> {
        let entered = self.sign_in(visit, &Destination::portal(page, Proof::Session)).await?;
        Ok(match entered {
            SignIn::Entered(entrance) => Ok(entrance.owner),
            other => Err(other),
        })
    }

    /// Lets somebody change how they sign in, or says what they have to prove first.
    pub async fn proven_owner(
        &self,
        visit: &Visit,
        page: PortalPage,
    ) -> Result<Result<ProvenOwner, SignIn>, StsError> {
        let entered = self.sign_in(visit, &Destination::portal(page, Proof::Fresh)).await?;
        Ok(match entered {
            SignIn::Entered(entrance) => Ok(ProvenOwner(entrance.owner)),
            other => Err(other),
        })
    }

    /// Spends a permit for the portal: a session at most, and never a token.
    pub(crate) async fn enter(
        &self,
        passive: &Passive<'_>,
        request: &PortalRequest,
        account: &Account,
        permit: Permit,
        beginning: Option<Beginning>,
    ) -> Result<SignIn, StsError> {
        let visit = passive.asking.visit;
        let spent =
            permit.spend(self.clock.now()).map_err(|error| StsError::Unavailable(error.to_string()))?;
        let (session, new_session) = if let Some(beginning) = beginning {
            if spent.breaks_glass {
                self.break_glass_used(&passive.asking, Some(account)).await?;
            }
            self.record_entrance(visit, account, &spent).await?;
            let (secret, session) = self.begin_session(&passive.asking, &spent, &beginning).await?;
            let persistent = session.persistent;
            (session, Some(NewSession { secret, persistent }))
        } else {
            let found = visit.session.clone().filter(|session| session.user == spent.user);
            (found.ok_or_else(|| StsError::Unavailable("a portal without a session".to_owned()))?, None)
        };
        let owner = Owner { account: Arc::new(account.clone()), session };
        Ok(SignIn::Entered(Box::new(Entrance { owner, page: request.page, new_session })))
    }

    /// Writes down that somebody proved who they are, and how.
    async fn record_entrance(
        &self,
        visit: &Visit,
        account: &Account,
        spent: &SpentPermit,
    ) -> Result<(), StsError> {
        let mut row = entry(visit, EntryKind::SignedIn);
        row.user = Some(spent.user);
        row.detail["to"] = "portal".into();
        row.detail["factor"] = spent.evidence.first_factor.as_str().into();
        if let Some(second) = spent.evidence.second_factor {
            row.detail["second_factor"] = second.kind.as_str().into();
        }
        row.detail["rule"] = spent.rule.into();
        row.personal["upn"] = account.user.upn.as_str().into();
        self.journal.record(&row).await?;
        Ok(())
    }
}

impl PortalRequest {
    pub(crate) fn demand(self) -> Demand {
        let limit = match self.proof {
            Proof::Session => None,
            Proof::Fresh => Some(PROOF_LIFETIME),
        };
        Demand { fresh_within: limit, multifactor_within: limit, ..Demand::default() }
    }
}

/// The portal as the policy knows it: an application that everybody may use and that gets no token, because there is no
/// address to post one to.
pub fn application(organisation: OrganisationId) -> Result<Application, StsError> {
    Ok(Application {
        id: ApplicationId::PORTAL,
        organisation,
        kind: ApplicationKind::Portal,
        name: "Account".to_owned(),
        realm: Realm::parse("urn:countersign:portal")
            .map_err(|error| StsError::Unavailable(error.to_string()))?,
        reply_addresses: Vec::new(),
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        issuer: None,
        token_script: None,
        enabled: true,
        second_factor: false,
    })
}
