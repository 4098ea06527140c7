use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use authn::{Session, SessionSecret};
use chrono::{DateTime, TimeDelta, Utc};
use claims::{ClaimSet, Effects, EffectsError, Invariants, Subject, TokenScript};
use policy::{Endpoint, Explanation, Permit, SeenFacts, SpentPermit};
use script::ScriptError;
use serde::Serialize;
use storage::{Account, EntryKind, Familiarity, LedgerEntry};
use token::{Assertion, AssertionId, IssuedToken, ResponseFormat, Signer, TokenError};

use crate::asking::Asking;
use crate::organisation_view::RelyingParty;
use crate::service::entry;
use crate::{NewSession, RefusalCode, SecurityTokenService, StsError};

/// Why a script decorated nothing.
enum ScriptFault {
    /// All workers are taken, and so are the places to wait.
    Busy,
    /// The script's own fault.
    Failed { why: String, trace: Vec<String> },
}

impl From<ScriptError> for ScriptFault {
    fn from(error: ScriptError) -> Self {
        match error {
            ScriptError::Busy => Self::Busy,
            other => Self::Failed { why: other.to_string(), trace: other.trace().to_vec() },
        }
    }
}

impl From<EffectsError> for ScriptFault {
    fn from(error: EffectsError) -> Self {
        Self::Failed { why: error.to_string(), trace: Vec::new() }
    }
}

/// A token that may leave: its row is durable.
pub(crate) struct Issued {
    pub(crate) token: IssuedToken,
    /// The session that began with it.
    pub(crate) session: Option<NewSession>,
}

/// What a person who proved themselves asked for: a session begins with their token, or with the portal.
pub(crate) struct Beginning {
    /// "Keep me signed in on this device".
    pub(crate) keep: bool,
    /// How familiar the place is to the account so far.
    pub(crate) familiarity: Familiarity,
}

/// How far `NotBefore` lies in the past, for relying parties whose clock is behind (protocol.md §2.5).
const BACKDATE: TimeDelta = TimeDelta::seconds(30);

/// One token in so many is verified again in the background (S43).
const SAMPLING: u64 = 256;

impl SecurityTokenService {
    /// Spends a permit: the only function that makes a token.
    ///
    /// The ledger row, the signature and the session that begins with it are made at the same time; the answer waits
    /// for all of them (design.md §5.4). Whoever gets no token gets no session either.
    pub(crate) async fn issue(
        &self,
        asking: &Asking<'_>,
        account: &Account,
        permit: Permit,
        beginning: Option<Beginning>,
    ) -> Result<Result<Issued, RefusalCode>, StsError> {
        let claims = match self.claim(asking, account, &permit).await? {
            Ok(claims) => claims,
            Err(code) => return Ok(Err(code)),
        };
        let now = self.clock.now();
        let spent = permit.spend(now).map_err(|error| StsError::Unavailable(error.to_string()))?;
        let id = AssertionId::random().map_err(|error| StsError::Unavailable(error.to_string()))?;
        let signer = asking.view.keys.signer();
        let format = format_of(spent.endpoint);
        let claims = Arc::new(claims);

        // A full lane refuses before there is a row.
        let signature = {
            let (relying_party, claims, id) =
                (Arc::clone(&asking.relying_party), Arc::clone(&claims), id.clone());
            self.signing.submit(move || sign(&relying_party, format, signer.as_ref(), &claims, &id, now))?
        };
        if spent.breaks_glass {
            self.break_glass_used(asking, Some(account)).await?;
        }
        let thumbprint = asking.view.keys.thumbprint();
        let row = self.journal.record(&issued_row(asking, account, &spent, &claims, &id, thumbprint));
        let begin = async {
            match &beginning {
                Some(beginning) => self.begin_session(asking, &spent, beginning).await.map(Some),
                None => Ok(None),
            }
        };
        let (made, recorded, session) = tokio::join!(signature, row, begin);
        let session = session?;
        let token = match recorded.map_err(StsError::from).and_then(|_| Ok(made?)) {
            Ok(Ok(token)) => token,
            Ok(Err(error)) => {
                self.abandon(session).await;
                return self.lost(asking, account, &error).await;
            }
            Err(error) => {
                self.abandon(session).await;
                return Err(error);
            }
        };
        self.sample(asking, &token);
        let session = session.map(|(secret, session)| NewSession { secret, persistent: session.persistent });
        Ok(Ok(Issued { token, session }))
    }

