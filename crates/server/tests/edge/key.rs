use serde_json::{Value, json};
use url::Url;
use webauthn_authenticator_rs::AuthenticatorBackend;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;

use crate::browser::{Browser, Page};

/// Where the pages of the house are.
pub const ORIGIN: &str = "https://sign-in.contoso.example";

/// A security key in software, of the authors of the library (webauthn-authenticator-rs), with the script of our page
/// around it.
pub struct Key {
    soft: SoftPasskey,
    /// The credential and the user handle that it was made with.
    made: Vec<(Value, Value)>,
}

impl Key {
    /// A key that verifies its user.
    pub fn new() -> Self {
        Self { soft: SoftPasskey::new(true), made: Vec::new() }
    }

    /// Adds a passkey at somebody's account; gives the page that follows.
    pub async fn enrol(&mut self, browser: &mut Browser) -> Page {
        let page = browser.get("/account/passkeys").await;
        let answer = self.register(&page, ORIGIN);
        self.send_new(browser, &page, &answer).await
    }

    /// Sends what a key answered to the page of an account.
    pub async fn send_new(&self, browser: &mut Browser, page: &Page, answer: &str) -> Page {
        let act = act_beside_answer(page);
        browser.post("/account/passkeys", &[("act", &act), ("answer", answer), ("name", "blue key")]).await
    }

    /// What the key answers to a page that asks for a new passkey.
    pub fn register(&mut self, page: &Page, origin: &str) -> String {
        let options = options_of(page);
        let asked: webauthn_rs::prelude::CreationChallengeResponse =
            serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let answer = self.soft.perform_register(url(origin), asked.public_key, 1000).unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        self.made.push((answer["rawId"].clone(), options["user"]["id"].clone()));
        answer.to_string()
    }

    /// What the key answers to a page that asks for a passkey, with the latest that it made.
    pub fn answer(&mut self, page: &Page) -> String {
        self.answer_to(options_of(page), ORIGIN)
    }

    /// The same for whatever a page asks, wherever it says it is.
    pub fn answer_to(&mut self, mut options: Value, origin: &str) -> String {
        let (credential, handle) = self.made.last().expect("a passkey").clone();
        // The soft key keeps no list of its own.
        options["allowCredentials"] = json!([{ "type": "public-key", "id": credential }]);
        let asked: webauthn_rs::prelude::RequestChallengeResponse =
            serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let answer = self.soft.perform_auth(url(origin), asked.public_key, 1000).unwrap();
        let mut answer = serde_json::to_value(answer).unwrap();
        answer["response"]["userHandle"] = handle;
        answer.to_string()
    }

    /// Answers the page that asks for a passkey, and gives the page that follows.
    pub async fn sign_in(&mut self, browser: &mut Browser, page: &Page) -> Page {
        let answer = self.answer(page);
        send(browser, page, &answer).await
    }
}

/// Sends an answer with the form of a page.
pub async fn send(browser: &mut Browser, page: &Page, answer: &str) -> Page {
    let state = page.field("state").expect("a form");
    browser.post("/sign-in/passkey", &[("state", &state), ("answer", answer)]).await
}

/// What a page gives to its browser.
pub fn options_of(page: &Page) -> Value {
    serde_json::from_str(&page.attribute("data-options").expect("a page that asks for a passkey")).unwrap()
}

/// The act of the form for a new passkey, which is not the first on its page.
fn act_beside_answer(page: &Page) -> String {
    let (_, form) = page.text.split_once("id=\"passkey\"").expect("a form for a passkey");
    let rest = Page { text: form.to_owned(), status: page.status, headers: page.headers.clone() };
    rest.field("act").expect("an act")
}

fn url(origin: &str) -> Url {
    origin.parse().unwrap()
}
