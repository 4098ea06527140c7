use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use model::ReplyAddress;
use policy::{Decision, Demand, Denial, Evidence, Mechanism, Permit, Requestor};
use storage::Account;
use wsfed::{Freshness, RequestedMethod, SignInRequest};

use crate::asking::{Asking, Person};
use crate::issue::{Beginning, Issued};
use crate::password_check::{PasswordCheck, seconds_of};
use crate::{
    Answer, Challenge, ChallengeReason, Credentials, Destination, Failure, HalfWay, Refusal, RefusalCode,
    SecurityTokenService, SignIn, StsError, Visit,
};

/// A browser's request, and what it asked for beside the token.
pub(crate) struct Passive<'a> {
    pub(crate) asking: Asking<'a>,
    destination: &'a Destination,
}

impl SecurityTokenService {
    /// Answers a request with what is known already: a token for a live session, a challenge, or a refusal.
    pub async fn sign_in(&self, visit: &Visit, destination: &Destination) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
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
        match self.decide_on_session(&passive, person.as_ref()).await? {
            Decision::Permit(permit) => {
                let Some(person) = person else {
                    return Err(StsError::Unavailable("a permit for nobody".to_owned()));
                };
                let signed_in = self.issue_to_browser(&passive, person.account, permit, None).await?;
                if let (SignIn::Issued(_), Some(session)) = (&signed_in, &visit.session) {
                    self.sessions.joined(session, passive.asking.relying_party.application.id).await?;
                }
                Ok(signed_in)
            }
            Decision::Challenge(policy::Challenge::SecondFactor(offered)) => {
                let half_way = account.as_deref().and_then(|account| HalfWay::from_session(visit, account));
                match account.as_deref().zip(half_way) {
                    Some((account, half_way)) => {
                        self.ask_second_factor(half_way, account, offered, None).await
                    }
                    None => Ok(SignIn::Challenge(passive.challenge(None, None))),
                }
            }
            // A break-glass account may still come, by passkey; passwords are refused when they come (S88, S97).
            Decision::Deny(Denial::Rule { personal: false, .. })
                if passive.asking.view.policy.spares(Mechanism::Passkey) =>
            {
                Ok(SignIn::Challenge(passive.challenge(None, None)))
            }
            // The session of a user who may no longer sign in is as good as none; nobody learns why (S30).
            Decision::Challenge(_) | Decision::Deny(Denial::UserDisabled) => {
                Ok(SignIn::Challenge(passive.challenge(account.as_deref(), None)))
            }
            Decision::Deny(denial) => self
                .refuse(&passive.asking, account.as_deref(), RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused),
        }
    }

    /// What the policy says of a session. Whoever lacks a second factor goes on while it may wait, and otherwise signs in
    /// anew: one is set up only after a first factor that was given for the purpose.
    async fn decide_on_session(
        &self,
        passive: &Passive<'_>,
        person: Option<&Person<'_>>,
    ) -> Result<Decision, StsError> {
        let decision = passive.decide(person);
        let (Decision::Deny(Denial::SecondFactorNotEnrolled(which)), Some(known)) = (&decision, person)
        else {
            return Ok(decision);
        };
        Ok(match self.days_left(passive, known.account).await? {
            Some(_) => passive.decide_waiting(person),
            None if which.has(Mechanism::Totp) && known.account.totp_since.is_none() => {
                Decision::Challenge(policy::Challenge::Fresh)
            }
            None => decision,
        })
    }

    /// Answers a request with a name and a password.
    ///
    /// Unknown, wrong and disabled cost the same time and read the same (S30).
    pub async fn sign_in_with_password(
        &self,
        visit: &Visit,
        destination: &Destination,
        credentials: Credentials,
    ) -> Result<SignIn, StsError> {
        let passive = match self.find(visit, destination).await? {
            Ok(passive) => passive,
            Err(refusal) => return Ok(SignIn::Refused(refusal)),
        };
        // What can be decided without the person is decided before the password is looked at (S97).
        if let Some(denial) = passive.refusal_of_all(Mechanism::Password) {
            return self
                .refuse(&passive.asking, None, RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused);
        }
        let username = &credentials.username;
        let (account, familiarity) = match self.check_password(visit, username, credentials.password).await? {
            PasswordCheck::Right(account, familiarity) => (*account, familiarity),
            PasswordCheck::Wrong => {
                self.record_failure(&passive.asking, username).await?;
                return Ok(SignIn::Challenge(passive.failed(username, Failure::Credentials)));
            }
            PasswordCheck::TooSoon(wait) => {
                let failure = Failure::Wait { seconds: seconds_of(wait) };
                return Ok(SignIn::Challenge(passive.failed(username, failure)));
            }
        };
        passive.asking.recognise(&familiarity);
        let evidence = Evidence::of_password(visit.now);
        let decision = passive.decide(Some(&Person { account: &account, evidence, prompted: true }));
        // A right password alone must not show by its refusal: it counts as a wrong one (S97).
        match &decision {
            Decision::Deny(Denial::Rule { told: false, .. }) => self.tried_in_vain(visit, username),
            _ => self.password_sufficed(visit, &account),
        }
        match decision {
            Decision::Permit(permit) => {
                let beginning = Beginning { keep: credentials.keep, familiarity };
                self.issue_to_browser(&passive, &account, permit, Some(beginning)).await
            }
            Decision::Challenge(policy::Challenge::SecondFactor(offered)) => {
                let half_way = HalfWay::after_first_factor(visit, &account, evidence, credentials.keep);
                self.ask_second_factor(half_way, &account, offered, None).await
            }
            Decision::Challenge(_) => Ok(SignIn::Challenge(passive.challenge(Some(&account), None))),
            // The words are those for a wrong password. The reference tells an admin which rule it was.
            Decision::Deny(denial @ Denial::Rule { told: false, .. }) => {
                self.refuse(&passive.asking, Some(&account), RefusalCode::Policy(denial)).await?;
                Ok(SignIn::Challenge(passive.failed(username, Failure::Credentials)))
            }
            Decision::Deny(Denial::SecondFactorNotEnrolled(which)) => {
                let half_way = HalfWay::after_first_factor(visit, &account, evidence, credentials.keep);
                self.enrol_or_refuse(&passive, &account, half_way, which).await
            }
            Decision::Deny(denial) => self
                .refuse(&passive.asking, Some(&account), RefusalCode::Policy(denial))
                .await
                .map(SignIn::Refused),
        }
    }

    /// Spends a permit for what the person came for: a token, or the portal.
    pub(crate) async fn issue_to_browser(
        &self,
        passive: &Passive<'_>,
        account: &Account,
        permit: Permit,
        beginning: Option<Beginning>,
    ) -> Result<SignIn, StsError> {
        if let Some(beginning) = &beginning
            && let Some(challenge) = passive.new_password(account, permit.evidence(), beginning.keep)
        {
            return Ok(SignIn::NewPassword(Box::new(challenge)));
        }
        let (request, reply) = match (passive.destination, &passive.asking.reply) {
            (Destination::RelyingParty(request), Some(reply)) => (request, reply),
            (Destination::RelyingParty(_), None) => {
                return Err(StsError::Unavailable("a relying party without a reply address".to_owned()));
            }
            (Destination::Portal(request), _) => {
                return self.enter(passive, request, account, permit, beginning).await;
            }
        };
        Ok(match self.issue(&passive.asking, account, permit, beginning).await? {
            Ok(issued) => passive.answer(issued, request, reply.clone()),
            Err(code) => SignIn::Refused(self.refuse(&passive.asking, Some(account), code).await?),
        })
    }

    /// Finds the relying party and where it may be answered. Nothing else of a request counts before that.
    pub(crate) async fn find<'a>(
        &self,
        visit: &'a Visit,
        destination: &'a Destination,
    ) -> Result<Result<Passive<'a>, Refusal>, StsError> {
        let view = self.directory.view(visit.organisation).await?;
        let Destination::RelyingParty(request) = destination else {
            let relying_party = Arc::clone(&view.portal);
            let audience = relying_party.application.realm.clone();
            let place = self.place(visit, &view);
            let sprayed = self.sprayed(visit, &view);
            let asking = Asking {
                visit,
                view,
                sprayed,
                relying_party,
                reply: None,
                audience,
                place,
                known_device: OnceLock::new(),
            };
            return Ok(Ok(Passive { asking, destination }));
        };
        let Some(relying_party) = view.relying_party(&request.realm).cloned() else {
            self.broken_request(visit, RefusalCode::RealmUnknown.as_str());
            return Ok(Err(Refusal { code: RefusalCode::RealmUnknown, application: None, message: None }));
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
            Ok(reply) => {
                let audience = request.realm.clone();
                let place = self.place(visit, &view);
                let reply = Some(reply);
                let known_device = OnceLock::new();
                let sprayed = self.sprayed(visit, &view);
                let asking =
                    Asking { visit, view, relying_party, reply, audience, place, sprayed, known_device };
                Ok(Ok(Passive { asking, destination }))
            }
            Err(code) => Ok(Err(self.record_refusal(visit, &relying_party, None, code, None).await?)),
        }
    }
}