    /// A sign-in never continues the session it found (S20): it is renewed when it was the same person's, so that
    /// sign-out still reaches every application visited, and ended when it was another's.
    pub(crate) async fn begin_session(
        &self,
        asking: &Asking<'_>,
        spent: &SpentPermit,
        beginning: &Beginning,
    ) -> Result<(SessionSecret, Arc<Session>), StsError> {
        let (visit, evidence, keep) = (asking.visit, spent.evidence, beginning.keep);
        let application = asking.reply.as_ref().map(|_| spent.application);
        let begun = async {
            Ok(match &visit.session {
                Some(previous) if previous.user == spent.user => {
                    self.sessions.renew(previous, evidence, keep, application, visit.now).await?
                }
                previous => {
                    if let Some(previous) = previous {
                        self.sessions.end(previous).await?;
                    }
                    self.sessions
                        .begin(visit.organisation, spent.user, evidence, keep, application, visit.now)
                        .await?
                }
            })
        };
        let ((), begun) = tokio::join!(self.keep_place(visit, spent.user, &beginning.familiarity), begun);
        begun
    }

    /// Ends a session whose token was not made. One that cannot be ended idles out: its cookie never left.
    async fn abandon(&self, begun: Option<(SessionSecret, Arc<Session>)>) {
        if let Some((_, session)) = begun
            && let Err(error) = self.sessions.end(&session).await
        {
            tracing::warn!(%error, "a session without a token could not be ended");
        }
    }

    /// What the token will say: the stored truth, decorated by the token script, held against the invariants.
    async fn claim(
        &self,
        asking: &Asking<'_>,
        account: &Account,
        permit: &Permit,
    ) -> Result<Result<ClaimSet, RefusalCode>, StsError> {
        let application = &asking.relying_party.application;
        let Some(reply) = &asking.reply else {
            return Ok(Err(RefusalCode::ReplyAddressNotRegistered));
        };
        let Some(immutable_id) = &account.user.immutable_id else {
            return Ok(Err(RefusalCode::ImmutableIdMissing));
        };
        let Some(issuer) = asking.view.issuer(&account.user, application) else {
            return Ok(Err(RefusalCode::DomainNotRegistered));
        };
        let roles: Vec<String> = account.roles.iter().map(|role| role.name.clone()).collect();
        let subject = Subject { user: &account.user, immutable_id, roles: &roles };
        let password = asking.view.password_age(account, asking.visit.now);
        let audience = asking.audience.as_str();
        let base = ClaimSet {
            audience: audience.to_owned(),
            ..claims::base_claims(permit, &subject, password.as_ref(), application, issuer)
        };
        let effects = match &asking.relying_party.script {
            TokenScript::Custom(program) => {
                let input = claims::script_input(&subject, application, issuer, reply.as_str());
                // On the heap, so that the many tokens without a script of their own do not carry its state around.
                let run = Box::pin(self.scripts.run(asking.visit.organisation, program, &input)).await;
                match run
                    .map_err(ScriptFault::from)
                    .and_then(|run| Effects::parse(run.output).map_err(ScriptFault::from))
                {
                    Ok(effects) => effects,
                    Err(ScriptFault::Busy) => return Err(StsError::busy()),
                    Err(ScriptFault::Failed { why, trace }) => {
                        return self.script_failed(asking, account, &why, &trace).await;
                    }
                }
            }
            compiled_in => Effects::of_compiled_in(compiled_in, &account.user).unwrap_or_default(),
        };
        let invariants = Invariants { audience, ..Invariants::of(&subject, application, issuer) };
        match claims::decorate(base, effects, &invariants) {
            Ok(claims) => Ok(Ok(claims)),
            Err(error) => {
                // A script that tried to choose whose token it is, or how it was earned, is for the alarm (S70).
                let kind = if error.is_alarming() { EntryKind::Alarm } else { EntryKind::ScriptFailed };
                let mut row = entry(asking.visit, kind);
                row.user = Some(account.user.id);
                row.application = Some(application.id);
                row.detail["code"] = error.code().into();
                row.detail["why"] = error.to_string().into();
                self.journal.record(&row).await?;
                tracing::error!(reference = %asking.visit.reference, %error, "the token script broke an invariant");
                Ok(Err(RefusalCode::ScriptRefused))
            }
        }
    }

    /// A failing script means no token and a clear row (TOK-14).
    async fn script_failed<T>(
        &self,
        asking: &Asking<'_>,
        account: &Account,
        why: &str,
        trace: &[String],
    ) -> Result<Result<T, RefusalCode>, StsError> {
        let mut row = entry(asking.visit, EntryKind::ScriptFailed);
        row.user = Some(account.user.id);
        row.application = Some(asking.relying_party.application.id);
        row.detail["why"] = why.into();
        row.personal["trace"] = trace.into();
        self.journal.record(&row).await?;
        tracing::error!(reference = %asking.visit.reference, why, "the token script failed");
        Ok(Err(RefusalCode::ScriptFailed))
    }

