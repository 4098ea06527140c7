//! Ceremonies with a soft authenticator, which is of the library's authors and knows nothing of this house.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in its helpers too")]

use authn::{
    CHALLENGE_LIFETIME, PasskeyAnswer, PasskeyCeremonies, PasskeyChallenge, PasskeyOwner, PasskeyRefused,
};
use chrono::{DateTime, TimeDelta, Utc};
use model::{Attributes, OrganisationId, User, UserId};
use serde_json::{Value, json};
use storage::{PasskeyRecord, PasskeyUse};
use url::Url;
use webauthn_authenticator_rs::AuthenticatorBackend;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_rs::prelude::{CreationChallengeResponse, RequestChallengeResponse};

const ORIGIN: &str = "https://sign-in.contoso.example";
const DOMAIN: &str = "contoso.example";

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn at(origin: &str) -> PasskeyCeremonies {
    PasskeyCeremonies::at(DOMAIN, origin).unwrap()
}

fn ada() -> User {
    User {
        id: UserId::new(),
        organisation: OrganisationId::new(),
        upn: "ada@contoso.example".parse().unwrap(),
        immutable_id: None,
        active: true,
        attributes: Attributes::default(),
        created_at: noon(),
    }
}

/// A person with an authenticator that has one passkey of theirs.
struct Holder {
    user: User,
    authenticator: SoftPasskey,
    record: PasskeyRecord,
}

/// The origin that a browser would write for pages of that address.
fn page(origin: &str) -> Url {
    origin.parse().unwrap()
}

/// A new passkey, for a page that asked its browser for so much user verification.
fn enrol(user: User, verification: &str) -> Result<Holder, PasskeyRefused> {
    let mut authenticator = SoftPasskey::new(true);
    let (options, enrolment) = at(ORIGIN).begin_enrolment(&user, &[], noon()).unwrap();
    let asked: CreationChallengeResponse = with_public_key(&options.replace("required", verification));
    let answer = authenticator.perform_register(page(ORIGIN), asked.public_key, 1000).unwrap();
    let answer = serde_json::to_string(&answer).unwrap();
    let made = at(ORIGIN).finish_enrolment(&answer, &enrolment, user.id, "laptop".into(), noon()).unwrap();
    made.map(|(record, _)| Holder { user, authenticator, record })
}

fn with_public_key<T: serde::de::DeserializeOwned>(options: &str) -> T {
    let public_key: Value = serde_json::from_str(options).unwrap();
    serde_json::from_value(json!({ "publicKey": public_key })).unwrap()
}

impl Holder {
    fn new() -> Self {
        enrol(ada(), "required").unwrap()
    }

    /// What the authenticator answers to the page at an origin, naming `handle` as its user.
    fn answer(&mut self, origin: &str, options: &str, handle: Option<UserId>) -> PasskeyAnswer {
        let mut asked: RequestChallengeResponse = with_public_key(options);
        if asked.public_key.allow_credentials.is_empty() {
            // The soft authenticator keeps no list of its own.
            let own = json!([{ "type": "public-key", "id": self.credential() }]);
            asked.public_key.allow_credentials = serde_json::from_value(own).unwrap();
        }
        let answer = self.authenticator.perform_auth(page(origin), asked.public_key, 1000).unwrap();
        let mut answer = serde_json::to_value(answer).unwrap();
        answer["response"]["userHandle"] = match handle {
            Some(user) => base64url(user.as_uuid().as_bytes()).into(),
            None => Value::Null,
        };
        PasskeyAnswer::parse(&answer.to_string()).unwrap()
    }

    fn credential(&self) -> String {
        base64url(&self.record.credential)
    }

    fn sign_in(&mut self, owner: PasskeyOwner, handle: Option<UserId>) -> Result<PasskeyUse, PasskeyRefused> {
        let (options, challenge) = at(ORIGIN).challenge(&[], noon()).unwrap();
        let answer = self.answer(ORIGIN, &options, handle);
        self.verify(&answer, challenge, owner, noon())
    }

