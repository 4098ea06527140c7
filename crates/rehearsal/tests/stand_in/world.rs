//! A tenant with two domains, and tokens made for it by hand, so that they can be made wrong.

use std::sync::{Arc, LazyLock, Mutex};

use chrono::{DateTime, Days, TimeDelta, Utc};
use model::{Clock, DomainName, EntraFacts, ImmutableId, IssuerUri, Realm, Upn};
use rehearsal::{
    ActiveAddresses, ComeFrom, RegisteredDomain, RegisteredUser, Registrations, Report, Settings, StandIn,
    Tenant,
};
use token::{NewKey, RsaSigner, Signer};
use url::form_urlencoded::Serializer;

pub(crate) static CURRENT: LazyLock<RsaSigner> = LazyLock::new(signer);
pub(crate) static NEXT: LazyLock<RsaSigner> = LazyLock::new(signer);
pub(crate) static STRANGER: LazyLock<RsaSigner> = LazyLock::new(signer);

pub(crate) const MEX_URL: &str = "https://localhost:8082/adfs/services/trust/mex";
pub(crate) const ACTIVE_URL: &str = "https://localhost:8082/adfs/services/trust/2005/usernamemixed";

pub(crate) const ANCHOR: &str = "PSwbCl9OcWCCk6S1xtfo+Q==";
pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
pub(crate) const SECURE_URL: &str = "https://127.0.0.1:8083";
pub(crate) const PASSIVE_URL: &str = "http://localhost:8080/adfs/ls/";

fn signer() -> RsaSigner {
    let key = NewKey::generate(2048, "Stand-in test", now() - Days::new(1), now() + Days::new(900)).unwrap();
    RsaSigner::from_pkcs8(&key.pkcs8, &key.certificate).unwrap()
}

/// The instant at which every token here is issued.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Days::new(20_000)
}

pub(crate) fn text(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// A clock that stands until it is set.
pub(crate) struct StoppedClock(Mutex<DateTime<Utc>>);

impl StoppedClock {
    pub(crate) fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock().unwrap() = instant;
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The stand-in with what its owner keeps in hand.
pub(crate) struct World {
    pub(crate) stand_in: StandIn,
    pub(crate) settings: Settings,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<StoppedClock>,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(StoppedClock(Mutex::new(now())));
        let tenant = Tenant::new(Registrations {
            domains: vec![with_active_road(domain("contoso.example")), domain("fabrikam.example")],
            users: vec![
                user("ada@contoso.example", ANCHOR, "Ada <Byron>"),
                user("bob@fabrikam.example", "Qk9CQk9CQk9CQk9CQk9CQg==", "Bob Stone"),
                user("eve@mail.contoso.example", "RVZFRVZFRVZFRVZFRVZFRQ==", "Eve Small"),
            ],
        });
        let settings = Settings {
            passive_url: PASSIVE_URL.to_owned(),
            secure_url: SECURE_URL.to_owned(),
            realm: Realm::parse(Realm::MICROSOFT_ONLINE).unwrap(),
            tenant: tenant.clone(),
            hints: vec![Upn::parse("ada@contoso.example").unwrap()],
            come_from: Some(ComeFrom {
                page: "http://localhost:8080/demo/come-from".to_owned(),
                examples: vec![([203, 0, 113, 24].into(), "Australia")],
            }),
            organisation_name: "Contoso & Sons".to_owned(),
            stylesheet: "body{margin:0}".to_owned(),
            clock: clock.clone(),
        };
        Self {
            stand_in: StandIn::new(settings.clone(), ([127, 0, 0, 1], 8081).into()).unwrap(),
            settings,
            tenant,
            clock,
        }
    }

    /// Posts a response that nobody asked for.
    pub(crate) fn post(&self, wresult: &str) -> Report {
        self.stand_in.examine(form(wresult, None).as_bytes())
    }
}

fn domain(name: &str) -> RegisteredDomain {
    let name = DomainName::parse(name).unwrap();
    RegisteredDomain {
        issuer: IssuerUri::of_domain(&name),
        name,
        certificates: [&*CURRENT, &*NEXT].map(|key| key.certificate().der().to_vec()).into(),
        active: None,
        entra: EntraFacts::default(),
    }
}

fn with_active_road(domain: RegisteredDomain) -> RegisteredDomain {
    let active = ActiveAddresses { metadata_exchange: MEX_URL.to_owned(), sign_in: ACTIVE_URL.to_owned() };
    RegisteredDomain { active: Some(active), ..domain }
}

fn user(upn: &str, anchor: &str, name: &str) -> RegisteredUser {
    RegisteredUser {
        upn: Upn::parse(upn).unwrap(),
        immutable_id: ImmutableId::parse(anchor).unwrap(),
        display_name: name.to_owned(),
    }
}

pub(crate) fn form(wresult: &str, wctx: Option<&str>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("wa", "wsignin1.0").append_pair("wresult", wresult);
    if let Some(wctx) = wctx {
        form.append_pair("wctx", wctx);
    }
    form.finish()
}

/// What a good token for Ada says, each part to be replaced by a worse one.
pub(crate) struct Draft {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) name_identifier: String,
    pub(crate) immutable_id: String,
    pub(crate) upn: String,
    pub(crate) method: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            issuer: "URN:contoso.example".to_owned(),
            audience: Realm::MICROSOFT_ONLINE.to_owned(),
            name_identifier: ANCHOR.to_owned(),
            immutable_id: ANCHOR.to_owned(),
            upn: "ada@contoso.example".to_owned(),
            method: "urn:oasis:names:tc:SAML:1.0:am:password".to_owned(),
        }
    }
}

