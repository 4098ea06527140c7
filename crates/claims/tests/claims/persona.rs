use chrono::{DateTime, TimeDelta, Utc};
use claims::{ClaimSet, Effects, InvariantError, Invariants, PasswordAge, Subject, base_claims, decorate};
use model::{
    Application, ApplicationId, ApplicationKind, Attributes, DomainName, ImmutableId, IssuerUri,
    OrganisationId, Realm, Reference, ReplyAddress, Upn, User, UserId,
};
use policy::{Circumstances, Decision, Demand, Evidence, Facts, Permit, Policy, Requestor, evaluate};
use serde_json::Value;

pub const UPN: &str = "http://schemas.xmlsoap.org/claims/UPN";
pub const IMMUTABLE_ID: &str = "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID";
pub const PASSWORD_PAGE: &str = "https://sign-in.contoso.example/account/password";
pub const ANCHOR: &str = "PSwbCl9OcWCCk6S1xtfo+Q==";

/// Somebody who has just signed in to an application.
pub struct Persona {
    pub user: User,
    pub immutable_id: ImmutableId,
    pub roles: Vec<String>,
    pub application: Application,
    pub evidence: Evidence,
    pub policy: Policy,
    pub password_set_at: DateTime<Utc>,
    pub issuer: IssuerUri,
}

impl Persona {
    /// Signs in to Microsoft 365.
    pub fn new(upn: &str) -> Self {
        let organisation = OrganisationId::new();
        let upn = Upn::parse(upn).unwrap();
        let issuer = IssuerUri::of_domain(&DomainName::parse(upn.domain()).unwrap());
        let user = User {
            id: UserId::new(),
            organisation,
            upn,
            immutable_id: Some(ImmutableId::parse(ANCHOR).unwrap()),
            active: true,
            attributes: Attributes::default(),
            created_at: noon(),
        };
        let application = Application {
            id: ApplicationId::new(),
            organisation,
            kind: ApplicationKind::Microsoft365,
            name: "Microsoft 365".to_owned(),
            realm: Realm::parse(Realm::MICROSOFT_ONLINE).unwrap(),
            reply_addresses: vec![
                ReplyAddress::parse("https://login.microsoftonline.com/login.srf").unwrap(),
            ],
            token_lifetime: 3600,
            issuer: None,
            token_script: None,
            enabled: true,
            second_factor: false,
        };
        let immutable_id = ImmutableId::parse(ANCHOR).unwrap();
        let evidence = Evidence::of_password(noon() - TimeDelta::minutes(5));
        let policy = Policy::default();
        Self {
            user,
            immutable_id,
            roles: vec!["Staff".to_owned()],
            application,
            evidence,
            policy,
            password_set_at: noon(),
            issuer,
        }
    }

    pub fn with(mut self, attribute: &str, values: &[&str]) -> Self {
        self.user.attributes.set(attribute, values.iter().copied()).unwrap();
        self
    }

    /// Signs in to another relying party instead.
    pub fn at_another_application(mut self) -> Self {
        self.application.kind = ApplicationKind::WsFederation;
        self
    }

    pub fn subject(&self) -> Subject<'_> {
        Subject { user: &self.user, immutable_id: &self.immutable_id, roles: &self.roles }
    }

    pub fn base(&self) -> ClaimSet {
        let password = PasswordAge {
            rules: self.policy.passwords(),
            changed_at: self.password_set_at,
            now: noon(),
            change_address: PASSWORD_PAGE,
        };
        base_claims(&self.permit(), &self.subject(), Some(&password), &self.application, &self.issuer)
    }

    pub fn invariants(&self) -> Invariants<'_> {
        Invariants::of(&self.subject(), &self.application, &self.issuer)
    }

    /// The claims of a script that asked for these effects.
    pub fn decorated(&self, effects: Value) -> Result<ClaimSet, InvariantError> {
        decorate(self.base(), Effects::parse(effects).unwrap(), &self.invariants())
    }

    fn permit(&self) -> Permit {
        let decision = evaluate(&Facts {
            policy: &self.policy,
            user: Some(&self.user),
            evidence: Some(self.evidence),
            prompted: false,
            application: &self.application,
            roles: &[],
            second_factors: policy::Mechanisms::NONE,
            granted: true,
            demand: Demand::default(),
            requestor: Requestor::Passive,
            request: Reference::from_random([7; 5]),
            circumstances: Circumstances::at(noon(), [127, 0, 0, 1].into()),
        });
        match decision {
            Decision::Permit(permit) => permit,
            other => unreachable!("{other:?}"),
        }
    }
}

/// The values of a claim.
pub fn values<'a>(claims: &'a ClaimSet, uri: &str) -> Vec<&'a str> {
    let is_meant = |held: &&token::Attribute| format!("{}/{}", held.namespace, held.name) == uri;
    claims
        .attributes
        .iter()
        .filter(is_meant)
        .flat_map(|held| held.values.iter().map(String::as_str))
        .collect()
}

pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_355_200, 0).unwrap()
}
