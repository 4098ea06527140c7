//! What a browser sends: requests written out once, to be sent again and again.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testkit::{Connection, Demo, Door};
use token::Certificate;

use crate::load::Target;

/// Whom the demo knows, and how its cookies are called.
const PERSON: &str = "ada";
const SESSION: &str = "countersign";
const BROWSER: &str = "countersign-browser";

/// How text is escaped in a page, the ampersand last.
const ENTITIES: [(&str, &str); 6] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")];

/// The requests that a demo answers.
pub struct Visit<'d> {
    demo: &'d Demo,
    host: &'d str,
    address: SocketAddr,
}

impl<'d> Visit<'d> {
    pub fn to(demo: &'d Demo) -> anyhow::Result<Self> {
        let host =
            demo.description.base_url.strip_prefix("http://").context("the demo has no http address")?;
        let (_, port) = host.rsplit_once(':').context("the demo has no port")?;
        Ok(Self { demo, host, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse()?)) })
    }

    pub const fn door(&self) -> Door {
        Door::plain(self.address)
    }

    /// A page that does not depend on who asks.
    pub fn page(&self, path: &str) -> Target {
        Target::new(self.door(), &self.get(path, ""))
    }

    pub fn metadata(&self) -> anyhow::Result<Target> {
        Ok(self.page(self.path(&self.demo.description.metadata_url)?))
    }

    /// A page that looks its session up.
    pub fn home(&self, session: &str) -> String {
        self.get("/", &cookie(SESSION, session))
    }

    /// Name and password, in a form made for this browser.
    pub async fn password(&self) -> anyhow::Result<Target> {
        let request = self.demo.request("");
        let mut connection = Connection::open(&self.door()).await?;
        let form = connection.exchange(self.get(self.path(&request)?, "").as_bytes()).await?;
        let browser = cookie(BROWSER, form.cookie(BROWSER).context("a form without its cookie")?);
        let state = form.form_field("state").context("a form without its state")?;
        let person = self.demo.person(PERSON)?;
        let body = format!("state={state}&username={}&password={}", person.upn, person.password);
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: {}\r\n{browser}\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        Ok(Target::new(self.door(), &request))
    }

    /// Signs in: the secret of a new session.
    pub async fn session(&self) -> anyhow::Result<String> {
        let password = self.password().await?;
        let mut connection = Connection::open(&self.door()).await?;
        let answer = connection.exchange(&password.request()).await?;
        Ok(answer.cookie(SESSION).context("no session")?.to_owned())
    }

    /// A request for a token with a live session. The cookie of the loop guard stays at home: one browser would not
    /// come back this often.
    pub fn token(&self, session: &str) -> anyhow::Result<Target> {
        let request = self.demo.request("&wctx=estsredirect%3d2%26estsrequest%3drQIIAY2RMW");
        Ok(Target::new(self.door(), &self.get(self.path(&request)?, &cookie(SESSION, session))))
    }

    /// Asks for one more token and verifies it.
    pub async fn verify_a_token(&self, session: &str) -> anyhow::Result<()> {
        let mut connection = Connection::open(&self.door()).await?;
        let answer = connection.exchange(&self.token(session)?.request()).await?;
        let escaped = answer.form_field("wresult").context("an answer without a token")?;
        let response =
            ENTITIES.iter().fold(escaped.to_owned(), |text, (entity, plain)| text.replace(entity, plain));
        self.verify(response.as_bytes())
    }

    /// A program's request for a token by name and password, over TLS.
    pub fn program(&self) -> anyhow::Result<Target> {
        let (description, person) = (self.demo.description.clone(), self.demo.person(PERSON)?.clone());
        let request = move || description.posted_token_request(&person.upn, &person.password).into();
        Ok(Target::of_each(self.demo.secured()?, request))
    }

    /// Asks for one more token as a program does and verifies it.
    pub async fn verify_a_programs_token(&self) -> anyhow::Result<()> {
        let program = self.program()?;
        let mut connection = Connection::open(&program.door).await?;
        self.verify(connection.exchange(&program.request()).await?.body)
    }

    fn verify(&self, response: &[u8]) -> anyhow::Result<()> {
        let pem = self.demo.description.signing_certificate_pem.lines();
        let certificate: String = pem.filter(|line| !line.starts_with("-----")).collect();
        token::verify_sample(response, &Certificate::parse(&STANDARD.decode(certificate)?)?)?;
        Ok(())
    }

    fn get(&self, path: &str, cookie: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\nuser-agent: bench\r\n{cookie}\r\n", self.host)
    }

    fn path<'u>(&self, url: &'u str) -> anyhow::Result<&'u str> {
        url.strip_prefix(&self.demo.description.base_url).with_context(|| format!("{url} is elsewhere"))
    }
}

fn cookie(name: &str, value: &str) -> String {
    format!("cookie: {name}={value}\r\n")
}
