use std::sync::OnceLock;
use std::time::Duration;

use authn::Password;
use model::{ApplicationKind, DomainName, EntraFacts, OrganisationId, Realm, RoleId, Upn};
use moka::sync::Cache;
use policy::{
    ActiveFacts, Decision, Demand, Denial, Evidence, NamedNetwork, Requestor,
    active::{DoorFacts, PersonFacts, PolicyDemand},
};
use storage::Account;
use wstrust::{Fault, TokenRequest, Version};

use crate::asking::{Asking, Person};
use crate::new_password;
use crate::password_check::PasswordCheck;
use crate::{RefusalCode, SecurityTokenService, StsError, Visit};

/// Another name by which clients ask for Entra ID; the token then names it as its audience (protocol.md §4.5).
const EXT_STS: &str = "https://login.microsoftonline.com/extSTS.srf";

/// The longest that a message is accepted (S53).
const MESSAGE_LIFE: Duration = Duration::from_mins(24 * 60 + 10);

/// So many answered messages are remembered.
const MESSAGES: u64 = 100_000;

/// What is known of Entra ID's own settings for a domain.
pub type EntraKnowledge = Box<dyn Fn(&DomainName) -> EntraFacts + Send + Sync>;

/// What active requestors need, from configuration.
pub struct ActiveParts {
    /// Where they are answered; none: nowhere, because there is no TLS.
    pub addresses: Option<ActiveAddresses>,
    /// The installation's networks that have a name, beside those of each organisation's policy.
    pub networks: Vec<NamedNetwork>,
    /// What Entra ID does by itself.
    pub entra: EntraKnowledge,
}

/// Nobody is answered.
impl Default for ActiveParts {
    fn default() -> Self {
        let nothing_is_known: EntraKnowledge = Box::new(|_| EntraFacts::default());
        Self { addresses: None, networks: Vec::new(), entra: nothing_is_known }
    }
}

/// The published addresses, all https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveAddresses {
    /// `…/adfs/services/trust/mex`.
    pub metadata_exchange: String,
    /// `…/adfs/services/trust/2005/usernamemixed`.
    pub trust_2005: String,
    /// `…/adfs/services/trust/13/usernamemixed`.
    pub trust_13: String,
}

/// The active side of the service.
pub(crate) struct Active {
    pub(crate) parts: ActiveParts,
    /// Messages that were answered with a token: none is answered twice (S53).
    answered: Cache<(OrganisationId, String), ()>,
}

/// How an active request ended.
#[derive(Debug)]
pub enum ActiveSignIn {
    /// The response, in the version of the request; its ledger row is durable.
    Issued(Vec<u8>),
    /// No token.
    Refused(Fault),
    /// No token, and as if there were no endpoint: the road of the name's domain is off (protocol.md §4.8).
    Hidden,
}

impl Active {
    pub(crate) fn new(parts: ActiveParts) -> Self {
        Self { parts, answered: Cache::builder().max_capacity(MESSAGES).time_to_live(MESSAGE_LIFE).build() }
    }
}

impl ActiveAddresses {
    /// The addresses of a server at an https address without a path; none for any other.
    pub fn at(base: &str) -> Option<Self> {
        let base = base.trim_end_matches('/');
        base.starts_with("https://").then(|| Self {
            metadata_exchange: format!("{base}/adfs/services/trust/mex"),
            trust_2005: format!("{base}/adfs/services/trust/2005/usernamemixed"),
            trust_13: format!("{base}/adfs/services/trust/13/usernamemixed"),
        })
    }
}

