use std::sync::Arc;

use authn::Verdict;
use chrono::TimeDelta;
use model::{ReplyAddress, Upn};
use policy::{Decision, Demand, Denial, Evidence, Factor, Facts, Requestor};
use storage::{Account, EntryKind};
use wsfed::{Freshness, RequestedMethod, SignInRequest};

use crate::issue::Beginning;
use crate::organisation_view::{OrganisationView, RelyingParty};
use crate::service::entry;
use crate::{
    Challenge, ChallengeReason, Credentials, Failure, Refusal, RefusalCode, SecurityTokenService, SignIn,
    StsError, Visit,
};

/// A request whose relying party and reply address are known: from here on a refusal has a row of its own.
pub(crate) struct Asking<'a> {
    pub visit: &'a Visit,
    pub request: &'a SignInRequest,
    pub view: Arc<OrganisationView>,
    pub relying_party: Arc<RelyingParty>,
    pub reply: ReplyAddress,
}

/// Whoever answers for a request: an account and what it proved.
struct Person<'a> {
    account: &'a Account,
    evidence: Evidence,
    prompted: bool,
}

impl SecurityTokenService {
    /// Answers a request with what is known already: a token for a live session, a challenge, or a refusal.
    pub async fn sign_in(&self, visit: &Visit, request: &SignInRequest) -> Result<SignIn, StsError> {
        let asking = match self.find(visit, request).await? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        let account = match &visit.session {
            Some(session) => self.directory.account(visit.organisation, session.user).await?,
            None => None,
        };
        let evidence = visit.session.as_ref().map(|session| session.evidence);
        let person = account.as_deref().zip(evidence).map(|(account, evidence)| Person {
            account,
            evidence,
            prompted: false,
        });
        match asking.decide(person.as_ref()) {
            Decision::Permit(permit) => {
                let Some(person) = person else {
                    return Err(StsError::Unavailable("a permit for nobody".to_owned()));
                };
                let signed_in = self.issue(&asking, person.account, permit, None).await?;
                if let (SignIn::Issued(_), Some(session)) = (&signed_in, &visit.session) {
                    self.sessions.joined(session, asking.relying_party.application.id).await?;
                }
                Ok(signed_in)
            }
            // The session of a user who may no longer sign in is as good as none; nobody learns why (S30).
            Decision::Challenge(_) | Decision::Deny(Denial::UserDisabled) => {
                Ok(SignIn::Challenge(asking.challenge(account.as_deref(), None)))
            }
            Decision::Deny(denial) => self
                .refuse(&asking, account.as_deref(), RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused),
        }
    }