impl Passive<'_> {
    /// Why nobody may try a mechanism here and now, whoever it is (S97).
    pub(crate) fn refusal_of_all(&self, mechanism: Mechanism) -> Option<Denial> {
        match self.decide(None) {
            Decision::Deny(Denial::Rule { .. }) if self.asking.view.policy.spares(mechanism) => None,
            Decision::Deny(denial) => Some(denial),
            Decision::Permit(_) | Decision::Challenge(_) => None,
        }
    }

    pub(crate) fn decide(&self, person: Option<&Person<'_>>) -> Decision {
        self.asking.decide(self.demand(), Requestor::Passive, person)
    }

    /// The same while the enrolment of a second factor may wait.
    pub(crate) fn decide_waiting(&self, person: Option<&Person<'_>>) -> Decision {
        let demand = Demand { enrolment_may_wait: true, ..self.demand() };
        self.asking.decide(demand, Requestor::Passive, person)
    }

    pub(crate) fn demand(&self) -> Demand {
        match self.destination {
            Destination::RelyingParty(request) => demand_of(request),
            Destination::Portal(request) => request.demand(),
        }
    }

    /// Whom the relying party expects: a name for the form.
    fn expected(&self) -> Option<&str> {
        match self.destination {
            Destination::RelyingParty(request) => request.username.as_deref(),
            Destination::Portal(_) => None,
        }
    }

    /// The form for somebody who has to sign in, with the name we have for them.
    pub(crate) fn challenge(&self, account: Option<&Account>, failure: Option<Failure>) -> Challenge {
        let known = account.filter(|account| account.user.active).map(|account| account.user.upn.to_string());
        Challenge {
            application: self.asking.relying_party.application.name.clone(),
            reason: if known.is_some() { ChallengeReason::Fresh } else { ChallengeReason::SignIn },
            username: self.expected().map(str::to_owned).or(known),
            failure,
        }
    }

    /// The form again, with what was typed and what went wrong.
    fn failed(&self, username: &str, failure: Failure) -> Challenge {
        Challenge { username: Some(username.to_owned()), ..self.challenge(None, Some(failure)) }
    }

    /// What the browser carries to the relying party.
    fn answer(&self, issued: Issued, request: &SignInRequest, reply: ReplyAddress) -> SignIn {
        let prompted = issued.session.is_some();
        SignIn::Issued(Answer {
            reply,
            context: request.context.clone(),
            response_html: issued.token.response_html,
            application: self.asking.relying_party.application.name.clone(),
            realm: request.realm.clone(),
            new_session: issued.session,
            prompted,
        })
    }
}

fn demand_of(request: &SignInRequest) -> Demand {
    Demand {
        fresh_within: match request.freshness {
            Freshness::Any => None,
            Freshness::Within(minutes) => Some(TimeDelta::minutes(minutes.into())),
            Freshness::Now => Some(TimeDelta::zero()),
        },
        multifactor: request.method == RequestedMethod::Multifactor,
        multifactor_within: request.mfa_max_age.map(|seconds| TimeDelta::seconds(seconds.into())),
        enrolment_may_wait: false,
    }
}
