//! The token endpoint: an assertion is the grant, and what it gives opens nothing (S81).

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::openid::{self, TENANT_ID, Version};
use crate::posted_form::PostedForm;
use crate::question::MULTIFACTOR;
use crate::tenant::RegisteredUser;
use crate::{Report, StandIn};

/// The grant of protocol.md §4.2.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:saml1_1-bearer";

/// How long a token is said to be good.
const LIFETIME: TimeDelta = TimeDelta::seconds(3599);

/// Clients pad or do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A well-formed request for a token by an assertion.
pub(crate) struct TokenRequest {
    version: Version,
    client: String,
    /// The scopes, or in version one the resource.
    wanted: String,
    assertion: String,
}

impl TokenRequest {
    pub(crate) fn read(
        stand_in: &StandIn,
        tenant: &str,
        version: Version,
        body: &[u8],
    ) -> Result<Self, TokenError> {
        if !openid::is_tenant(stand_in, tenant) {
            return Err(TokenError::tenant_unknown(tenant));
        }
        let form = PostedForm::read(body);
        let field = |name| form.field(name).filter(|value| !value.is_empty());
        let needed = |name| field(name).ok_or_else(|| TokenError::parameter_missing(name));
        let grant = needed("grant_type")?;
        if grant != GRANT {
            return Err(TokenError::grant_unsupported(grant));
        }
        let client = needed("client_id")?.to_owned();
        let wanted = match version {
            Version::One => field("resource").unwrap_or_default(),
            Version::Two => needed("scope")?,
        };
        // MSAL for .NET writes plain base64, the others base64url.
        let assertion = needed("assertion")?.replace('+', "-").replace('/', "_");
        let assertion = BASE64.decode(assertion).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Self {
            version,
            client,
            wanted: wanted.to_owned(),
            assertion: assertion.ok_or_else(TokenError::assertion_unreadable)?,
        })
    }

    /// The token, if the assertion passes every check.
    pub(crate) fn answer(&self, stand_in: &StandIn) -> Result<Value, TokenError> {
        let report = stand_in.examine_bearer(&self.assertion);
        let registrations = stand_in.settings().tenant.registrations();
        let user = registrations.users.iter().find(|user| report.user.as_deref() == Some(user.upn.as_str()));
        match user.filter(|_| report.accepted) {
            Some(user) => Ok(self.token(stand_in, user)),
            None => Err(TokenError::refused(&report)),
        }
    }

    fn token(&self, stand_in: &StandIn, user: &RegisteredUser) -> Value {
        let now = stand_in.settings().clock.now();
        let id = user_id(user);
        let seconds = LIFETIME.num_seconds();
        let mut token = json!({
            "token_type": "Bearer",
            "access_token": format!("opens-nothing.{}", Uuid::new_v4()),
            "id_token": self.id_token(stand_in, user, id, now),
            "client_info": part(&json!({ "uid": id, "utid": TENANT_ID })),
        });
        match self.version {
            Version::One => {
                token["resource"] = self.wanted.as_str().into();
                token["expires_in"] = seconds.to_string().into();
                token["expires_on"] = (now + LIFETIME).timestamp().to_string().into();
            }
            Version::Two => {
                token["scope"] = self.wanted.as_str().into();
                token["expires_in"] = seconds.into();
                token["ext_expires_in"] = seconds.into();
            }
        }
        token
    }

    /// Unsigned on purpose: clients read it, nobody may believe it.
    fn id_token(&self, stand_in: &StandIn, user: &RegisteredUser, id: Uuid, now: DateTime<Utc>) -> String {
        let header = part(&json!({ "typ": "JWT", "alg": "none" }));
        let claims = part(&json!({
            "aud": self.client, "iss": openid::issuer(stand_in, self.version),
            "iat": now.timestamp(), "nbf": now.timestamp(), "exp": (now + LIFETIME).timestamp(),
            "name": user.display_name, "preferred_username": user.upn.as_str(), "upn": user.upn.as_str(),
            "oid": id, "sub": id, "tid": TENANT_ID,
            "ver": if self.version == Version::One { "1.0" } else { "2.0" },
        }));
        format!("{header}.{claims}.")
    }
}

/// The same for a user every time.
fn user_id(user: &RegisteredUser) -> Uuid {
    let digest = Sha256::digest(user.immutable_id.as_str());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, drawn)| *byte = drawn);
    Builder::from_random_bytes(bytes).into_uuid()
}

fn part(document: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(document.to_string())
}

/// Why there is no token, in Entra's form: an OAuth error, and a code in front of the sentence.
#[derive(Debug)]
pub(crate) struct TokenError {
    error: &'static str,
    code: &'static str,
    sentence: String,
}

impl TokenError {
    pub(crate) fn tenant_unknown(tenant: &str) -> Self {
        let sentence = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud."
        );
        Self { error: "invalid_request", code: "AADSTS90002", sentence }
    }

    fn parameter_missing(name: &str) -> Self {
        let sentence = format!("The request body must contain the following parameter: '{name}'.");
        Self { error: "invalid_request", code: "AADSTS900144", sentence }
    }

    fn grant_unsupported(grant: &str) -> Self {
        let sentence = format!("The app requested an unsupported grant type '{grant}'.");
        Self { error: "unsupported_grant_type", code: "AADSTS70003", sentence }
    }

    fn assertion_unreadable() -> Self {
        let sentence = "SAML token is invalid. The assertion is not base64url of UTF-8 text.".to_owned();
        Self { error: "invalid_grant", code: "AADSTS50008", sentence }
    }

    fn refused(report: &Report) -> Self {
        let failed = report.checks.iter().find(|check| check.passed == Some(false));
        let received = failed.and_then(|check| check.received.as_deref()).unwrap_or_default();
        let advice = report.advice.unwrap_or_default();
        let code = report.code.unwrap_or("AADSTS50008");
        // What a program cannot collect: it has to show a page.
        let needs_a_page = code == MULTIFACTOR.code;
        Self {
            error: if needs_a_page { "interaction_required" } else { "invalid_grant" },
            code,
            sentence: format!("{advice} Received: {received}."),
        }
    }

    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// The document of the refusal, as Entra writes it.
    pub(crate) fn document(&self, now: DateTime<Utc>, correlation: Option<&str>) -> Value {
        let Self { error, code, sentence } = self;
        let (trace, timestamp) = (Uuid::new_v4(), now.format("%Y-%m-%d %H:%M:%SZ").to_string());
        let correlation = correlation.and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_else(Uuid::new_v4);
        let number = code.trim_start_matches("AADSTS");
        json!({
            "error": error,
            "error_description": format!(
                "{code}: {sentence} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
            ),
            "error_codes": [number.parse::<u64>().unwrap_or_default()],
            "timestamp": timestamp, "trace_id": trace, "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        })
    }
}