    /// Answers a request with a name and a password.
    ///
    /// Unknown, wrong and disabled cost the same time and read the same (S30).
    pub async fn sign_in_with_password(
        &self,
        visit: &Visit,
        request: &SignInRequest,
        credentials: Credentials,
    ) -> Result<SignIn, StsError> {
        let asking = match self.find(visit, request).await? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        // What can be decided without the person is decided before the password is looked at (S97).
        if let Decision::Deny(denial) = asking.decide(None) {
            return self.refuse(&asking, None, RefusalCode::Policy(denial)).await.map(SignIn::Refused);
        }
        let upn = Upn::parse(&credentials.username).ok();
        let key = authn::AccountKey::new(visit.organisation, &credentials.username);
        if let Verdict::Wait(wait) = self.attempts.before(&key, visit.address, visit.now) {
            // Rounded up: whoever waits as long as told is not told to wait again.
            let seconds = wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX);
            return Ok(SignIn::Challenge(asking.failed(&credentials.username, Failure::Wait { seconds })));
        }
        let account = match &upn {
            Some(upn) => self.store.account(visit.organisation, upn).await?,
            None => None,
        };
        let stored = account.as_ref().and_then(|account| account.password.as_ref());
        let right = match credentials.password {
            Some(password) => {
                self.passwords.verify(stored.map(|record| record.hash.as_str()), password).await?
            }
            // Wrong for every name alike, so that its quick answer tells nothing.
            None => false,
        };
        let Some(account) = account.filter(|account| right && account.user.active) else {
            // A disabled account counts like a wrong password, or the missing wait would tell that it was right (S30).
            self.attempts.failed(&key, visit.address, visit.now);
            self.record_failure(&asking, &credentials.username).await?;
            return Ok(SignIn::Challenge(asking.failed(&credentials.username, Failure::Credentials)));
        };
        self.attempts.succeeded(&key, visit.address, visit.now);
        let evidence = Evidence { first_factor: Factor::Password, first_factor_at: visit.now };
        match asking.decide(Some(&Person { account: &account, evidence, prompted: true })) {
            Decision::Permit(permit) => {
                self.issue(&asking, &account, permit, Some(Beginning { keep: credentials.keep })).await
            }
            Decision::Challenge(_) => Ok(SignIn::Challenge(asking.challenge(Some(&account), None))),
            Decision::Deny(denial) => {
                self.refuse(&asking, Some(&account), RefusalCode::Policy(denial)).await.map(SignIn::Refused)
            }
        }
    }

    /// Finds the relying party and where it may be answered. Nothing else of a request counts before that.
    async fn find<'a>(
        &self,
        visit: &'a Visit,
        request: &'a SignInRequest,
    ) -> Result<Result<Asking<'a>, Refusal>, StsError> {
        let view = self.directory.view(visit.organisation).await?;
        let Some(relying_party) = view.relying_party(&request.realm).cloned() else {
            self.broken_request(visit, RefusalCode::RealmUnknown.as_str());
            return Ok(Err(Refusal { code: RefusalCode::RealmUnknown, application: None }));
        };
        let reply = relying_party.application.reply_address(request.reply.as_deref()).cloned();
        let found =
            reply.ok_or(RefusalCode::ReplyAddressNotRegistered).and_then(|reply| match request.method {
                // Nobody's Kerberos ticket can be read here: a person falls back to the form (protocol.md §1.2).
                RequestedMethod::Any
                | RequestedMethod::Password
                | RequestedMethod::Integrated
                | RequestedMethod::Multifactor => Ok(reply),
                RequestedMethod::Certificate => Err(RefusalCode::MethodUnavailable),
            });
        match found {
            Ok(reply) => Ok(Ok(Asking { visit, request, view, relying_party, reply })),
            Err(code) => {
                let refused = self.record_refusal(visit, &relying_party, None, code).await?;
                Ok(Err(refused))
            }
        }
    }

    /// Writes the refusal down and names it.
    pub(crate) async fn refuse(
        &self,
        asking: &Asking<'_>,
        account: Option<&Account>,
        code: RefusalCode,
    ) -> Result<Refusal, StsError> {
        self.record_refusal(asking.visit, &asking.relying_party, account, code).await
    }

    async fn record_refusal(
        &self,
        visit: &Visit,
        relying_party: &RelyingParty,
        account: Option<&Account>,
        code: RefusalCode,
    ) -> Result<Refusal, StsError> {
        let mut row = entry(visit, EntryKind::SignInRefused);
        row.user = account.map(|account| account.user.id);
        row.application = Some(relying_party.application.id);
        row.detail = serde_json::json!({ "code": code.as_str() });
        self.journal.record(row).await?;
        tracing::info!(reference = %visit.reference, code = code.as_str(), "sign-in refused");
        Ok(Refusal { code, application: Some(relying_party.application.name.clone()) })
    }

    async fn record_failure(&self, asking: &Asking<'_>, username: &str) -> Result<(), StsError> {
        let mut row = entry(asking.visit, EntryKind::SignInFailed);
        row.application = Some(asking.relying_party.application.id);
        row.personal["username"] = username.chars().take(128).collect::<String>().into();
        self.journal.record(row).await?;
        Ok(())
    }
}

impl Asking<'_> {
    fn decide(&self, person: Option<&Person<'_>>) -> Decision {
        policy::evaluate(&Facts {
            user: person.map(|person| &person.account.user),
            evidence: person.map(|person| person.evidence),
            prompted: person.is_some_and(|person| person.prompted),
            application: &self.relying_party.application,
            granted: person.is_some_and(|person| self.relying_party.is_granted_to(person.account)),
            demand: self.demand(),
            requestor: Requestor::Passive,
            request: self.visit.reference,
            address: self.visit.address,
            now: self.visit.now,
        })
    }

    fn demand(&self) -> Demand {
        Demand {
            fresh_within: match self.request.freshness {
                Freshness::Any => None,
                Freshness::Within(minutes) => Some(TimeDelta::minutes(minutes.into())),
                Freshness::Now => Some(TimeDelta::zero()),
            },
            multifactor: self.request.method == RequestedMethod::Multifactor,
        }
    }

    /// The form for somebody who has to sign in, with the name we have for them.
    fn challenge(&self, account: Option<&Account>, failure: Option<Failure>) -> Challenge {
        let known = account.filter(|account| account.user.active).map(|account| account.user.upn.to_string());
        Challenge {
            application: self.relying_party.application.name.clone(),
            reason: if known.is_some() { ChallengeReason::Fresh } else { ChallengeReason::SignIn },
            username: self.request.username.clone().or(known),
            failure,
        }
    }

    /// The form again, with what was typed and what went wrong.
    fn failed(&self, username: &str, failure: Failure) -> Challenge {
        Challenge { username: Some(username.to_owned()), ..self.challenge(None, Some(failure)) }
    }
}