impl Draft {
    /// The assertion in canonical form, unsigned.
    pub(crate) fn assertion(&self) -> String {
        let Self { issuer, audience, name_identifier, immutable_id, upn, method } = self;
        let (start, end) = (text(now()), text(now() + TimeDelta::hours(1)));
        let subject = format!(
            "<saml:Subject><saml:NameIdentifier Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">\
             {name_identifier}</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>\
             urn:oasis:names:tc:SAML:1.0:cm:bearer</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject>"
        );
        format!(
            "<saml:Assertion xmlns:saml=\"{SAML}\" AssertionID=\"_0f0e0d0c0b0a49088706050403020100\" \
             IssueInstant=\"{start}\" Issuer=\"{issuer}\" MajorVersion=\"1\" MinorVersion=\"1\">\
             <saml:Conditions NotBefore=\"{start}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestrictionCondition>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions>\
             <saml:AttributeStatement>{subject}\
             <saml:Attribute AttributeName=\"UPN\" AttributeNamespace=\"http://schemas.xmlsoap.org/claims\">\
             <saml:AttributeValue>{upn}</saml:AttributeValue></saml:Attribute>\
             <saml:Attribute AttributeName=\"ImmutableID\" \
             AttributeNamespace=\"http://schemas.microsoft.com/LiveID/Federation/2008/05\">\
             <saml:AttributeValue>{immutable_id}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>\
             <saml:AuthenticationStatement AuthenticationInstant=\"{start}\" AuthenticationMethod=\"{method}\">\
             {subject}</saml:AuthenticationStatement></saml:Assertion>"
        )
    }

    pub(crate) fn response(&self) -> String {
        respond(&sign(&self.assertion(), &*CURRENT))
    }
}

/// Signs a canonical assertion; the signature becomes its last child.
pub(crate) fn sign(assertion: &str, signer: &dyn Signer) -> String {
    let id = assertion.split("AssertionID=\"").nth(1).unwrap().split('"').next().unwrap();
    let signature = token::enveloped_signature(assertion.as_bytes(), id, signer).unwrap();
    let body = assertion.strip_suffix("</saml:Assertion>").unwrap();
    format!("{body}{}</saml:Assertion>", String::from_utf8(signature).unwrap())
}

/// Puts an assertion into the response of WS-Trust February 2005.
pub(crate) fn respond(assertion: &str) -> String {
    let trust = "http://schemas.xmlsoap.org/ws/2005/02/trust";
    let utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    let (start, end) = (text(now()), text(now() + TimeDelta::hours(1)));
    format!(
        "<t:RequestSecurityTokenResponse xmlns:t=\"{trust}\"><t:Lifetime>\
         <wsu:Created xmlns:wsu=\"{utility}\">{start}</wsu:Created>\
         <wsu:Expires xmlns:wsu=\"{utility}\">{end}</wsu:Expires></t:Lifetime>\
         <wsp:AppliesTo xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\">\
         <wsa:EndpointReference xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">\
         <wsa:Address>urn:federation:MicrosoftOnline</wsa:Address></wsa:EndpointReference></wsp:AppliesTo>\
         <t:RequestedSecurityToken>{assertion}</t:RequestedSecurityToken>\
         <t:TokenType>{SAML}</t:TokenType><t:RequestType>{trust}/Issue</t:RequestType>\
         <t:KeyType>http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey</t:KeyType>\
         </t:RequestSecurityTokenResponse>"
    )
}