    fn verify(
        &self,
        answer: &PasskeyAnswer,
        challenge: PasskeyChallenge,
        owner: PasskeyOwner,
        now: DateTime<Utc>,
    ) -> Result<PasskeyUse, PasskeyRefused> {
        at(ORIGIN).verify(answer, challenge, &self.record, owner, now).unwrap()
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn an_enrolled_passkey_signs_its_owner_in() {
    let mut holder = Holder::new();
    let user = holder.user.id;
    let first = holder.sign_in(PasskeyOwner::Anybody, Some(user)).unwrap();
    assert_eq!((first.credential.as_slice(), first.sign_count), (holder.record.credential.as_slice(), 1));
    let second = holder.sign_in(PasskeyOwner::User(user), None).unwrap();
    assert_eq!(second.sign_count, 2);
    assert_ne!(first.challenge.hash, second.challenge.hash);
}

/// S35: the user handle matches.
#[test]
fn a_passkey_of_another_user_is_refused() {
    let mut holder = Holder::new();
    let (owner, other) = (holder.user.id, UserId::new());
    for (asked, handle) in [
        (PasskeyOwner::Anybody, None),
        (PasskeyOwner::Anybody, Some(other)),
        (PasskeyOwner::User(other), Some(owner)),
        (PasskeyOwner::User(other), None),
        (PasskeyOwner::User(owner), Some(other)),
    ] {
        let refused = holder.sign_in(asked, handle);
        assert!(matches!(refused, Err(PasskeyRefused::ForeignUser)), "{asked:?} {handle:?}: {refused:?}");
    }
}

/// S35: origin exact; another port, scheme or neighbour under the same domain is another one.
#[test]
fn an_answer_counts_for_the_origin_that_asked() {
    let mut holder = Holder::new();
    let user = holder.user.id;
    for elsewhere in [
        "https://sign-in.contoso.example:8443",
        "http://sign-in.contoso.example",
        "https://other.contoso.example",
        "https://deeper.sign-in.contoso.example",
        "https://contoso.example",
    ] {
        let (options, challenge) = at(ORIGIN).challenge(&[], noon()).unwrap();
        let answer = holder.answer(elsewhere, &options, Some(user));
        let refused = holder.verify(&answer, challenge, PasskeyOwner::Anybody, noon());
        assert!(matches!(refused, Err(PasskeyRefused::Wrong(_))), "{elsewhere}: {refused:?}");
    }
}

/// S35: an answer counts for its own challenge, in time.
#[test]
fn an_answer_to_another_challenge_or_too_late_is_refused() {
    let mut holder = Holder::new();
    let user = holder.user.id;
    let (options, challenge) = at(ORIGIN).challenge(&[], noon()).unwrap();
    let answer = holder.answer(ORIGIN, &options, Some(user));
    let (_, another) = at(ORIGIN).challenge(&[], noon()).unwrap();
    let refused = holder.verify(&answer, another, PasskeyOwner::Anybody, noon());
    assert!(matches!(refused, Err(PasskeyRefused::Wrong(_))), "{refused:?}");
    let late = noon() + CHALLENGE_LIFETIME;
    let refused = holder.verify(&answer, challenge.clone(), PasskeyOwner::Anybody, late);
    assert!(matches!(refused, Err(PasskeyRefused::Expired)), "{refused:?}");
    let in_time = late - TimeDelta::seconds(1);
    assert!(holder.verify(&answer, challenge, PasskeyOwner::Anybody, in_time).is_ok());
}

/// S35: user verification is enforced, at enrolment and at sign-in.
#[test]
fn an_authenticator_that_verified_nobody_is_refused() {
    assert!(matches!(enrol(ada(), "discouraged"), Err(PasskeyRefused::Wrong(_))));
    let mut holder = Holder::new();
    let user = holder.user.id;
    let (options, challenge) = at(ORIGIN).challenge(&[], noon()).unwrap();
    let options = options.replace("\"required\"", "\"discouraged\"");
    let answer = holder.answer(ORIGIN, &options, Some(user));
    let refused = holder.verify(&answer, challenge, PasskeyOwner::Anybody, noon());
    assert!(matches!(refused, Err(PasskeyRefused::Wrong(_))), "{refused:?}");
}

/// S35: two copies of one key show by a counter that does not grow.
#[test]
fn a_copied_authenticator_is_noticed() {
    let mut holder = Holder::new();
    let user = holder.user.id;
    let first = holder.sign_in(PasskeyOwner::Anybody, Some(user)).unwrap();
    holder.record = PasskeyRecord {
        public_key: first.public_key.replace("\"counter\":1", "\"counter\":9"),
        ..holder.record
    };
    assert!(holder.record.public_key.contains("\"counter\":9"));
    let refused = holder.sign_in(PasskeyOwner::Anybody, Some(user));
    assert!(matches!(refused, Err(PasskeyRefused::Copied)), "{refused:?}");
}

/// S35: nobody's passkeys are named to a page for anybody, and a known person's are.
#[test]
fn a_challenge_for_anybody_names_no_passkey() {
    let holder = Holder::new();
    let read = |options: String| serde_json::from_str::<Value>(&options).unwrap();
    let for_anybody = read(at(ORIGIN).challenge(&[], noon()).unwrap().0);
    assert_eq!(for_anybody["allowCredentials"], json!([]));
    assert_eq!(
        (&for_anybody["rpId"], &for_anybody["userVerification"]),
        (&json!(DOMAIN), &json!("required"))
    );
    let known = std::slice::from_ref(&holder.record);
    let for_ada = read(at(ORIGIN).challenge(known, noon()).unwrap().0);
    assert_eq!(for_ada["allowCredentials"], json!([{ "type": "public-key", "id": holder.credential() }]));
    let again = read(at(ORIGIN).begin_enrolment(&holder.user, known, noon()).unwrap().0);
    assert_eq!(again["excludeCredentials"][0]["id"], json!(holder.credential()));
    assert_eq!(again["authenticatorSelection"]["residentKey"], "preferred");
}

/// A passkey is bound to a domain: an address outside it, or above it, has none.
#[test]
fn there_are_no_passkeys_outside_their_domain() {
    for outside in [
        "https://contoso.example.evil.example",
        "https://notcontoso.example",
        "https://example",
        "https://127.0.0.1",
    ] {
        assert!(PasskeyCeremonies::at(DOMAIN, outside).is_err(), "{outside}");
    }
    assert!(PasskeyCeremonies::at("localhost", "http://localhost:8080").is_ok());
}

/// The house may move to another host below its domain; passkeys made before still work there.
#[test]
fn passkeys_survive_a_move_to_a_sibling() {
    let mut holder = Holder::new();
    let moved = at("https://id.contoso.example");
    let (options, challenge) = moved.challenge(&[], noon()).unwrap();
    let user = holder.user.id;
    let answer = holder.answer("https://id.contoso.example", &options, Some(user));
    assert!(moved.verify(&answer, challenge, &holder.record, PasskeyOwner::Anybody, noon()).unwrap().is_ok());
}

#[test]
fn whatever_else_a_browser_brings_is_no_answer() {
    for nonsense in ["", "{}", "null", "[]", "{\"id\":\"x\",\"rawId\":\"eA\"}", "\u{0}"] {
        assert!(PasskeyAnswer::parse(nonsense).is_none(), "{nonsense:?}");
        let (_, enrolment) = at(ORIGIN).begin_enrolment(&ada(), &[], noon()).unwrap();
        let user = enrol(ada(), "required").unwrap().user.id;
        let foreign = at(ORIGIN).finish_enrolment(nonsense, &enrolment, user, String::new(), noon()).unwrap();
        assert!(matches!(foreign, Err(PasskeyRefused::ForeignUser)));
    }
}

/// S47: nothing of an answer is shown by `Debug`.
#[test]
fn answers_hide_themselves() {
    let mut holder = Holder::new();
    let (options, _) = at(ORIGIN).challenge(&[], noon()).unwrap();
    let answer = holder.answer(ORIGIN, &options, None);
    assert_eq!(format!("{answer:?}"), "PasskeyAnswer(hidden)");
}