    /// The row says that a token was issued, but none could be signed: the ledger is corrected, never rewritten.
    async fn lost(
        &self,
        asking: &Asking<'_>,
        account: &Account,
        error: &TokenError,
    ) -> Result<Result<Issued, RefusalCode>, StsError> {
        let mut row = entry(asking.visit, EntryKind::Alarm);
        row.user = Some(account.user.id);
        row.application = Some(asking.relying_party.application.id);
        row.detail["code"] = "token_not_signed".into();
        row.detail["why"] = error.to_string().into();
        self.journal.record(&row).await?;
        tracing::error!(reference = %asking.visit.reference, %error, "a token could not be signed");
        match error {
            TokenError::HostileCharacter { .. } | TokenError::Empty(_) => {
                Ok(Err(RefusalCode::ClaimUnwritable))
            }
            other => Err(StsError::Unavailable(other.to_string())),
        }
    }

    /// Verifies one token in [`SAMPLING`] again, off the road, and raises an alarm when it does not hold (S43).
    fn sample(&self, asking: &Asking<'_>, token: &IssuedToken) {
        if !self.issued.fetch_add(1, Ordering::Relaxed).is_multiple_of(SAMPLING) {
            return;
        }
        let (response, reference) = (token.response.clone(), asking.visit.reference);
        let certificate = asking.view.keys.certificate().clone();
        let checked = self.signing.submit(move || token::verify_sample(&response, &certificate));
        let (journal, mut row) = (self.journal.clone(), entry(asking.visit, EntryKind::Alarm));
        if let Ok(checked) = checked {
            tokio::spawn(async move {
                if let Ok(Err(error)) = checked.await {
                    tracing::error!(%reference, %error, "an issued token does not verify");
                    row.detail["code"] = "token_does_not_verify".into();
                    row.detail["why"] = error.to_string().into();
                    let _ = journal.record(&row).await;
                }
            });
        }
    }
}

/// How the response is written for whoever asks.
const fn format_of(endpoint: Endpoint) -> ResponseFormat {
    match endpoint {
        Endpoint::Passive => ResponseFormat::Trust2005,
        Endpoint::Active2005 => ResponseFormat::Active2005,
        Endpoint::Active13 => ResponseFormat::Active13,
    }
}

fn sign(
    relying_party: &RelyingParty,
    format: ResponseFormat,
    signer: &dyn Signer,
    claims: &ClaimSet,
    id: &AssertionId,
    now: DateTime<Utc>,
) -> Result<IssuedToken, TokenError> {
    let not_before = now - BACKDATE;
    let assertion = Assertion {
        id,
        issuer: claims.issuer.as_str(),
        audience: &claims.audience,
        name_identifier: &claims.name_identifier,
        name_format: &claims.name_format,
        issued_at: now,
        not_before,
        not_on_or_after: not_before + TimeDelta::seconds(relying_party.application.token_lifetime.into()),
        authentication_method: claims.authentication_method,
        authentication_instant: claims.authentication_instant,
        attributes: &claims.attributes,
    };
    relying_party.issue(format, &assertion, signer)
}

/// What the ledger keeps of a token for ever.
#[derive(Serialize)]
struct IssuedDetail<'a> {
    endpoint: &'static str,
    client: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_changed: Option<bool>,
    assertion: &'a str,
    issuer: &'a str,
    audience: &'a str,
    factor: &'static str,
    factor_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor_at: Option<DateTime<Utc>>,
    rule: &'static str,
    policy_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Explanation>,
    certificate: &'a str,
}

/// What it keeps of the person.
#[derive(Serialize)]
struct IssuedPersonal<'a> {
    address: IpAddr,
    user_agent: &'a str,
    upn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<SeenFacts>,
}

fn issued_row<'a>(
    asking: &'a Asking<'_>,
    account: &'a Account,
    spent: &SpentPermit,
    claims: &'a ClaimSet,
    id: &'a AssertionId,
    thumbprint: &'a str,
) -> LedgerEntry<IssuedPersonal<'a>, IssuedDetail<'a>> {
    let visit = asking.visit;
    let (explanation, facts) = asking.explain(Some(account)).unzip();
    LedgerEntry {
        organisation: Some(visit.organisation),
        kind: EntryKind::TokenIssued,
        reference: Some(visit.reference),
        at: visit.now,
        user: Some(spent.user),
        application: Some(spent.application),
        personal: IssuedPersonal {
            address: visit.address,
            user_agent: &visit.user_agent,
            upn: account.user.upn.as_str(),
            facts,
        },
        detail: IssuedDetail {
            endpoint: spent.endpoint.as_str(),
            client: visit.client.as_str(),
            correlation: visit.correlation.as_deref(),
            network_changed: visit.network_changed.then_some(true),
            assertion: id.as_str(),
            issuer: claims.issuer.as_str(),
            audience: &claims.audience,
            factor: spent.evidence.first_factor.as_str(),
            factor_at: spent.evidence.first_factor_at,
            second_factor: spent.evidence.second_factor.map(|second| second.kind.as_str()),
            second_factor_at: spent.evidence.second_factor.map(|second| second.given_at),
            rule: spent.rule,
            policy_version: spent.policy_version,
            policy: explanation,
            certificate: thumbprint,
        },
    }
}