impl SecurityTokenService {
    /// Where active requestors of an organisation are answered; none when no domain has that switched on.
    pub async fn active_addresses(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<&ActiveAddresses>, StsError> {
        let is_on = self.directory.view(organisation).await?.has_active_road();
        Ok(self.active.parts.addresses.as_ref().filter(|_| is_on))
    }

    /// Answers a program that brings a name and a password (WS-Trust, protocol.md §4.5-4.8).
    ///
    /// What can be decided without the password is decided first, alike for every name of a domain. What depends on
    /// the person is the fault for a wrong password, after the same work; the ledger has the reason (S54).
    pub async fn sign_in_active(
        &self,
        visit: &Visit,
        version: Version,
        request: TokenRequest,
    ) -> Result<ActiveSignIn, StsError> {
        let Some(asking) = self.find_active(visit, &request.applies_to).await? else {
            self.broken_request(visit, RefusalCode::RealmUnknown.as_str());
            return Ok(ActiveSignIn::Refused(Fault::RequestFailed));
        };
        let message = request.message_id.map(|id| (visit.organisation, id));
        if message.as_ref().is_some_and(|message| self.active.answered.contains_key(message)) {
            self.broken_request(visit, "message_repeated");
            return Ok(ActiveSignIn::Refused(Fault::MessageExpired));
        }
        let username = request.credentials.username;
        let upn = Upn::parse(&username).ok();
        let domain = upn.as_ref().and_then(|upn| asking.view.domain_of(upn));
        let networks = asking.view.policy.networks().holding(visit.address, visit.now);
        let door = DoorFacts {
            domain,
            networks: &networks,
            demand: PolicyDemand::Password,
            entra: domain.map(|domain| (self.active.parts.entra)(&domain.name)).unwrap_or_default(),
        };
        if let Decision::Deny(denial) = asking.decide_active(version, door, None) {
            return self.closed(&asking, denial).await;
        }
        // Clients send passwords that nobody can have (empty, or too long) like any other.
        let password = Password::parse(request.credentials.password.as_str().to_owned()).ok();
        let (account, familiarity) = match self.check_password(visit, &username, password).await? {
            PasswordCheck::Right(account, familiarity) => (*account, familiarity),
            PasswordCheck::Wrong => {
                self.record_failure(&asking, &username).await?;
                return Ok(ActiveSignIn::Refused(Fault::FailedAuthentication));
            }
            PasswordCheck::TooSoon(_) => {
                self.record_too_soon(&asking, &username).await?;
                return Ok(ActiveSignIn::Refused(Fault::FailedAuthentication));
            }
        };
        asking.recognise(&familiarity);
        let permit = match asking.decide_active(version, door, Some(&account)) {
            Decision::Permit(permit) => permit,
            Decision::Deny(denial) => {
                self.tried_in_vain(visit, &username);
                return self.wrong(&asking, &account, RefusalCode::Policy(denial)).await;
            }
            Decision::Challenge(_) => {
                return Err(StsError::Unavailable("a challenge to a program".to_owned()));
            }
        };
        // Nobody may see that the password was right: it counts as a wrong one (S30).
        if new_password::reason(asking.view.policy.passwords(), &account, permit.evidence(), visit).is_some()
        {
            self.tried_in_vain(visit, &username);
            return self.wrong(&asking, &account, RefusalCode::NewPasswordNeeded).await;
        }
        self.password_sufficed(visit, &account);
        if message.as_ref().is_some_and(|message| !self.remember(message)) {
            return self.wrong(&asking, &account, RefusalCode::MessageRepeated).await;
        }
        let issued = self.issue(&asking, &account, permit, None).await;
        if let (Ok(Err(_)) | Err(_), Some(message)) = (&issued, &message) {
            self.active.answered.invalidate(message);
        }
        match issued? {
            Ok(issued) => {
                self.keep_place(visit, account.user.id, &familiarity).await;
                Ok(ActiveSignIn::Issued(issued.token.response))
            }
            Err(code) => self.wrong(&asking, &account, code).await,
        }
    }

    /// Finds the relying party: Entra ID, by either of its names (WST-08).
    async fn find_active<'a>(
        &self,
        visit: &'a Visit,
        applies_to: &Realm,
    ) -> Result<Option<Asking<'a>>, StsError> {
        let view = self.directory.view(visit.organisation).await?;
        let found = view.relying_parties().find(|relying_party| {
            let application = &relying_party.application;
            application.kind == ApplicationKind::Microsoft365
                && (application.realm == *applies_to || applies_to.as_str() == EXT_STS)
        });
        let Some(relying_party) = found.cloned() else { return Ok(None) };
        let Some(reply) = relying_party.application.reply_address(None).cloned() else { return Ok(None) };
        let (place, audience) = (self.place(visit, &view), applies_to.clone());
        let (reply, known_device) = (Some(reply), OnceLock::new());
        let sprayed = self.sprayed(visit, &view);
        Ok(Some(Asking { visit, view, relying_party, reply, audience, place, sprayed, known_device }))
    }

    /// The answer when the password was not looked at.
    async fn closed(&self, asking: &Asking<'_>, denial: Denial) -> Result<ActiveSignIn, StsError> {
        if let Denial::Door(closed) = denial
            && closed.is_hidden()
        {
            // Where there is no door, anybody may knock: counted, so that nobody fills the disk.
            self.broken_request(asking.visit, closed.code());
            return Ok(ActiveSignIn::Hidden);
        }
        self.refuse(asking, None, RefusalCode::Policy(denial)).await?;
        Ok(ActiveSignIn::Refused(Fault::AccessDenied))
    }

    /// The answer when the password was right and nobody may see that it was.
    async fn wrong(
        &self,
        asking: &Asking<'_>,
        account: &Account,
        code: RefusalCode,
    ) -> Result<ActiveSignIn, StsError> {
        self.refuse(asking, Some(account), code).await?;
        Ok(ActiveSignIn::Refused(Fault::FailedAuthentication))
    }

    /// Whether the message is answered for the first time.
    fn remember(&self, message: &(OrganisationId, String)) -> bool {
        self.active.answered.entry_by_ref(message).or_insert(()).is_fresh()
    }
}

impl Asking<'_> {
    fn decide_active(&self, version: Version, door: DoorFacts<'_>, account: Option<&Account>) -> Decision {
        let roles: Vec<RoleId> =
            account.iter().flat_map(|account| &account.roles).map(|role| role.id).collect();
        let person = account.map(|account| PersonFacts {
            roles: &roles,
            second_factor_enrolled: !account.second_factors().is_empty(),
            demand: PolicyDemand::Password,
        });
        let facts = ActiveFacts { door, person };
        let requestor = match version {
            Version::Trust2005 => Requestor::Active2005(facts),
            Version::Trust13 => Requestor::Active13(facts),
        };
        let evidence = Evidence::of_password(self.visit.now);
        let person = account.map(|account| Person { account, evidence, prompted: true });
        self.decide(Demand::default(), requestor, person.as_ref())
    }
}
